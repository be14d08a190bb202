"""A stage, and the last: what it comes to now is told, and nothing is done."""

from __future__ import annotations

from bot.command.call import Call, at
from bot.message import Names, msg
from bot.pipeline.stage import Proceed
from bot.reply import Reply, Text
from bot.reply.containers import by_name

_NAMED = 5


async def rehearse(call: Call, _proceed: Proceed) -> Reply:
    """The plan, if it has one; else its targets, of many the first few."""
    if call.plan is not None:
        unasked = msg("A run does that without asking.")
        return Reply((Text(call.plan.question), *call.plan.blocks, Text(unasked)))
    if not call.targets:
        return Reply(())
    targets = sorted(call.targets, key=lambda target: by_name(target.name))
    named = tuple(at(target.name, target.host) for target in targets[:_NAMED])
    more = len(call.targets) - len(named)
    names = Names((*named, msg("{more} more", more=more)) if more else named)
    return Reply((Text(msg("{names}", names=names)),))
