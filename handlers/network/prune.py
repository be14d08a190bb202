"""`/network prune`: remove all unused networks."""

from __future__ import annotations

from bot.command.call import Call
from bot.command.kinds import filters
from bot.command.plan import Plan
from bot.command.spec import Danger, command, option
from bot.hosts.types import Kind
from bot.message import msg
from bot.reply import Reply
from handlers import prune as shared
from handlers.removal import remove


async def _plan(call: Call) -> Plan:
    chosen = shared.filters_of(call, call.params["wanted"])
    return await shared.plan(call, shared.Wanted(frozenset({Kind.NETWORK}), filters=chosen))


@command(
    "network prune",
    permission="network.prune",
    act=msg("remove the unused networks of {host}"),
    danger=Danger.DESTRUCTIVE,
    plan=_plan,
    feature="prune",
    cost=5,
    deadline=300.0,
)
@option(
    "--filter",
    "wanted",
    multiple=True,
    type=filters("until", "label", "label!"),
    help="Only what fits, as in until=24h",
)
async def prune(call: Call, wanted: tuple[tuple[str, str], ...]) -> Reply:
    """Remove all networks that no container uses."""
    return await remove(call)
