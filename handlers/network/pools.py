"""Subnets, and what of each is for what: put together as Docker's command line does it.

Each range, gateway and address that is set aside belongs to the one subnet that it lies in.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from ipaddress import IPv4Address, IPv6Address, ip_address
from itertools import chain, combinations
from typing import Any

from bot.command.addresses import Subnet
from bot.errors import UsageError
from bot.hosts.wanted import Pool
from bot.message import Code, msg

_UNCHANGED = msg("Nothing was changed.")


def pools(params: Mapping[str, Any]) -> tuple[Pool, ...]:
    """What the options of `network create` ask for.

    Raises:
        UsageError: they don't fit each other.
    """
    found = {subnet: Pool(str(subnet)) for subnet in chain(*params["subnet"])}
    for one, two in combinations(found, 2):
        if one.version == two.version and one.overlaps(two):
            told = msg("{one} and {two} overlap.", one=Code(str(one)), two=Code(str(two)))
            raise UsageError(told, _UNCHANGED)
    for wanted in chain(*params["ip_range"]):
        subnet = _owner(found, wanted.network_address, str(wanted))
        _once(subnet, found[subnet].ip_range, "--ip-range")
        found[subnet] = replace(found[subnet], ip_range=str(wanted))
    for gateway in chain(*params["gateway"]):
        subnet = _owner(found, ip_address(gateway), gateway)
        _once(subnet, found[subnet].gateway, "--gateway")
        found[subnet] = replace(found[subnet], gateway=gateway)
    for name, given in params["aux_address"]:
        subnet = _owner(found, ip_address(given), given)
        found[subnet] = replace(found[subnet], aux={**found[subnet].aux, name: given})
    return tuple(found.values())


def _owner(subnets: Iterable[Subnet], wanted: IPv4Address | IPv6Address, text: str) -> Subnet:
    for subnet in subnets:
        if wanted in subnet:
            return subnet
    told = msg("{address} is in no {option}.", address=Code(text), option=Code("--subnet"))
    raise UsageError(told, _UNCHANGED)


def _once(subnet: Subnet, there: str | None, option: str) -> None:
    if there is not None:
        told = msg("{subnet} can have one {option}.", subnet=Code(str(subnet)), option=Code(option))
        raise UsageError(told, _UNCHANGED)
