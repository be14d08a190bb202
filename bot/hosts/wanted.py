"""What an Engine is asked to make, in Docker's words; checked before it comes here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

Scope = Literal["local", "global", "swarm"]


def _nothing() -> Mapping[str, str]:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True)
class NewVolume:
    """A volume; without a name the Engine makes one up."""

    name: str | None
    driver: str = "local"
    options: Mapping[str, str] = field(default_factory=_nothing, hash=False)
    labels: Mapping[str, str] = field(default_factory=_nothing, hash=False)


@dataclass(frozen=True, slots=True)
class Pool:
    """A range of addresses: a subnet, and what of it is for what."""

    subnet: str
    ip_range: str | None = None
    gateway: str | None = None
    aux: Mapping[str, str] = field(default_factory=_nothing, hash=False)


@dataclass(frozen=True, slots=True)
class NewNetwork:
    """A network; without pools the Engine finds a range that is free."""

    name: str
    driver: str = "bridge"
    pools: tuple[Pool, ...] = ()
    internal: bool = False
    attachable: bool = False
    ipv6: bool = False
    scope: Scope | None = None
    options: Mapping[str, str] = field(default_factory=_nothing, hash=False)
    labels: Mapping[str, str] = field(default_factory=_nothing, hash=False)
    ipam_driver: str = "default"
    ipam_options: Mapping[str, str] = field(default_factory=_nothing, hash=False)


@dataclass(frozen=True, slots=True)
class Attachment:
    """How a container is to be in a network. `links` are pairs of a container and its alias."""

    aliases: tuple[str, ...] = ()
    ipv4: str | None = None
    ipv6: str | None = None
    links: tuple[tuple[str, str], ...] = ()
    link_local: tuple[str, ...] = ()
    mac: str | None = None
    options: Mapping[str, str] = field(default_factory=_nothing, hash=False)
