"""What is to be scheduled, looked at as its run will be: what a run may not do is not added.

It goes through the same stages as a run, with nobody there; at the end of them it is not done, but
told what it would do now.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace

from bot.command.build import ALL, Builder
from bot.command.call import Call, Origin
from bot.command.turns import Turns
from bot.errors import Cancelled, Conflict, DockerFault, UsageError
from bot.message import msg
from bot.pipeline.order import REHEARSING
from bot.pipeline.stage import compose
from bot.pipeline.told import told
from bot.reply import Block, Text


@dataclass(frozen=True, slots=True)
class Checked:
    """The command as it is stored, and an example of what it would do."""

    argv: tuple[str, ...]
    host: str | None
    example: tuple[Block, ...]


async def checked(call: Call, words: tuple[str, ...]) -> Checked:
    """The command of these words, which its author may run unattended now.

    Raises:
        BotError: there is none, or a run of it would be refused.
    """
    if not words:
        raise UsageError(msg("What shall run then? Write the command behind the time."))
    builder = Builder(call.services.bot, call.services, Turns())
    request = replace(call.request, origin=Origin.SCHEDULE, attachment=None)
    calls = builder.scheduled(call.id, request, words, None)
    examples = [await _example(one) for one in calls]
    every = f"@{ALL}" in map(str.lower, words) and len(calls) > 1
    names = ",".join(one.host_name for one in calls if one.host_name)
    host = ALL if every else names or None
    return Checked(calls[0].argv, host, tuple(itertools.chain.from_iterable(examples)))


async def _example(call: Call) -> tuple[Block, ...]:
    """What it would do now; that it can't just now is no reason against later."""
    try:
        blocks = (await compose(REHEARSING)(call)).blocks
    except (Cancelled, Conflict, DockerFault) as error:
        blocks = told(error).blocks
    return (Text(msg("Now it would be:")), *blocks) if blocks else ()
