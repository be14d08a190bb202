"""First stage: how much one person and one chat may ask of the bot, in memory.

A token bucket each: what a command costs comes off, and it refills with time. Strangers never come
this far (the intake answers them at most once an hour); if one does, he ends here.
"""

from __future__ import annotations

from collections.abc import Callable

from bot.buckets import Buckets
from bot.command.call import Call
from bot.errors import Denied
from bot.message import Span, msg
from bot.pipeline.stage import Proceed
from bot.reply import Reply


class Limit:
    """The stage: a person's and a chat's bucket."""

    def __init__(self, per_minute: int, clock: Callable[[], float]) -> None:
        self._people = Buckets(per_minute, per_minute / 60, clock)
        self._chats = Buckets(per_minute * 3, per_minute / 20, clock)

    async def __call__(self, call: Call, proceed: Proceed) -> Reply:
        """Pass on, or refuse and say when.

        Raises:
            Denied: for a stranger, or too much at once.
        """
        if call.services.policy.subject(call.actor.id) is None:
            raise Denied(msg("I don't know you."))
        for buckets, key in ((self._people, call.actor.id), (self._chats, call.request.chat.id)):
            wait = buckets.take(key, call.command.cost)
            if wait:
                raise Denied(
                    msg("That was a lot at once. I go on in {wait}.", wait=Span(max(1.0, wait))),
                    msg("Not run: {command}", command=call.label),
                )
        return await proceed(call)
