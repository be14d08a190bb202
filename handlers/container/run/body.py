"""From the values of `docker run` to the body of `POST /containers/create`, as docker/cli makes it.

What is not given is left out: the Engine then does what is usual there.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot.command.sizes import Restart
from bot.errors import UsageError
from bot.message import Code, msg
from handlers.container.run import ports
from handlers.container.run.joins import Params, endpoints

_PLAIN = {  # what the Engine takes as it is
    "cgroup_parent": "CgroupParent",
    "memory": "Memory",
    "memory_reservation": "MemoryReservation",
    "memory_swap": "MemorySwap",
    "memory_swappiness": "MemorySwappiness",
    "cpus": "NanoCpus",
    "cpu_shares": "CpuShares",
    "cpu_period": "CpuPeriod",
    "cpu_quota": "CpuQuota",
    "cpu_rt_period": "CpuRealtimePeriod",
    "cpu_rt_runtime": "CpuRealtimeRuntime",
    "cpuset_cpus": "CpusetCpus",
    "cpuset_mems": "CpusetMems",
    "pids_limit": "PidsLimit",
    "oom_kill_disable": "OomKillDisable",
    "oom_score_adj": "OomScoreAdj",
    "blkio_weight": "BlkioWeight",
    "blkio_weight_device": "BlkioWeightDevice",
    "device_read_bps": "BlkioDeviceReadBps",
    "device_read_iops": "BlkioDeviceReadIOps",
    "device_write_bps": "BlkioDeviceWriteBps",
    "device_write_iops": "BlkioDeviceWriteIOps",
    "device_cgroup_rule": "DeviceCgroupRules",
    "rm": "AutoRemove",
    "init": "Init",
    "privileged": "Privileged",
    "publish_all": "PublishAllPorts",
    "read_only": "ReadonlyRootfs",
    "group_add": "GroupAdd",
    "dns": "Dns",
    "dns_option": "DnsOptions",
    "dns_search": "DnsSearch",
    "add_host": "ExtraHosts",
    "volumes_from": "VolumesFrom",
    "volume_driver": "VolumeDriver",
    "link": "Links",
    "pid": "PidMode",
    "ipc": "IpcMode",
    "uts": "UTSMode",
    "userns": "UsernsMode",
    "cgroupns": "CgroupnsMode",
    "runtime": "Runtime",
    "shm_size": "ShmSize",
    "mount": "Mounts",
}
_PAIRS = {
    "storage_opt": "StorageOpt",
    "sysctl": "Sysctls",
    "tmpfs": "Tmpfs",
    "annotation": "Annotations",
}
_CONFIG = {
    "hostname": "Hostname",
    "domainname": "Domainname",
    "user": "User",
    "workdir": "WorkingDir",
    "tty": "Tty",
    "stop_signal": "StopSignal",
    "stop_timeout": "StopTimeout",
}
_HEALTH = {
    "health_interval": "Interval",
    "health_timeout": "Timeout",
    "health_start_period": "StartPeriod",
    "health_start_interval": "StartInterval",
    "health_retries": "Retries",
}
_TOLD = ("Init", "MemorySwappiness")  # to say no, or nothing, is to say something
_NEVER = Restart("no")
_SYSTEM_PATHS = "systempaths=unconfined"


def body(
    params: Params,
    *,
    env: Sequence[str] = (),
    labels: Sequence[tuple[str, str]] = (),
) -> dict[str, Any]:
    """The body, with the variables and labels that files have given before those of the line.

    Raises:
        UsageError: what is asked does not go together.
    """
    _check(params)
    network, asked = endpoints(params)
    found: dict[str, Any] = {
        "Image": params["image"],
        "Env": list({one.partition("=")[0]: one for one in (*env, *params["env"])}.values()),
        "Labels": dict((*labels, *params["label"])),
        "ExposedPorts": ports.exposed(params["expose"], _published(params)),
        "Volumes": {v.target: {} for v in params["volume"] if not v.source},
        "MacAddress": asked.get(network, {}).get("MacAddress"),
        "Healthcheck": _health(params),
        "HostConfig": _host(params, network),
        "NetworkingConfig": {"EndpointsConfig": asked},
        **{key: params[name] for name, key in _CONFIG.items()},
        **_process(params),
    }
    return {key: value for key, value in found.items() if value not in (None, "", [], {})}


def _process(params: Params) -> dict[str, Any]:
    """What is run, and what it is connected with."""
    stays = params.get("detach", False)
    found: dict[str, Any] = {"OpenStdin": params["interactive"]}
    if params["command"]:
        found["Cmd"] = list(params["command"])
    if params["entrypoint"] is not None:
        found["Entrypoint"] = [params["entrypoint"]]
    if not stays:
        found |= {"AttachStdout": True, "AttachStderr": True}
        found |= {"AttachStdin": True, "StdinOnce": True} if params["interactive"] else {}
    return found


def _host(params: Params, network: str) -> dict[str, Any]:
    found = {key: _listed(params[name]) for name, key in _PLAIN.items()}
    found |= {key: dict(params[name]) for name, key in _PAIRS.items()}
    found |= {
        "NetworkMode": network,
        "Binds": list(dict.fromkeys(v.bind for v in params["volume"] if v.source)),
        "PortBindings": ports.bindings(_published(params)),
        "RestartPolicy": _restart(params),
        "LogConfig": _log(params),
        "CapAdd": sorted(set(params["cap_add"])),
        "CapDrop": sorted(set(params["cap_drop"])),
        "Devices": [d for d in params["device"] if not isinstance(d, str)],
        "DeviceRequests": _requests(params),
        "Ulimits": sorted(_ulimits(params).values(), key=lambda limit: str(limit["Name"])),
        "SecurityOpt": [o for o in params["security_opt"] if o != _SYSTEM_PATHS],
    }
    kept = {key: value for key, value in found.items() if value}
    kept |= {key: found[key] for key in _TOLD if found[key] is not None}
    if _SYSTEM_PATHS in params["security_opt"]:
        kept |= {"MaskedPaths": [], "ReadonlyPaths": []}
    return kept


def _listed(value: Any) -> Any:  # noqa: ANN401 - whatever the option takes
    return list(value) if isinstance(value, tuple) else value


def _published(params: Params) -> list[ports.Published]:
    return [port for several in params["publish"] for port in several]


def _restart(params: Params) -> dict[str, Any]:
    chosen = params["restart"] or _NEVER
    retries = {"MaximumRetryCount": chosen.retries} if chosen.retries else {}
    return {"Name": chosen.name, **retries}


def _log(params: Params) -> dict[str, Any]:
    found = {"Type": params["log_driver"], "Config": dict(params["log_opt"])}
    return {key: value for key, value in found.items() if value}


def _requests(params: Params) -> list[dict[str, Any]]:
    named = [d for d in params["device"] if isinstance(d, str)]
    return [*params["gpus"], *([{"Driver": "cdi", "DeviceIDs": named}] if named else [])]


def _ulimits(params: Params) -> dict[object, dict[str, object]]:
    """The last of each name counts."""
    return {limit["Name"]: limit for limit in params["ulimit"]}


def _health(params: Params) -> dict[str, Any]:
    if params["no_healthcheck"]:
        return {"Test": ["NONE"]}
    found = {key: params[name] for name, key in _HEALTH.items() if params[name]}
    if params["health_cmd"]:
        found["Test"] = ["CMD-SHELL", params["health_cmd"]]
    return found


def _check(params: Params) -> None:
    """What Docker's own command line says does not go together."""
    always = params["restart"] is not None and params["restart"].name != "no"
    if params["rm"] and always:
        raise _together("--rm", "--restart")
    given = ("health_cmd", *_HEALTH)
    if params["no_healthcheck"] and any(params[name] for name in given):
        raise _together("--no-healthcheck", "--health-…")
    if params["log_driver"] == "none" and params["log_opt"]:
        raise _together("--log-driver none", "--log-opt")


def _together(one: str, other: str) -> UsageError:
    return UsageError(
        msg("{one} and {other} do not go together.", one=Code(one), other=Code(other))
    )
