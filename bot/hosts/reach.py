"""Why a network reaches the host's own, of which no container is otherwise a part."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from ipaddress import ip_network

from bot.message import Message, Untrusted, msg

_APART = frozenset({"bridge", "overlay"})
# Options that change nothing outside of the network; others name interfaces and addresses.
_HARMLESS = frozenset(
    {
        "com.docker.network.bridge.enable_icc",
        "com.docker.network.bridge.enable_ip_masquerade",
        "com.docker.network.container_iface_prefix",
        "com.docker.network.driver.mtu",
        "encrypted",
    }
)
# What nobody on the internet has (RFC 1918 and 4193): a route to it takes nothing away.
_PRIVATE = tuple(map(ip_network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")))


def of_network(
    driver: str, options: Mapping[str, object], subnets: Iterable[str]
) -> Iterator[Message]:
    """Why who makes such a network is as good as root on the host.

    Raises:
        ValueError: a subnet is none.
    """
    for key in sorted(options.keys() - _HARMLESS):
        yield msg("{option} may reach the host's own network.", option=Untrusted(key))
    if driver not in _APART:
        name = Untrusted(driver)
        yield msg("The driver {name} reaches the host's own network.", name=name)
    public = next((subnet for subnet in subnets if not _is_private(subnet)), None)
    if public is not None:
        told = msg("{subnet} is not private: what the host sends there would go astray.")
        yield told.having(subnet=Untrusted(public))


def _is_private(text: str) -> bool:
    subnet = ip_network(text, strict=False)
    return any(subnet.version == own.version and subnet.subnet_of(own) for own in _PRIVATE)  # type: ignore[arg-type]  # of one version
