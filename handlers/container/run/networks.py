"""`--network` in both of its forms, and what else names something on a network."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from ipaddress import ip_address
from typing import Any

from handlers.container.run.reading import Reading, fields, whole_number

_LONG = re.compile(r"\w+=\w+(,\w+=\w+)*", re.ASCII)
_BUILT_IN = frozenset({"default", "bridge", "host", "none"})
_OTHER = "container:"
_MAC = re.compile(r"[0-9a-f]{2}(?:([:-])[0-9a-f]{2})(?:\1[0-9a-f]{2}){4}", re.IGNORECASE)
_HIGHEST = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Joined:
    """A network by name or id, and what is asked of it; what is empty is as the Engine likes."""

    network: str
    aliases: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    ipv4: str = ""
    ipv6: str = ""
    local: tuple[str, ...] = ()
    mac: str = ""
    options: Mapping[str, str] = field(default_factory=dict)
    priority: int = 0

    @property
    def named(self) -> bool:
        """Whether it is somebody's own network, and none of the Engine's modes."""
        return self.network not in _BUILT_IN and not self.network.startswith(_OTHER)

    @property
    def settings(self) -> dict[str, Any]:
        """As the Engine takes it, without what is empty."""
        addresses = {
            "IPv4Address": self.ipv4,
            "IPv6Address": self.ipv6,
            "LinkLocalIPs": list(self.local),
        }
        found = {
            "Aliases": list(self.aliases),
            "Links": list(self.links),
            "MacAddress": self.mac,
            "DriverOpts": dict(self.options),
            "GwPriority": self.priority,
            "IPAMConfig": {key: value for key, value in addresses.items() if value},
        }
        return {key: value for key, value in found.items() if value}


def network(text: str) -> Joined:
    """One `--network`: a name, or fields, which docker/cli reads without regard to case.

    Raises:
        ValueError: if it can't be read.
    """
    if not text.strip():
        raise ValueError(text)
    if not _LONG.search(text):
        return Joined(text)
    found = Joined("")
    for part in fields(text):
        key, mark, value = part.lower().partition("=")
        if not mark:
            raise ValueError(text)
        found = _with(found, key.strip(), value.strip())
    if not found.network:
        raise ValueError(text)
    return found


def _with(joined: Joined, key: str, value: str) -> Joined:
    match key:
        case "name" | "ip" | "ip6":
            return _plain(joined, key, value)
        case "alias":
            return replace(joined, aliases=(*joined.aliases, value))
        case "mac-address":
            return replace(joined, mac=mac(value))
        case "link-local-ip":
            return replace(joined, local=(*joined.local, value))
        case "driver-opt":
            return replace(joined, options={**joined.options, **_option(value)})
        case "gw-priority":
            return replace(joined, priority=whole_number(value, -_HIGHEST, _HIGHEST))
        case _:
            raise ValueError(key)


def _plain(joined: Joined, key: str, value: str) -> Joined:
    if key == "name":
        return replace(joined, network=value)
    return replace(joined, ipv4=value) if key == "ip" else replace(joined, ipv6=value)


def _option(text: str) -> dict[str, str]:
    name, mark, given = text.partition("=")
    if not mark or not name:
        raise ValueError(text)
    return {name.strip(): given.strip()}


def mac(text: str) -> str:
    """A hardware address.

    Raises:
        ValueError: if it is none.
    """
    if not _MAC.fullmatch(text.strip()):
        raise ValueError(text)
    return text.strip()


def link(text: str) -> str:
    """One `--link`: `name` or `name:alias`.

    Raises:
        ValueError: if it is none.
    """
    name, _, alias = text.partition(":")
    if not name or ":" in alias:
        raise ValueError(text)
    return text


def add_host(text: str) -> str:
    """One `--add-host`: `name:address` or `name=address`, or `host-gateway` for the host's own.

    Raises:
        ValueError: if it can't be read.
    """
    name, mark, place = text.partition("=")
    if not mark:
        name, mark, place = text.partition(":")
    if not mark or not name or ":" in name:
        raise ValueError(text)
    if place != "host-gateway":
        if len(place) > 2 and place.startswith("[") and place.endswith("]"):  # noqa: PLR2004 - the brackets
            place = place[1:-1]
        address(place)
    return f"{name}:{place}"


def address(text: str) -> str:
    """An address, as it is written shortest.

    Raises:
        ValueError: if it is none.
    """
    if "%" in text:
        raise ValueError(text)
    return str(ip_address(text.strip()))


def search(text: str) -> str:
    """One `--dns-search`; a dot stands for none.

    Raises:
        ValueError: if it is no domain.
    """
    domain = text.strip(" ")
    if domain == ".":
        return domain
    bare = domain.rstrip()
    bare = bare.removesuffix(".")
    if not _DOMAIN.fullmatch(bare) or not re.search("[a-zA-Z]", bare):
        raise ValueError(text)
    return bare


_LABEL = r"[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?"
_DOMAIN = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
NETWORK = Reading("network", network, "name / name=web,alias=shop,ip=172.20.0.5")
MAC = Reading("address", mac, "92:d0:c6:0a:29:33")
LINK = Reading("link", link, "db / db:database")
HOST = Reading("host", add_host, "name:10.0.0.5 / name:host-gateway")
ADDRESS = Reading("address", address, "10.1.2.3 / 2001:db8::33")
SEARCH = Reading("domain", search, "example.com")
