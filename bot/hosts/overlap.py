"""Which network already has addresses that another is to get."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from ipaddress import IPv4Network, IPv6Network, ip_network

from bot.hosts.types import Network
from bot.hosts.wanted import Pool
from bot.message import Untrusted

Found = tuple[str, Untrusted, Network]


def overlap(pools: Iterable[Pool], networks: Sequence[Network]) -> Found | None:
    """The first subnet that is wanted and not free, the one that is in its way, and whose it is."""
    for pool in pools:
        wanted = _range(pool.subnet)
        for network in networks:
            for there in network.subnets:
                if _meet(wanted, _range(there.raw)):
                    return pool.subnet, there, network
    return None


def inside(address: str, subnets: Iterable[Untrusted]) -> bool:
    """Whether an address is in one of the subnets."""
    return any(_meet(_range(address), _range(subnet.raw)) for subnet in subnets)


def _meet(one: IPv4Network | IPv6Network | None, two: IPv4Network | IPv6Network | None) -> bool:
    if isinstance(one, IPv4Network) and isinstance(two, IPv4Network):
        return one.overlaps(two)
    return isinstance(one, IPv6Network) and isinstance(two, IPv6Network) and one.overlaps(two)


def _range(text: str) -> IPv4Network | IPv6Network | None:
    """What an Engine tells may be no subnet at all."""
    try:
        return ip_network(text, strict=False)
    except ValueError:
        return None
