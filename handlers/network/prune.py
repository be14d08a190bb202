"""`/network prune`: remove all unused networks."""

from __future__ import annotations

from bot.command.call import Call
from bot.command.plan import Plan
from bot.hosts.types import Kind
from bot.message import msg
from bot.reply import Reply
from handlers import pruning
from handlers.removal import remove


async def _plan(call: Call) -> Plan:
    chosen = pruning.filters_of(call, call.params["wanted"])
    return await pruning.plan(call, pruning.Wanted(frozenset({Kind.NETWORK}), filters=chosen))


@pruning.prune_command(
    "network prune",
    permission="network.prune",
    act=msg("remove the unused networks of {host}"),
    plan=_plan,
)
@pruning.asks_all_the_same
@pruning.by_age_or_label
async def prune(call: Call, wanted: tuple[tuple[str, str], ...]) -> Reply:
    """Remove all networks that no container uses."""
    return await remove(call)
