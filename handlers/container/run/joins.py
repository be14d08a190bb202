"""All networks that a container joins, with what the older options say of the first of them.

docker/cli sends nothing about a single network of which nothing special is asked: the Engine joins
it by itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from bot.errors import UsageError
from bot.message import Code, Message, Untrusted, msg
from handlers.container.run.networks import Joined

Params = Mapping[str, Any]
_DEFAULT = "default"


def endpoints(params: Params) -> tuple[str, dict[str, Any]]:
    """The mode of the network, and what is asked of each, as the Engine takes them.

    Raises:
        UsageError: what is asked does not go together.
    """
    given: Sequence[Joined] = params["network"]
    first, *more = given or (Joined(_DEFAULT),)
    every = (_completed(first, params), *more)
    _check(every)
    asked = {one.network: one.settings for one in every if one.settings or len(given) != 1}
    return first.network, asked


def _completed(first: Joined, params: Params) -> Joined:
    """The first network with what the older options say of it, too.

    A link on the network that all are on by default is another thing: of the whole container.
    """
    older: dict[str, tuple[Any, str]] = {
        "aliases": (params["network_alias"], "--network-alias"),
        "ipv4": (params["ip"] or "", "--ip"),
        "ipv6": (params["ip6"] or "", "--ip6"),
        "mac": (params["mac_address"] or "", "--mac-address"),
        "local": (params["link_local_ip"], "--link-local-ip"),
    }
    if first.named:
        older["links"] = (params["link"], "--link")
    for name, (value, option) in older.items():
        if value and getattr(first, name):
            raise UsageError(_twice(option))
    return replace(first, **{name: value for name, (value, _) in older.items() if value})


def _check(every: Sequence[Joined]) -> None:
    names = [one.network for one in every]
    for name in names:
        if names.count(name) > 1:
            raise UsageError(msg("{name} is given twice.", name=Untrusted(name)))
    if len({one.named for one in every}) > 1:
        raise UsageError(_mixed())
    if any(one.aliases and not one.named for one in every):
        alias = Code("--network-alias")
        raise UsageError(msg("{option} needs a network of your own.", option=alias))


def _twice(option: str) -> Message:
    network = Code("--network")
    return msg("{option} is given in {network} as well.", option=Code(option), network=network)


def _mixed() -> Message:
    modes = Code("bridge, host, none, container:…")
    return msg("A network of your own does not go together with {modes}.", modes=modes)
