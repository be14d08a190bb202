"""A stage: how much one person and one chat may ask of the bot, in memory.

A token bucket each: what a command costs comes off, and it refills with time. What is refused in
one go is told in one message, which counts on. Strangers never come this far (the intake answers
them at most once an hour); if one does, he ends here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bot.buckets import Buckets
from bot.command.call import Call, Request
from bot.errors import Denied
from bot.message import Message, Span, msg, plural
from bot.pipeline.places import Places
from bot.pipeline.stage import Proceed
from bot.pipeline.toomuch import TooMuch
from bot.recent import Recent
from bot.reply import Reply

_KEPT = 1024


@dataclass(slots=True)
class _Burst:
    """What was refused since something was let through."""

    first: Request
    count: int = 0


class Limit:
    """The stage: a person's and a chat's bucket."""

    def __init__(self, per_minute: int, clock: Callable[[], float]) -> None:
        self._people = Buckets(per_minute, per_minute / 60, clock)
        self._chats = Buckets(per_minute * 3, per_minute / 20, clock)
        self._bursts: Recent[tuple[int, int], _Burst] = Recent(_KEPT)
        self._places = Places()

    async def __call__(self, call: Call, proceed: Proceed) -> Reply:
        """Pass on, or refuse and say when.

        Raises:
            Denied: for a stranger.
            TooMuch: for too much at once, or too much that runs.
        """
        person, chat, cost = call.actor.id, call.request.chat.id, call.cost
        if call.services.policy.subject(person) is None:
            raise Denied(msg("I don't know you."))
        wait = max(self._people.missing(person, cost), self._chats.missing(chat, cost))
        if wait:
            raise self._refuse(call, wait)
        self._people.take(person, cost)
        self._chats.take(chat, cost)
        self._bursts.pop((person, chat), None)
        with self._places.room(call):
            return await proceed(call)

    async def again(self, call: Call, proceed: Proceed) -> Reply:
        """Pass on what had its place before a restart; it is not charged a second time."""
        with self._places.kept(call):
            return await proceed(call)

    def _refuse(self, call: Call, wait: float) -> TooMuch:
        key = (call.actor.id, call.request.chat.id)
        burst = self._bursts.setdefault(key, _Burst(call.request))
        burst.count += 1
        return TooMuch(
            msg("Too much at once. Try again in {wait}.", wait=Span(max(1.0, wait))),
            _refused(burst.count).having(command=call.label),
            first=burst.first,
        )


def _refused(count: int) -> Message:
    if count == 1:
        return msg("Not run: {command}")
    return plural(
        "Not run: {count} command, the last: {command}",
        "Not run: {count} commands, the last: {command}",
        count,
    )
