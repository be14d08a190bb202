"""`/volume prune`: remove unnamed volumes, or with `-a` all that no container uses."""

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
        frozenset({Kind.VOLUME}),
        all_volumes=call.params["all"] or _says_all(call.params["wanted"]),
        filters=pruning.filters_of(call, call.params["wanted"]),
    )
    return await pruning.plan(call, wanted)


def _says_all(wanted: tuple[tuple[str, str], ...]) -> bool:
    """Docker's other way to say so: `--filter all=true`."""
    return any(key == "all" and value.lower() in {"1", "true"} for key, value in wanted)


@pruning.prune_command(
    "volume prune",
    permission="volume.prune",
    act=msg("remove the unused volumes of {host}"),
    plan=_plan,
)
@flag("-a", "--all", help="Remove all unused volumes, not just those without a name")
@pruning.asks_all_the_same
@pruning.by_label
async def prune(
    call: Call,
    *,
    all: bool,  # noqa: A002 - Docker's word
    wanted: tuple[tuple[str, str], ...],
) -> Reply:
    """Remove volumes without a name that no container uses."""
    return await remove(call)
