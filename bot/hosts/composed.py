"""What a compose file would make, read from the normal form that `docker compose config` tells.

Each service becomes the body of the request that would create its container, as far as that can
give root on the host: so the same rules hold for it as for any other container.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bot.hosts.answer import Unexpected, boolean, mapping, sequence, string, strings
from bot.hosts.composefile import BadCompose, check
from bot.hosts.reach import of_network
from bot.message import Message, Untrusted, msg

_MOST = 50  # services, and containers of all of them
_IN_PROJECT = "service:"
_KINDS = frozenset({"bind", "volume", "tmpfs", "image"})
_USUAL = "bridge"
_CONFINED = frozenset({"unconfined", "builtin"})


@dataclass(frozen=True, slots=True)
class Service:
    """One service. `mounts` are where from and where to; `ports` as "8080→80/tcp"."""

    name: Untrusted
    image: str
    ports: tuple[Untrusted, ...]
    mounts: tuple[tuple[Untrusted, Untrusted], ...]
    body: Mapping[str, object]


def services(normal: bytes, folder: str) -> tuple[Service, ...]:
    """The services of a normal form; `folder` is that of ours from which it was read.

    Raises:
        BadCompose: it has what is not taken, or can't be understood.
    """
    try:
        tree = mapping(json.loads(normal))
        check(tree)
        found = tuple(_services(tree, folder))
    except (ValueError, RecursionError, Unexpected) as error:
        raise BadCompose(msg("I don't understand what compose makes of it.")) from error
    if not found:
        raise BadCompose(msg("It has no services."))
    return found


def networks(normal: bytes) -> tuple[Message, ...]:
    """Why the networks that it makes reach the host's own.

    Raises:
        BadCompose: it can't be understood.
    """
    try:
        made = mapping(mapping(json.loads(normal)).get("networks"))
        return tuple(why for name, raw in made.items() for why in _reaches(name, mapping(raw)))
    except (ValueError, RecursionError, Unexpected) as error:
        raise BadCompose(msg("I don't understand what compose makes of it.")) from error


def _reaches(name: str, raw: Mapping[str, object]) -> Iterator[Message]:
    if raw.get("external"):
        return
    rows = sequence(mapping(raw.get("ipam")).get("config"))
    subnets = [string(mapping(row), "subnet") for row in rows]
    driver, options = string(raw, "driver") or _USUAL, mapping(raw.get("driver_opts"))
    for why in of_network(driver, options, filter(None, subnets)):
        yield msg("{name}: {why}", name=Untrusted(name), why=why)


def _services(tree: Mapping[str, object], folder: str) -> Iterator[Service]:
    every = mapping(tree.get("services"))
    count = sum(_copies(mapping(raw)) for raw in every.values())
    if len(every) > _MOST or count > _MOST:
        raise BadCompose(msg("At most {most} containers at once, please.", most=_MOST))
    for name, value in every.items():
        raw = mapping(value)
        if not string(raw, "image"):
            raise BadCompose(msg("{name} has no image.", name=Untrusted(name)))
        mounts = [_mount(mapping(row), tree, folder) for row in sequence(raw.get("volumes"))]
        yield Service(
            name=Untrusted(name),
            image=string(raw, "image"),
            ports=tuple(_port(mapping(row)) for row in sequence(raw.get("ports"))),
            mounts=tuple(map(_shown, mounts)),
            body=_body(raw, tree, mounts),
        )


def _shown(mount: Mapping[str, object]) -> tuple[Untrusted, Untrusted]:
    return Untrusted(str(mount["Source"])), Untrusted(str(mount["Target"]))


def _copies(raw: Mapping[str, object]) -> int:
    numbers = (raw.get("scale"), mapping(raw.get("deploy")).get("replicas"))
    found = [number for number in numbers if number is not None]
    if not all(isinstance(number, int) for number in found):
        raise Unexpected("scale")
    return max((int(str(number)) for number in found), default=1)


def _port(raw: Mapping[str, object]) -> Untrusted:
    where = string(raw, "host_ip")
    published = str(raw.get("published") or "")
    inside = f"{raw.get('target')}/{string(raw, 'protocol') or 'tcp'}"
    return Untrusted(f"{where}{':' if where else ''}{published}→{inside}")


def _mount(raw: Mapping[str, object], tree: Mapping[str, object], folder: str) -> dict[str, object]:
    kind, source = string(raw, "type"), string(raw, "source")
    if kind not in _KINDS:
        raise BadCompose(msg("I don't know mounts of the kind {kind}.", kind=Untrusted(kind)))
    if kind == "bind" and (source == folder or source.startswith(f"{folder}/")):
        raise BadCompose(
            msg("{path} is not a whole path.", path=Untrusted(source.removeprefix(folder) or ".")),
            msg("The file lies with me and not on the host: write paths from / on."),
        )
    mount: dict[str, object] = {
        "Type": kind,
        "Source": source,
        "Target": string(raw, "target"),
        "ReadOnly": boolean(raw, "read_only"),
    }
    if kind == "volume" and source:
        volume = mapping(mapping(tree.get("volumes")).get(source))
        mount["Source"] = string(volume, "name") or source
        given = mapping(volume.get("driver_opts"))
        driver = {"Name": string(volume, "driver"), "Options": {k: str(given[k]) for k in given}}
        mount["VolumeOptions"] = {"DriverConfig": driver}
    return mount


def _body(
    raw: Mapping[str, object], tree: Mapping[str, object], mounts: list[dict[str, object]]
) -> Mapping[str, object]:
    """As `POST /containers/create` would have it."""
    host: dict[str, object] = {
        "Privileged": boolean(raw, "privileged"),
        "CapAdd": list(strings(raw, "cap_add")),
        "SecurityOpt": list(_security(raw)),
        "CgroupnsMode": string(raw, "cgroup"),
        "CgroupParent": string(raw, "cgroup_parent"),
        "UTSMode": string(raw, "uts"),
        "UsernsMode": string(raw, "userns_mode"),
        "Runtime": string(raw, "runtime"),
        "DeviceCgroupRules": list(strings(raw, "device_cgroup_rules")),
        "Devices": list(_devices(raw)),
        "DeviceRequests": list(_requests(raw)),
        "VolumesFrom": list(_volumes_from(raw)),
        "Sysctls": dict.fromkeys(_named(raw.get("sysctls")), ""),
        "LogConfig": {"Config": mapping(mapping(raw.get("logging")).get("options"))},
        "Mounts": mounts,
    }
    for key, name in (("PidMode", "pid"), ("IpcMode", "ipc"), ("NetworkMode", "network_mode")):
        mode = string(raw, name)
        host[key] = "" if mode.startswith(_IN_PROJECT) else mode
    known = mapping(tree.get("networks"))
    joined = [string(mapping(known.get(n)), "name") or n for n in _named(raw.get("networks"))]
    return {
        "Image": string(raw, "image"),
        "HostConfig": host,
        "NetworkingConfig": {"EndpointsConfig": {name: {} for name in joined}},
    }


def _security(raw: Mapping[str, object]) -> Iterator[str]:
    for option in strings(raw, "security_opt"):
        key, _, value = option.replace(":", "=", 1).partition("=")
        if key == "seccomp" and value not in _CONFINED:
            raise BadCompose(msg("A profile of seccomp would be a file of my machine."))
        yield option


def _devices(raw: Mapping[str, object]) -> Iterator[dict[str, str]]:
    """Compose tells them long, and told them short before."""
    for row in sequence(raw.get("devices")):
        short = row.partition(":")[0] if isinstance(row, str) else string(mapping(row), "source")
        yield {"PathOnHost": short}


def _requests(raw: Mapping[str, object]) -> Iterator[object]:
    yield from sequence(raw.get("gpus")) if isinstance(raw.get("gpus"), list) else ()
    if raw.get("gpus") == "all":
        yield {}
    resources = mapping(mapping(raw.get("deploy")).get("resources"))
    yield from sequence(mapping(resources.get("reservations")).get("devices"))


def _volumes_from(raw: Mapping[str, object]) -> Iterator[str]:
    """Of other containers: those of the project are looked at by themselves."""
    for entry in strings(raw, "volumes_from"):
        if entry.startswith("container:"):
            yield entry.removeprefix("container:")


def _named(value: object) -> tuple[str, ...]:
    """The names in a list, or the keys of an object; `a=b` is named a."""
    if isinstance(value, list):
        return tuple(name.partition("=")[0] for name in strings({"names": value}, "names"))
    return tuple(mapping(value))
