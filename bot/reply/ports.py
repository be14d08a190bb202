"""Ports as they are read: short for a phone, and as `docker ps` prints them."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import ip_address

from bot.hosts.types import Port
from bot.message import Untrusted

_EVERYWHERE = frozenset({"", "0.0.0.0", "::"})  # noqa: S104 - is looked at, nothing listens


def published(port: Port) -> Untrusted:
    """Where a port is reached, and what that is inside: `127.0.0.1:8080 → 80/tcp`."""
    return Untrusted(f"{place(port)} → {port.private}/{port.protocol}")


def places(ports: Iterable[Port]) -> tuple[Untrusted, ...]:
    """Where ports are published, by what they are inside; IPv4 and IPv6 together are one place."""
    found = (published(port).raw for port in sorted(ports, key=by_number) if port.public)
    return tuple(map(Untrusted, dict.fromkeys(found)))


def place(port: Port) -> str:
    """Where a port is published: `8080` on all addresses, else with the address."""
    outside = "" if port.public is None else str(port.public)
    address = port.ip or ""
    return outside if address in _EVERYWHERE else f"{_bracketed(address)}:{outside}"


def address(port: Port) -> str:
    """Where a port is published as `docker port` prints it: `0.0.0.0:8080`."""
    return f"{_bracketed(port.ip or '')}:{'' if port.public is None else port.public}"


def by_number(port: Port) -> tuple[int, str, str, int]:
    """To sort ports by what they are inside, then by where they are published."""
    return port.private, port.protocol, port.ip or "", port.public or 0


def displayed(ports: Iterable[Port]) -> str:
    """All ports of a container as in `docker ps`: `0.0.0.0:80->80/tcp, 9000-9002/tcp`.

    Those that are the same outside as inside, or inside only, are told in ranges.
    """
    ended: list[str] = []
    open_: dict[tuple[str, str], tuple[int, int]] = {}
    mapped: list[str] = []
    for port in sorted(ports, key=_in_order):
        key = (port.ip or "", port.protocol)
        first, last = open_.get(key, (port.private, port.private - 1))
        if port.ip and port.public != port.private:
            mapped.append(f"{address(port)}->{port.private}/{port.protocol}")
        elif port.private == last + 1:
            open_[key] = (first, port.private)
        else:
            ended.append(_range(key, (first, last)))
            open_[key] = (port.private, port.private)
    return ", ".join((*ended, *(_range(*pair) for pair in open_.items()), *mapped))


def _in_order(port: Port) -> tuple[int, int, int, int, str]:
    """By number inside, then by address, IPv4 first."""
    try:
        ip = ip_address(port.ip or "")
    except ValueError:
        return port.private, 0, 0, port.public or 0, port.protocol
    return port.private, ip.version, int(ip), port.public or 0, port.protocol


def _range(key: tuple[str, str], numbers: tuple[int, int]) -> str:
    (ip, protocol), (first, last) = key, numbers
    span = str(first) if first == last else f"{first}-{last}"
    return f"{_bracketed(ip)}:{span}->{span}/{protocol}" if ip else f"{span}/{protocol}"


def _bracketed(address: str) -> str:
    return f"[{address}]" if ":" in address else address
