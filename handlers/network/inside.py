"""Whether a container is in a network, and whether it can get an address there."""

from __future__ import annotations

from collections.abc import Iterable

from bot.command.call import Call
from bot.command.plan import Item
from bot.errors import UsageError
from bot.hosts.overlap import inside
from bot.hosts.types import Container, Network, Target
from bot.message import Code, Names, msg
from handlers.users import runs


async def is_in(call: Call, network: Target, item: Item) -> bool:
    """Whether the container is in the network, or would be if it ran."""
    seen = next(c for c in call.seen if isinstance(c, Container))
    if not runs(seen):
        return network.name in seen.networks
    found = await call.host.networks.inspect(network.id)
    return any(endpoint.id == item.id for endpoint in found.endpoints)


def fitting(call: Call, addresses: Iterable[str | None]) -> None:
    """Refuse an address that the network can't have: a stopped container would not start with it.

    Raises:
        UsageError: it is in none of its subnets.
    """
    network = next(n for n in call.seen if isinstance(n, Network))
    for address in filter(None, addresses):
        if network.subnets and not inside(address, network.subnets):
            told = msg(
                "{address} is in no subnet of {network}: {subnets}.",
                address=Code(address),
                network=network.name,
                subnets=Names(network.subnets),
            )
            raise UsageError(told, msg("Nothing was changed."))
