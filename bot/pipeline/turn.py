"""Fifth stage: a change waits until it is first in line at each of its targets.

Only so many may wait on one host: where it does not answer, they would take up all the room that
other commands and other hosts need.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from bot.command.call import Call
from bot.command.turns import Turns
from bot.errors import Conflict
from bot.message import Untrusted, msg
from bot.pipeline.authorize import decide, refusal
from bot.pipeline.stage import Proceed
from bot.reply import Reply

MOST = 32


class Turn:
    """The stage; a command that changes nothing waits for nobody."""

    def __init__(self, turns: Turns) -> None:
        self._turns = turns
        self._here: Counter[str] = Counter()

    async def __call__(self, call: Call, proceed: Proceed) -> Reply:
        """Pass on when it is this call's turn, if it still may then: changes may be stopped by now.

        Raises:
            Conflict: if too much is waiting on its host already.
            Denied: if it may not any more.
        """
        if call.ticket is None:
            return await proceed(call)
        host = call.ticket.host
        if self._here[host] >= MOST:
            raise Conflict(
                refusal(call),
                msg("Too much is waiting on {host} already.", host=Untrusted(host)),
                msg("Nothing was changed."),
            )
        self._here[host] += 1
        try:
            keys = frozenset(t.id for t in call.targets) or frozenset({"*"})
            async with self._turns.hold(call.ticket, keys):
                return await proceed(replace(call, decision=decide(call)))
        finally:
            self._here[host] -= 1
