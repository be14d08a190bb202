"""Turns the rows of an Engine's lists into frozen values of our own."""

from __future__ import annotations

import re
from collections.abc import Mapping

from bot.hosts import status
from bot.hosts.answer import (
    boolean,
    identity,
    integer,
    labels,
    mapping,
    moment,
    optional,
    sequence,
    string,
    strings,
    untrusted,
)
from bot.hosts.types import BuildRecord, Container, Image, Network, Port, Volume
from bot.message import Untrusted

_STATE = re.compile(r"[a-z]{1,16}")
_HEALTH = frozenset({"healthy", "unhealthy", "starting"})
_UNNAMED = "<none>:<none>"
_UNDIGESTED = "<none>@<none>"
# The kinds of records that a prune of the build cache takes with `all` only.
_INTERNAL = frozenset({"internal", "frontend"})
_BUILTIN = frozenset({"bridge", "host", "none"})
# What Docker calls a volume that nobody named: 64 hexadecimal digits, and since 24 a label.
_RANDOM_NAME = re.compile(r"[0-9a-f]{64}")
_ANONYMOUS = "com.docker.volume.anonymous"
_SHORT = 12


def container(value: object, *, sized: bool = False) -> Container:
    """A row of `GET /containers/json`. If `sized`, a missing size is zero: Go leaves it out."""
    raw = mapping(value)
    sentence = string(raw, "Status")
    told = status.read(sentence)
    networks = mapping(mapping(raw.get("NetworkSettings")).get("Networks"))
    cid = identity(raw)
    mounts = [mapping(row) for row in sequence(raw.get("Mounts"))]
    return Container(
        id=cid,
        name=_own_name(raw, cid),
        image=untrusted(raw, "Image"),
        image_id=string(raw, "ImageID"),
        state=state_of(raw, "State"),
        status=Untrusted(sentence),
        health=told.health or _health(raw),
        exit_code=told.exit_code,
        ago=told.ago,
        created=moment(raw, "Created") or 0.0,
        networks=tuple(Untrusted(name) for name in networks),
        mounts=tuple(map(mount, mounts)),
        labels=labels(raw),
        size_rw=integer(raw, "SizeRw") if sized else None,
        size_root=integer(raw, "SizeRootFs") if sized else None,
        command=untrusted(raw, "Command"),
        ports=tuple(map(port, sequence(raw.get("Ports")))),
        local=sum(string(row, "Driver") == "local" for row in mounts),
    )


def containers(value: object, *, sized: bool = False) -> tuple[Container, ...]:
    """The answer to `GET /containers/json`."""
    return tuple(container(row, sized=sized) for row in sequence(value))


def image(value: object) -> Image:
    """A row of `GET /images/json`."""
    raw = mapping(value)
    tags = tuple(Untrusted(tag) for tag in strings(raw, "RepoTags") if tag != _UNNAMED)
    return Image(
        id=identity(raw),
        tags=tags,
        size=integer(raw, "Size"),
        created=moment(raw, "Created") or 0.0,
        labels=labels(raw),
        digests=tuple(Untrusted(d) for d in strings(raw, "RepoDigests") if d != _UNDIGESTED),
        parent=string(raw, "ParentId"),
        shared=_known(raw, "SharedSize"),
        users=_known(raw, "Containers"),
    )


def images(value: object) -> tuple[Image, ...]:
    """The answer to `GET /images/json`."""
    return tuple(image(row) for row in sequence(value))


def volume(value: object) -> Volume:
    """A volume; size and users are there in the answer to `GET /system/df` only."""
    raw = mapping(value)
    name = untrusted(raw, "Name")
    usage = mapping(raw.get("UsageData"))
    tags = labels(raw)
    return Volume(
        name=name,
        driver=untrusted(raw, "Driver"),
        created=moment(raw, "CreatedAt") or 0.0,
        size=_known(usage, "Size"),
        users=_known(usage, "RefCount"),
        anonymous=_ANONYMOUS in tags or bool(_RANDOM_NAME.fullmatch(name.raw)),
        scope=untrusted(raw, "Scope"),
        path=untrusted(raw, "Mountpoint"),
        labels=tags,
    )


def network(value: object) -> Network:
    """A row of `GET /networks`."""
    raw = mapping(value)
    name = string(raw, "Name")
    return Network(
        id=string(raw, "Id"),
        name=Untrusted(name),
        driver=untrusted(raw, "Driver"),
        created=moment(raw, "Created") or 0.0,
        builtin=name in _BUILTIN,
        users=len(mapping(raw.get("Containers"))),
        scope=untrusted(raw, "Scope"),
        subnets=pools(raw, "Subnet"),
        internal=boolean(raw, "Internal"),
        ipv4=boolean(raw, "EnableIPv4"),
        ipv6=boolean(raw, "EnableIPv6"),
        labels=labels(raw),
    )


def pools(raw: Mapping[str, object], key: str) -> tuple[Untrusted, ...]:
    """What a network's ranges of addresses say at `key`."""
    rows = map(mapping, sequence(mapping(raw.get("IPAM")).get("Config")))
    return tuple(untrusted(row, key) for row in rows if row.get(key))


def build_record(value: object) -> BuildRecord:
    """A record of the build cache in the answer to `GET /system/df`."""
    raw = mapping(value)
    return BuildRecord(
        what=untrusted(raw, "Type"),
        size=integer(raw, "Size"),
        in_use=boolean(raw, "InUse"),
        shared=boolean(raw, "Shared"),
        internal=string(raw, "Type") in _INTERNAL,
        used=moment(raw, "LastUsedAt"),
    )


def state_of(raw: Mapping[str, object], key: str) -> str:
    """Docker's word for a container's state."""
    state = string(raw, key)
    return state if _STATE.fullmatch(state) else "unknown"


def port(value: object) -> Port:
    """A port in a row of `GET /containers/json`."""
    raw = mapping(value)
    return Port(
        private=integer(raw, "PrivatePort"),
        protocol=string(raw, "Type"),
        ip=string(raw, "IP") or None,
        public=optional(raw, "PublicPort"),
    )


def mount(raw: Mapping[str, object]) -> Untrusted:
    """A volume's name, or the path on the host: what `docker ps` shows."""
    return Untrusted(string(raw, "Name") or string(raw, "Source"))


def _own_name(raw: Mapping[str, object], cid: str) -> Untrusted:
    """Its own name: "/web". A link to it from another adds "/other/alias"."""
    own = (n.removeprefix("/") for n in strings(raw, "Names"))
    return Untrusted(next((name for name in own if name and "/" not in name), cid[:_SHORT]))


def _health(raw: Mapping[str, object]) -> str | None:
    """Engines from API 1.52 on say it beside the sentence."""
    value = string(mapping(raw.get("Health")), "Status")
    return value if value in _HEALTH else None


def _known(raw: Mapping[str, object], key: str) -> int | None:
    """The Engine says -1 for what it did not look at."""
    value = integer(raw, key, -1)
    return None if value < 0 else value
