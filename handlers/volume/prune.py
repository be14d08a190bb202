"""`/volume prune`: remove unnamed volumes, or with `-a` all that no container uses."""

from __future__ import annotations

from bot.command.call import Call
from bot.command.kinds import filters
from bot.command.plan import Plan
from bot.command.spec import Danger, command, flag, option
from bot.hosts.types import Kind
from bot.message import msg
from bot.reply import Reply
from handlers import prune as shared
from handlers.removal import remove


async def _plan(call: Call) -> Plan:
    wanted = shared.Wanted(
        frozenset({Kind.VOLUME}),
        all_volumes=call.params["all"],
        filters=shared.filters_of(call, call.params["wanted"]),
    )
    return await shared.plan(call, wanted)


@command(
    "volume prune",
    permission="volume.prune",
    act=msg("remove the unused volumes of {host}"),
    danger=Danger.DESTRUCTIVE,
    plan=_plan,
    feature="prune",
    cost=5,
    deadline=300.0,
)
@flag("-a", "--all", help="Remove all unused volumes, not just those without a name")
@option(
    "--filter",
    "wanted",
    multiple=True,
    type=filters("label", "label!"),
    help="Only what fits, as in label=tier=test",
)
async def prune(
    call: Call,
    *,
    all: bool,  # noqa: A002 - Docker's word
    wanted: tuple[tuple[str, str], ...],
) -> Reply:
    """Remove volumes without a name that no container uses."""
    return await remove(call)
