"""The options of `docker run` and `docker create`, in the order of Docker's own help.

Those for Windows, and those for a terminal or a disk that a chat does not have, are refused.
"""

from __future__ import annotations

from collections.abc import Callable

from bot.command.kinds import SIGNAL, choice, whole
from bot.command.sizes import CPU_LIST, CPUS, MEMORY, RESTART, SWAP
from bot.command.spec import Handler, argument, flag, offered, option, refused
from bot.hosts.types import Kind
from bot.message import Code, msg
from handlers.container.run import devices, mounts, networks, ports, values, volumes
from handlers.container.variables import VARIABLE

Declare = Callable[[Handler], Handler]

_MANY = 10**11
_WINDOWS = msg("It is for hosts that run Windows.")
_HERE = msg("It is about a terminal, and here is none.")

_GENERAL: tuple[Declare, ...] = (
    option("--name", type=values.NAME, help="Assign a name to the container"),
    flag("-i", "--interactive", help="Keep STDIN open even if not attached"),
    flag("-t", "--tty", help="Allocate a pseudo-TTY"),
    flag("--rm", help="Remove the container and its unnamed volumes when it exits"),
    option("-e", "--env", multiple=True, type=VARIABLE, help="Set environment variables"),
    option("--env-file", multiple=True, help="Set variables of the document that is sent along"),
    option("-u", "--user", help="Username or UID (name|uid[:group|gid])"),
    option("-w", "--workdir", help="Working directory inside the container"),
    option("--entrypoint", help="Overwrite the default ENTRYPOINT of the image"),
    option("-l", "--label", multiple=True, type=values.LABEL, help="Set metadata on a container"),
    option("--label-file", multiple=True, help="Set labels of the document that is sent along"),
    option(
        "--annotation", multiple=True, type=values.LABEL, help="Add an annotation for the runtime"
    ),
    option("-h", "--hostname", help="Container host name"),
    option("--domainname", help="Container NIS domain name"),
    option("--restart", type=RESTART, help="Restart policy when a container exits"),
    option("--stop-signal", type=SIGNAL, help="Signal to stop the container"),
    option("--stop-timeout", type=whole(-1, 3600), help="Timeout (in seconds) to stop it"),
    option("--init", is_flag=True, default=None, help="Run an init inside the container"),
    option("--group-add", multiple=True, help="Add additional groups to join"),
    flag("--read-only", help="Mount the container's root filesystem as read only"),
)
_IMAGE: tuple[Declare, ...] = (
    option(
        "--pull",
        type=choice("always", "missing", "never"),
        default="missing",
        help="Pull image before running",
    ),
    flag("-q", "--quiet", help="Suppress the pull output"),
    option("--platform", type=values.PLATFORM, help="Set platform if server is multi-platform"),
)
_NETWORK: tuple[Declare, ...] = (
    option("-p", "--publish", multiple=True, type=ports.PUBLISH, help="Publish ports to the host"),
    flag("-P", "--publish-all", help="Publish all exposed ports to random ports"),
    option("--expose", multiple=True, type=ports.EXPOSE, help="Expose a port or a range of ports"),
    option(
        "--network",
        "--net",
        multiple=True,
        type=networks.NETWORK,
        help="Connect a container to a network",
    ),
    option("--network-alias", "--net-alias", multiple=True, help="Add an alias on the network"),
    option("--ip", type=networks.ADDRESS, help="IPv4 address"),
    option("--ip6", type=networks.ADDRESS, help="IPv6 address"),
    option("--link-local-ip", multiple=True, type=networks.ADDRESS, help="Link-local addresses"),
    option("--mac-address", type=networks.MAC, help="Container MAC address"),
    option("--link", multiple=True, type=networks.LINK, help="Add link to another container"),
    option("--add-host", multiple=True, type=networks.HOST, help="Add a host-to-IP mapping"),
    option("--dns", multiple=True, type=networks.ADDRESS, help="Set custom DNS servers"),
    option("--dns-option", "--dns-opt", multiple=True, help="Set DNS options"),
    option("--dns-search", multiple=True, type=networks.SEARCH, help="Set DNS search domains"),
)
_STORAGE: tuple[Declare, ...] = (
    option("-v", "--volume", multiple=True, type=volumes.VOLUME, help="Bind mount a volume"),
    option("--mount", multiple=True, type=mounts.MOUNT, help="Attach a filesystem mount"),
    option("--tmpfs", multiple=True, type=volumes.TMPFS, help="Mount a tmpfs directory"),
    option("--volumes-from", multiple=True, help="Mount volumes from other containers"),
    option("--volume-driver", help="Optional volume driver for the container"),
    option("--storage-opt", multiple=True, type=values.PAIR, help="Storage driver options"),
    option("--shm-size", type=MEMORY, help="Size of /dev/shm"),
    option("--log-driver", help="Logging driver for the container"),
    option("--log-opt", multiple=True, type=values.LABEL, help="Log driver options"),
)
_HEALTH: tuple[Declare, ...] = (
    option("--health-cmd", help="Command to run to check health"),
    option("--health-interval", type=values.DURATION, help="Time between running the check"),
    option("--health-retries", type=whole(0, _MANY), help="Failures needed to report unhealthy"),
    option("--health-start-interval", type=values.DURATION, help="The same during the start"),
    option("--health-start-period", type=values.DURATION, help="Time for the start to take"),
    option("--health-timeout", type=values.DURATION, help="Time to allow one check to run"),
    flag("--no-healthcheck", help="Disable any container-specified HEALTHCHECK"),
)
_LIMITS: tuple[Declare, ...] = (
    option("-m", "--memory", type=MEMORY, help="Memory limit"),
    option("--memory-reservation", type=MEMORY, help="Memory soft limit"),
    option("--memory-swap", type=SWAP, help="Limit of memory plus swap: -1 for unlimited swap"),
    option("--memory-swappiness", type=whole(-1, 100), help="Tune memory swappiness (0 to 100)"),
    option("--cpus", type=CPUS, help="Number of CPUs"),
    option("-c", "--cpu-shares", type=whole(0, _MANY), help="CPU shares (relative weight)"),
    option("--cpu-period", type=whole(0, _MANY), help="Limit CPU CFS period"),
    option("--cpu-quota", type=whole(-1, _MANY), help="Limit CPU CFS quota"),
    option("--cpu-rt-period", type=whole(0, _MANY), help="Limit CPU real-time period"),
    option("--cpu-rt-runtime", type=whole(0, _MANY), help="Limit CPU real-time runtime"),
    option("--cpuset-cpus", type=CPU_LIST, help="CPUs in which to allow execution (0-3, 0,1)"),
    option("--cpuset-mems", type=CPU_LIST, help="Memory nodes in which to allow execution"),
    option("--pids-limit", type=whole(-1, _MANY), help="Tune pids limit (-1 for unlimited)"),
    option("--ulimit", multiple=True, type=values.ULIMIT, help="Ulimit options"),
    flag("--oom-kill-disable", help="Disable OOM Killer"),
    option("--oom-score-adj", type=whole(-1000, 1000), help="Tune host's OOM preferences"),
    option("--blkio-weight", type=whole(0, 1000), help="Block IO (relative weight)"),
    option(
        "--blkio-weight-device", multiple=True, type=devices.WEIGHT, help="The same of a device"
    ),
    option(
        "--device-read-bps",
        multiple=True,
        type=devices.BYTES_A_SECOND,
        help="Limit read rate (bytes per second) from a device",
    ),
    option(
        "--device-read-iops",
        multiple=True,
        type=devices.TIMES_A_SECOND,
        help="Limit read rate (IO per second) from a device",
    ),
    option(
        "--device-write-bps",
        multiple=True,
        type=devices.BYTES_A_SECOND,
        help="Limit write rate (bytes per second) to a device",
    ),
    option(
        "--device-write-iops",
        multiple=True,
        type=devices.TIMES_A_SECOND,
        help="Limit write rate (IO per second) to a device",
    ),
)
_RIGHTS: tuple[Declare, ...] = (
    flag("--privileged", help="Give extended privileges to this container"),
    option("--cap-add", multiple=True, type=values.CAPABILITY, help="Add Linux capabilities"),
    option("--cap-drop", multiple=True, type=values.CAPABILITY, help="Drop Linux capabilities"),
    option("--security-opt", multiple=True, type=values.SECURITY, help="Security options"),
    option("--device", multiple=True, type=devices.DEVICE, help="Add a host device"),
    option("--device-cgroup-rule", multiple=True, type=devices.RULE, help="Add a rule for devices"),
    option("--gpus", multiple=True, type=devices.GPUS, help="GPU devices to add (all for all)"),
    option("--pid", type=values.mode("host", "container:NAME", ""), help="PID namespace to use"),
    option(
        "--ipc",
        type=values.mode("private", "shareable", "none", "host", "container:NAME", ""),
        help="IPC mode to use",
    ),
    option("--uts", type=values.mode("host", ""), help="UTS namespace to use"),
    option("--userns", type=values.mode("host", ""), help="User namespace to use"),
    option("--cgroupns", type=values.mode("private", "host", ""), help="Cgroup namespace to use"),
    option("--cgroup-parent", help="Optional parent cgroup for the container"),
    option("--runtime", help="Runtime to use for this container"),
    option("--sysctl", multiple=True, type=values.SETTING, help="Sysctl options"),
)
_REFUSED: tuple[Declare, ...] = (
    refused(
        "-a",
        "--attach",
        why=msg("Output comes here by itself; what is typed needs -i."),
        value=True,
    ),
    refused(
        "--cidfile", why=msg("It would be a file on my own disk, and no use there."), value=True
    ),
    refused("--detach-keys", why=_HERE, value=True),
    refused("--sig-proxy", why=_HERE, usual=True),
    refused(
        "--disable-content-trust",
        why=msg("Signatures of images can't be checked here."),
        usual=True,
    ),
    refused(
        "--use-api-socket",
        usual=False,
        why=msg("Mount the socket with {option}, if that is what you want.", option=Code("-v")),
    ),
    refused("--kernel-memory", why=msg("The kernel has no such limit any more."), value=True),
    refused("--isolation", why=_WINDOWS, value=True),
    refused("--cpu-count", why=_WINDOWS, value=True),
    refused("--cpu-percent", why=_WINDOWS, value=True),
    refused("--io-maxbandwidth", why=_WINDOWS, value=True),
    refused("--io-maxiops", why=_WINDOWS, value=True),
)
_WORDS: tuple[Declare, ...] = (offered(Kind.IMAGE, "image"), argument("command", nargs=-1))
_EVERY = (*_GENERAL, *_IMAGE, *_NETWORK, *_STORAGE, *_HEALTH, *_LIMITS, *_RIGHTS, *_REFUSED)


def configures(handler: Handler) -> Handler:
    """Declare all that makes a container what it is."""
    for declare in reversed((*_EVERY, *_WORDS)):
        handler = declare(handler)
    return handler
