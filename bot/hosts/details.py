"""Turns what an Engine knows about one thing into a frozen value."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping

from bot.hosts.answer import (
    Unexpected,
    boolean,
    identity,
    integer,
    labels,
    mapping,
    moment,
    optional,
    sequence,
    string,
    untrusted,
)
from bot.hosts.listing import mount, network, pools, state_of, volume
from bot.hosts.types import Details, Endpoint, NetworkDetails, Port, VolumeDetails
from bot.message import Untrusted

_PORT = re.compile(r"(\d{1,5})/([a-z]{1,8})")
_LARGEST = 4 * 1024 * 1024
_NUMBER = re.compile(r"\d{1,5}")
# What brought a container into its state, where the Engine keeps the moment of that.
_MOMENTS = {"running": "StartedAt", "exited": "FinishedAt", "dead": "FinishedAt"}


def details(value: object) -> Details:
    """The answer to `GET /containers/{id}/json`."""
    raw = mapping(value)
    state, host = mapping(raw.get("State")), mapping(raw.get("HostConfig"))
    settings = mapping(raw.get("NetworkSettings"))
    word = state_of(state, "Status")
    return Details(
        id=identity(raw),
        state=word,
        since=moment(state, _MOMENTS[word]) if word in _MOMENTS else None,
        image=untrusted(mapping(raw.get("Config")), "Image"),
        restarts=integer(raw, "RestartCount"),
        restart_policy=untrusted(mapping(host.get("RestartPolicy")), "Name"),
        memory=integer(host, "Memory"),
        ports=tuple(_published(mapping(settings.get("Ports")))),
        mounts=tuple(
            (mount(row), untrusted(row, "Destination"))
            for row in map(mapping, sequence(raw.get("Mounts")))
        ),
        networks=tuple(Untrusted(name) for name in mapping(settings.get("Networks"))),
        whole=whole(raw),
        exposed=tuple(_exposed(mapping(settings.get("Ports")))),
        size_rw=optional(raw, "SizeRw"),
        size_root=optional(raw, "SizeRootFs"),
    )


def volume_details(value: object) -> VolumeDetails:
    """The answer to `GET /volumes/{name}`."""
    raw = mapping(value)
    return VolumeDetails(
        volume=volume(raw),
        options=labels(raw, "Options"),
        whole=whole(raw),
    )


def network_details(value: object) -> NetworkDetails:
    """The answer to `GET /networks/{id}`."""
    raw = mapping(value)
    return NetworkDetails(
        network=network(raw),
        gateways=pools(raw, "Gateway"),
        endpoints=tuple(
            _endpoint(cid, mapping(row)) for cid, row in mapping(raw.get("Containers")).items()
        ),
        attachable=boolean(raw, "Attachable"),
        options=labels(raw, "Options"),
        whole=whole(raw),
    )


def _endpoint(cid: str, raw: Mapping[str, object]) -> Endpoint:
    addresses = (string(raw, "IPv4Address"), string(raw, "IPv6Address"))
    return Endpoint(cid, untrusted(raw, "Name"), tuple(Untrusted(a) for a in addresses if a))


def whole(raw: Mapping[str, object]) -> bytes:
    """All of an answer as JSON that people can read, sorted by key."""
    text = json.dumps(raw, indent=2, ensure_ascii=False, sort_keys=True)
    if len(text) > _LARGEST:
        raise Unexpected("too large")
    return text.encode(errors="replace")


def _published(ports: Mapping[str, object]) -> Iterator[Port]:
    """A port inside stands once for each place where it is published."""
    for inside, places in ports.items():
        private, protocol = _inside(inside)
        for place in map(mapping, sequence(places)):
            public = _NUMBER.fullmatch(string(place, "HostPort"))
            yield Port(
                private=private,
                protocol=protocol,
                ip=string(place, "HostIp") or None,
                public=int(public[0]) if public else None,
            )


def _exposed(ports: Mapping[str, object]) -> Iterator[Port]:
    """The ports inside that are published nowhere."""
    yield from (Port(*_inside(inside)) for inside, places in ports.items() if not places)


def _inside(written: str) -> tuple[int, str]:
    """`80/tcp` as number and protocol."""
    found = _PORT.fullmatch(written)
    if found is None:
        raise Unexpected("Ports")
    return int(found[1]), found[2]
