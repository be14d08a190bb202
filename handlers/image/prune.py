"""`/image prune`: remove images without a tag, or with `-a` all that no container uses."""

from __future__ import annotations

from bot.command.call import Call
from bot.command.plan import Plan
from bot.command.spec import flag
from bot.hosts.types import Kind
from bot.message import msg
from bot.reply import Reply
from handlers import pruning
from handlers.removal import remove


async def _plan(call: Call) -> Plan:
    wanted = pruning.Wanted(
        frozenset({Kind.IMAGE}),
        all_images=call.params["all"],
        filters=pruning.filters_of(call, call.params["wanted"]),
    )
    return await pruning.plan(call, wanted)


@pruning.prune_command(
    "image prune",
    permission="image.prune",
    act=msg("remove the unused images of {host}"),
    plan=_plan,
)
@flag("-a", "--all", help="Remove all unused images, not just those without a tag")
@pruning.asks_all_the_same
@pruning.by_age_or_label
async def prune(
    call: Call,
    *,
    all: bool,  # noqa: A002 - Docker's word
    wanted: tuple[tuple[str, str], ...],
) -> Reply:
    """Remove images that have no tag."""
    return await remove(call)
