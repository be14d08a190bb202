"""`/prune`: stopped containers, unused networks, images without a tag; volumes only if asked."""

from __future__ import annotations

from bot.command.call import Call
from bot.command.kinds import filters
from bot.command.plan import Plan
from bot.command.spec import Danger, command, flag, option
from bot.errors import UsageError
from bot.hosts.types import Kind
from bot.message import Code, msg
from bot.reply import Reply
from handlers import prune as shared
from handlers.removal import remove

_KINDS = frozenset({Kind.CONTAINER, Kind.NETWORK, Kind.IMAGE})


async def _plan(call: Call) -> Plan:
    chosen = shared.filters_of(call, call.params["wanted"])
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
    wanted = shared.Wanted(
        _KINDS | {Kind.VOLUME} if volumes else _KINDS,
        all_images=call.params["all"],
        filters=chosen,
    )
    return await shared.plan(call, wanted)


@command(
    "system prune",
    shortcut="prune",
    permission="system.prune",
    act=msg("remove what {host} does not use"),
    danger=Danger.DESTRUCTIVE,
    plan=_plan,
    feature="prune",
    cost=5,
    deadline=300.0,
)
@flag("-a", "--all", help="Remove all unused images, not just those without a tag")
@flag("--volumes", help="Remove volumes without a name as well")
@option(
    "--filter",
    "wanted",
    multiple=True,
    type=filters("until", "label", "label!"),
    help="Only what fits, as in until=24h",
)
async def prune(
    call: Call,
    *,
    all: bool,  # noqa: A002 - Docker's word
    volumes: bool,
    wanted: tuple[tuple[str, str], ...],
) -> Reply:
    """Remove stopped containers, unused networks and images without a tag."""
    return await remove(call)
