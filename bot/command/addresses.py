"""Addresses and ranges of them; several in one word have commas between them, as with Docker."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Any

import click

from bot.command.kinds import BadValue
from bot.message import Code, Untrusted, msg

Subnet = IPv4Network | IPv6Network


class _Several(click.ParamType[Any]):
    """One or more values of one kind, as a tuple."""

    def __init__(self, name: str, one: Callable[[str], Any]) -> None:
        self.name = name
        self._one = one

    def convert(self, value: Any, _param: Any, _ctx: Any) -> tuple[Any, ...]:  # noqa: ANN401 - Click's signature
        return tuple(self._one(word.strip()) for word in str(value).split(","))


class _Address(click.ParamType[Any]):
    """An address of one version of IP, as text."""

    name = "address"

    def __init__(self, version: int) -> None:
        self.version = version

    def convert(self, value: Any, _param: Any, _ctx: Any) -> str:  # noqa: ANN401 - Click's signature
        text = address(str(value))
        if ip_address(text).version != self.version:
            example = "172.30.100.104" if self.version == 4 else "2001:db8::33"  # noqa: PLR2004 - IPv4
            raise BadValue(
                msg("{value} is no address for this.", value=Untrusted(text)),
                msg("Write {example}.", example=Code(example)),
            )
        return text


class _Kept(click.ParamType[Any]):
    """A name and the address that is kept for it: `router=10.1.0.2`."""

    name = "name=address"

    def convert(self, value: Any, _param: Any, _ctx: Any) -> tuple[str, str]:  # noqa: ANN401 - Click's signature
        name, _, given = str(value).partition("=")
        return name, address(given)


def address(text: str) -> str:
    """An address, as it is written shortest."""
    try:
        found = ip_address(text)
    except ValueError as error:
        raise BadValue(
            msg("{value} is no address.", value=Untrusted(text)),
            msg("Write {example}.", example=Code("10.1.2.3 / 2001:db8::33")),
        ) from error
    if getattr(found, "scope_id", None):
        raise BadValue(msg("{value} is no address.", value=Untrusted(text)))
    return str(found)


def _subnet(text: str) -> Subnet:
    """A range; one whose address has more bits than its length is what newer Engines refuse."""
    try:
        found = ip_network(text, strict=False)
    except ValueError as error:
        raise BadValue(
            msg("{value} is no range of addresses.", value=Untrusted(text)),
            msg("Write {example}.", example=Code("10.1.0.0/16")),
        ) from error
    first = text.partition("/")[0]
    if "/" not in text or address(first) != str(found.network_address):
        raise BadValue(
            msg("{value} is no range of addresses.", value=Untrusted(text)),
            msg("Did you mean {range}?", range=Code(str(found))),
        )
    return found


SUBNETS = _Several("subnet", _subnet)
ADDRESSES = _Several("address", address)
KEPT = _Kept()
IPV4 = _Address(4)
IPV6 = _Address(6)
