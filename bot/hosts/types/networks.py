"""Networks, as they are listed and told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.message import Untrusted


@dataclass(frozen=True, slots=True)
class Network:
    """A network; `builtin` are bridge, host and none; `users` counts attached containers.

    `subnets` are as in "172.18.0.0/16". `ipv4` is what an Engine says, which only newer ones do.
    """

    id: str
    name: Untrusted
    driver: Untrusted
    created: float
    builtin: bool
    users: int
    scope: Untrusted
    subnets: tuple[Untrusted, ...]
    internal: bool
    ipv4: bool
    ipv6: bool
    labels: Mapping[str, str] = field(hash=False)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A running container in a network, by id, with its addresses there ("172.18.0.2/16")."""

    id: str
    name: Untrusted
    addresses: tuple[Untrusted, ...]


@dataclass(frozen=True, slots=True)
class NetworkDetails:
    """`GET /networks/{id}`: what one looks for, and all of it as JSON (`whole`)."""

    network: Network
    gateways: tuple[Untrusted, ...]
    endpoints: tuple[Endpoint, ...]
    attachable: bool
    options: Mapping[str, str] = field(hash=False)
    whole: bytes
