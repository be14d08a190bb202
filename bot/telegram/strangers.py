"""Who is not enrolled: no Engine, no disk, at most one answer an hour.

What they send is never stored; how many there were is recorded once a person and hour.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from bot.command.call import Request
from bot.message import Code, msg
from bot.reply import Reply, say
from bot.telegram.tally import Tally

_HOUR = 3600.0
_ANSWERS = 30  # to all strangers together, an hour


class Strangers:
    """Answers them, and counts them in the `tally`."""

    def __init__(
        self,
        answer: Callable[[Request, Reply], Awaitable[None]],
        clock: Callable[[], float],
    ) -> None:
        self._answer = answer
        self._clock = clock
        self._since, self._answered = clock(), 0
        self.tally = Tally(clock)

    async def meet(self, request: Request) -> None:
        """Answer, if this person has had no answer in the last hour."""
        person = request.actor.id
        if self.tally.count(person) > 1 or not request.chat.private or not self._room():
            return
        sorry = msg("I don't know you.")
        await self._answer(
            request, say(sorry, msg("Your id is {id}. An owner can add it.", id=Code(str(person))))
        )

    def _room(self) -> bool:
        now = self._clock()
        if now - self._since > _HOUR:
            self._since, self._answered = now, 0
        self._answered += 1
        return self._answered <= _ANSWERS
