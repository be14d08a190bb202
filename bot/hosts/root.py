"""Why somebody who can get into a container is root on its host.

Docker's ways there, read from what the Engine tells of a container, or from what is about to be
sent to it: both have the same shape. A reason is `strong` where the container by itself holds the
host, whatever is done in it: an operator may start one that only mounts a folder. In doubt it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bot.hosts.answer import boolean, mapping, sequence, string, strings
from bot.hosts.hostpaths import is_gadget, is_harmless, is_host, is_socket, plain
from bot.message import Message, Untrusted, msg

# What moby gives every container (`oci/caps`), and what gives no way out of one by itself.
_USUAL = frozenset(
    {
        "AUDIT_WRITE",
        "CHOWN",
        "DAC_OVERRIDE",
        "FOWNER",
        "FSETID",
        "KILL",
        "MKNOD",
        "NET_BIND_SERVICE",
        "NET_RAW",
        "SETFCAP",
        "SETGID",
        "SETPCAP",
        "SETUID",
        "SYS_CHROOT",
    }
)
_MILD = frozenset(
    {
        "BLOCK_SUSPEND",
        "IPC_LOCK",
        "IPC_OWNER",
        "LEASE",
        "LINUX_IMMUTABLE",
        "NET_ADMIN",
        "NET_BROADCAST",
        "SYS_NICE",
        "SYS_RESOURCE",
        "WAKE_ALARM",
    }
)
_VOLUME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.-]*")
# File systems that a volume of the driver `local` may have and that hold nothing of the host.
_ELSEWHERE = frozenset({"tmpfs", "nfs", "nfs4", "cifs", "smb3"})
_BINDS = frozenset({"bind", "rbind"})
_LOCAL = frozenset({"", "local"})
_RUNTIMES = frozenset({"", "runc", "crun", "oci", "runsc", "io.containerd.runc.v2"})
# What is kept apart for each container: no other kernel setting is its own.
_OWN_SETTINGS = ("net.", "fs.mqueue.", "kernel.msg", "kernel.sem", "kernel.shm")
_CONFINED = frozenset({"seccomp=builtin", "apparmor=docker-default", "no-new-privileges"})
_OTHER = "container:"


@dataclass(frozen=True, slots=True)
class Reason:
    """One sentence, and whether the container holds the host by itself."""

    told: Message
    strong: bool = True


HOST_NETWORK = Reason(msg("It has the host's network."), strong=False)


def reasons(whole: Mapping[str, object]) -> tuple[Reason, ...]:
    """Why a container gives root: from `GET /containers/{id}/json`, or the body of a create.

    What only a look at something else could tell is left to that: the volumes (`volumes_of`), the
    containers with which it shares something (`others_of`), what runs it (`runtime_of`).

    Raises:
        Unexpected: if it is not what an Engine tells.
    """
    host = mapping(whole.get("HostConfig"))
    found = (*_privileges(host), *_spaces(whole), *_devices(host), *_mounts(whole), *_rest(host))
    return tuple(dict.fromkeys(found))


def volumes_of(whole: Mapping[str, object]) -> tuple[str, ...]:
    """The volumes that it mounts by name; their options decide what they are."""
    host = mapping(whole.get("HostConfig"))
    named = [source for source, _ in _binds(host) if _VOLUME.fullmatch(source)]
    named += [string(r, "Name") for r in _rows(whole, "Mounts") if string(r, "Type") == "volume"]
    named += [string(r, "Source") for r in _rows(host, "Mounts") if string(r, "Type") == "volume"]
    return tuple(dict.fromkeys(name for name in named if name))


def others_of(whole: Mapping[str, object]) -> tuple[str, ...]:
    """The containers, by id or name, whose spaces or volumes it shares: what they are, it is."""
    host = mapping(whole.get("HostConfig"))
    modes = (string(host, key) for key in ("NetworkMode", "PidMode", "IpcMode"))
    shared = [mode.removeprefix(_OTHER) for mode in modes if mode.startswith(_OTHER)]
    # A link hands on the other's environment. Once made it reads "/other:/this/alias".
    linked = [link.partition(":")[0].removeprefix("/") for link in strings(host, "Links")]
    return tuple(dict.fromkeys(n for n in (*shared, *givers_of(whole), *linked) if n))


def givers_of(whole: Mapping[str, object]) -> tuple[str, ...]:
    """The containers whose volumes it has as well."""
    given = strings(mapping(whole.get("HostConfig")), "VolumesFrom")
    return tuple(entry.partition(":")[0] for entry in given)


def runtime_of(whole: Mapping[str, object]) -> str:
    """What runs it, if that is none of those that keep it to itself; else ""."""
    runtime = string(mapping(whole.get("HostConfig")), "Runtime")
    return "" if runtime in _RUNTIMES else runtime


def of_volume(driver: str, options: Mapping[str, str]) -> tuple[Reason, ...]:
    """Why a volume of this driver and these options gives root to who mounts it."""
    if driver not in _LOCAL:
        name = Untrusted(driver)
        told = msg("The driver {name} says what of the host its volume is.", name=name)
        return (Reason(told, strong=False),)
    kind, device = options.get("type", "").lower(), options.get("device", "")
    if not kind and not device and not options.get("o"):
        return ()
    # With `bind` the kernel takes no notice of the type (mount(2)): a tmpfs may be /etc.
    binds = not _BINDS.isdisjoint(options.get("o", "").split(","))
    if kind in _ELSEWHERE and not binds:
        return ()
    if device.startswith("/") and (binds or kind in {"", "none"}):
        return tuple(_of_path(device, writes=True))
    return (Reason(msg("It has a volume that is {device}.", device=Untrusted(device or kind))),)


def _privileges(host: Mapping[str, object]) -> Iterator[Reason]:
    if boolean(host, "Privileged"):
        yield Reason(msg("It is privileged."))
        return  # all of what follows goes with it
    for name in strings(host, "CapAdd"):
        short = name.upper().removeprefix("CAP_")
        if short not in _USUAL:
            told = msg("It has the capability {name}.", name=Untrusted(short))
            yield Reason(told, strong=short not in _MILD)
    for option in strings(host, "SecurityOpt"):
        if not _confines(option):
            yield Reason(msg("Its security is set by {option}.", option=Untrusted(option)))
    if any(host.get(key) == [] for key in ("MaskedPaths", "ReadonlyPaths")):
        yield Reason(msg("It sees all that the kernel tells of the host."))


def _confines(option: str) -> bool:
    """Whether it takes rights away, or is what all have. `no-new-privileges:true` does."""
    key, _, value = option.replace(":", "=", 1).partition("=")
    return key == "no-new-privileges" or f"{key}={value}" in _CONFINED


def _spaces(whole: Mapping[str, object]) -> Iterator[Reason]:
    host = mapping(whole.get("HostConfig"))
    if string(host, "PidMode") == "host":
        yield Reason(msg("It sees the host's processes."))
    networks = mapping(mapping(whole.get("NetworkSettings")).get("Networks"))
    if string(host, "NetworkMode") == "host" or "host" in networks:  # its id does as well
        yield HOST_NETWORK
    if string(host, "IpcMode") == "host":
        yield Reason(msg("It shares the host's memory."))
    if string(host, "UTSMode") == "host":
        yield Reason(msg("It has the host's name."), strong=False)
    if string(host, "UsernsMode") == "host":
        yield Reason(msg("Its users are the host's."))


def _devices(host: Mapping[str, object]) -> Iterator[Reason]:
    for row in _rows(host, "Devices"):
        path = string(row, "PathOnHost")
        told = msg("It has the device {path}.", path=Untrusted(path))
        yield Reason(told, strong=not is_gadget(plain(path)))
    for rule in strings(host, "DeviceCgroupRules"):
        yield Reason(msg("It may use devices: {rule}.", rule=Untrusted(rule)))
    if sequence(host.get("DeviceRequests")):
        yield Reason(msg("It has a graphics card, or another device."), strong=False)


def _mounts(whole: Mapping[str, object]) -> Iterator[Reason]:
    host = mapping(whole.get("HostConfig"))
    for source, options in _binds(host):
        if not _VOLUME.fullmatch(source):
            yield from _of_path(source, writes="ro" not in options.split(","))
    for row in (*_rows(whole, "Mounts"), *_rows(host, "Mounts")):
        yield from _of_mount(row)
    if driver := string(host, "VolumeDriver"):
        yield from of_volume(driver, {})


def _of_mount(row: Mapping[str, object]) -> Iterator[Reason]:
    """A mount that is there (`RW`, `Name`), or one that is asked for (`ReadOnly`, options)."""
    match string(row, "Type"):
        case "tmpfs" | "image" | "cluster":
            return
        case "volume":
            options = mapping(mapping(row.get("VolumeOptions")).get("DriverConfig"))
            chosen = mapping(options.get("Options"))
            given = {str(key): string(chosen, str(key)) for key in chosen}
            yield from of_volume(string(row, "Driver") or string(options, "Name"), given)
        case _:
            reads_only = boolean(row, "ReadOnly") or row.get("RW") is False
            yield from _of_path(string(row, "Source"), writes=not reads_only)


def _of_path(source: str, *, writes: bool) -> Iterator[Reason]:
    path = plain(source)
    if is_socket(path):
        yield Reason(msg("It has Docker's socket."))
    elif not is_harmless(path, writes=writes):
        told = msg("It mounts {path} of the host.", path=Untrusted(path))
        yield Reason(told, strong=is_host(path, writes=writes))


def _rest(host: Mapping[str, object]) -> Iterator[Reason]:
    if parent := string(host, "CgroupParent"):
        told = msg("It is in the host's group {name}.", name=Untrusted(parent))
        yield Reason(told, strong=False)
    for value in map(str, mapping(mapping(host.get("LogConfig")).get("Config")).values()):
        if value.startswith(("/", "unix")):  # the Engine itself reads it, or speaks to it
            yield Reason(msg("Its log goes by {path} of the host.", path=Untrusted(value)))
    for name in mapping(host.get("Annotations")):
        yield Reason(msg("It tells its runtime {name}.", name=Untrusted(name[:80])))
    for name in mapping(host.get("Sysctls")):
        if not name.startswith(_OWN_SETTINGS):
            yield Reason(msg("It sets {name} of the kernel.", name=Untrusted(name)))


def _binds(host: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """From where, and the options; without a second part the first is inside."""
    for entry in strings(host, "Binds"):
        source, mark, rest = entry.partition(":")
        if mark:
            yield source, rest.partition(":")[2]


def _rows(raw: Mapping[str, object], key: str) -> Iterator[Mapping[str, object]]:
    return map(mapping, sequence(raw.get(key)))
