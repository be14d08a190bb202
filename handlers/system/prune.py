"""`/prune`: what `docker system prune` takes; volumes only if asked."""

from __future__ import annotations

from bot.command.call import Call
from bot.command.plan import Plan
from bot.command.spec import flag
from bot.errors import UsageError
from bot.hosts.types import Kind
from bot.message import Code, msg
from bot.reply import Reply
from handlers import pruning
from handlers.removal import remove

_KINDS = frozenset({Kind.CONTAINER, Kind.NETWORK, Kind.IMAGE, Kind.BUILD_CACHE})


async def _plan(call: Call) -> Plan:
    chosen = pruning.filters_of(call, call.params["wanted"])
    volumes = call.params["volumes"]
    if volumes and chosen.until is not None:
        raise UsageError(
            msg(
                "{volumes} and {until} don't go together.",
                volumes=Code("--volumes"),
                until=Code("until"),
            ),
            msg("Docker knows no age of a volume. Nothing was changed."),
        )
    wanted = pruning.Wanted(
        _KINDS | {Kind.VOLUME} if volumes else _KINDS,
        all_images=call.params["all"],
        all_builds=call.params["all"],
        filters=chosen,
    )
    return await pruning.plan(call, wanted)


@pruning.prune_command(
    "system prune",
    shortcut="prune",
    permission="system.prune",
    act=msg("remove what {host} does not use"),
    plan=_plan,
)
@flag("-a", "--all", help="Remove all unused images, not just those without a tag")
@flag("--volumes", help="Remove volumes without a name as well")
@pruning.asks_all_the_same
@pruning.by_age_or_label
async def prune(
    call: Call,
    *,
    all: bool,  # noqa: A002 - Docker's word
    volumes: bool,
    wanted: tuple[tuple[str, str], ...],
) -> Reply:
    """Remove stopped containers, unused networks, images without a tag and build cache."""
    return await remove(call)
