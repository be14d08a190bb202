"""Who is not enrolled: no Engine, no disk, at most one answer an hour.

What they send is never stored. How many there were is recorded once a person and hour, together
with the next thing that is written anyway.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass

from bot.command.call import Request
from bot.message import Code, msg
from bot.recent import Recent
from bot.reply import Reply, say

_HOUR = 3600.0
_KNOWN = 1024
_ANSWERS = 30  # to all strangers together, an hour


@dataclass(slots=True)
class Seen:
    """A stranger: since when the hour counts, how often, and how many of these are recorded.

    Less than none are recorded where the hour before has left some.
    """

    since: float
    count: int = 0
    recorded: int = 0


class Strangers:
    """Answers them, counts them."""

    def __init__(
        self,
        answer: Callable[[Request, Reply], Awaitable[None]],
        clock: Callable[[], float],
    ) -> None:
        self._answer = answer
        self._clock = clock
        self._seen: Recent[int, Seen] = Recent(_KNOWN)
        self._answered = Seen(clock())

    async def meet(self, request: Request) -> None:
        """Answer, if this person has had no answer in the last hour."""
        seen = self._look(request.actor.id)
        if seen.count > 1 or not request.chat.private or not self._room():
            return
        person = request.actor.id
        sorry = msg("I don't know you.")
        await self._answer(
            request, say(sorry, msg("Your id is {id}. An owner can add it.", id=Code(str(person))))
        )

    def counted(self) -> list[tuple[int, int]]:
        """(person, messages) that are not yet recorded."""
        return [(p, s.count - s.recorded) for p, s in self._seen.items() if s.count > s.recorded]

    def recorded(self, counts: Iterable[tuple[int, int]]) -> None:
        """So many of them are recorded now."""
        for person, count in counts:
            if person in self._seen:
                self._seen[person].recorded += count

    def _look(self, person: int) -> Seen:
        now = self._clock()
        seen = self._seen.get(person)
        if seen is None:
            seen = Seen(now)
        elif now - seen.since > _HOUR:
            seen = Seen(now, recorded=seen.recorded - seen.count)
        seen.count += 1
        self._seen[person] = seen
        return seen

    def _room(self) -> bool:
        now = self._clock()
        if now - self._answered.since > _HOUR:
            self._answered = Seen(now)
        self._answered.count += 1
        return self._answered.count <= _ANSWERS
