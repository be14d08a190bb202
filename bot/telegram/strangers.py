"""Who is not enrolled: no Engine, no disk, at most one answer an hour.

What they send is never stored. How many there were is recorded once a person and hour, together
with the next thing that is written anyway. Only the claim code of the console lets one in.
"""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass

from bot.access.claim import MARK, Claim
from bot.command.call import Request
from bot.message import Code, msg
from bot.reply import Outcome, Reply, say
from storage.errors import StorageError

log = logging.getLogger(__name__)

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
    """Answers them, counts them. `enrol` makes the holder of the code the owner."""

    def __init__(
        self,
        claim: Claim,
        enrol: Callable[[Request], Awaitable[Reply]],
        answer: Callable[[Request, Reply], Awaitable[None]],
        clock: Callable[[], float],
    ) -> None:
        self._claim = claim
        self._enrol = enrol
        self._answer = answer
        self._clock = clock
        self._seen: OrderedDict[int, Seen] = OrderedDict()
        self._answered = Seen(clock())

    async def meet(self, request: Request) -> None:
        """Answer, if this person has had no answer in the last hour."""
        seen = self._look(request.actor.id)
        if await self._claimed(request):
            return
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

    async def _claimed(self, request: Request) -> bool:
        """Whether it was a guess at an open claim, right or wrong; answered then."""
        code = _code(request.text) if request.chat.private else None
        right = self._claim.guess(code) if code else None
        if code is None or right is None:
            return False
        if right:
            await self._answer(request, await self._enrolled(request))
        else:
            hint = msg("The console of the bot shows it. Three guesses in all.")
            await self._answer(request, say(msg("That code is not right."), hint))
        return True

    async def _enrolled(self, request: Request) -> Reply:
        try:
            return await self._enrol(request)
        except StorageError:
            log.exception("the owner could not be recorded")
            return say(
                msg("The code was right, but I can't write it down now."),
                msg("{claim} at the console shows a new one.", claim=Code("pierhead claim")),
                outcome=Outcome.FAILED,
            )

    def _look(self, person: int) -> Seen:
        now = self._clock()
        seen = self._seen.pop(person, None)
        if seen is None:
            seen = Seen(now)
        elif now - seen.since > _HOUR:
            seen = Seen(now, recorded=seen.recorded - seen.count)
        seen.count += 1
        self._seen[person] = seen
        if len(self._seen) > _KNOWN:
            self._seen.popitem(last=False)
        return seen

    def _room(self) -> bool:
        now = self._clock()
        if now - self._answered.since > _HOUR:
            self._answered = Seen(now)
        self._answered.count += 1
        return self._answered.count <= _ANSWERS


def _code(text: str) -> str | None:
    """The code of `/start _CODE`, with a phone's capital and final dot undone."""
    match text.split():
        case [command, code] if command.lower() == "/start" and code.startswith(MARK):
            return code.removesuffix(".")
        case _:
            return None
