"""`/container prune`: remove all stopped containers."""

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
    return await pruning.plan(call, pruning.Wanted(frozenset({Kind.CONTAINER}), filters=chosen))


@pruning.prune_command(
    "container prune",
    permission="container.prune",
    act=msg("remove the stopped containers of {host}"),
    plan=_plan,
)
@pruning.asks_all_the_same
@pruning.by_age_or_label
async def prune(call: Call, wanted: tuple[tuple[str, str], ...]) -> Reply:
    """Remove all stopped containers."""
    return await remove(call)
