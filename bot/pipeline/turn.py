"""Fifth stage: a change waits until it is first in line at each of its targets."""

from __future__ import annotations

from bot.command.call import Call
from bot.command.turns import Turns
from bot.pipeline.stage import Proceed
from bot.reply import Reply


class Turn:
    """The stage; a command that changes nothing waits for nobody."""

    def __init__(self, turns: Turns) -> None:
        self._turns = turns

    async def __call__(self, call: Call, proceed: Proceed) -> Reply:
        """Pass on when it is this call's turn."""
        if call.ticket is None:
            return await proceed(call)
        keys = frozenset(t.id for t in call.targets) or frozenset({"*"})
        async with self._turns.hold(call.ticket, keys):
            return await proceed(call)
