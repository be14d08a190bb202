"""Messages that came in too late: typed while the bot was away, and perhaps no longer meant.

They are not run. What comes within a moment is gathered into one answer, with a button for each
command, so that a person decides with today's eyes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from bot.command.build import Builder
from bot.command.call import Call, Request
from bot.errors import BotError
from bot.message import Message, Moment, Span, Untrusted, msg
from bot.reply import Block, Button, Reply, Text, Verb

_GATHER = 0.5
_LISTED = 10
_OFFERED = 3

Settle = Callable[[list[Request], Reply], Awaitable[None]]


class Backlog:
    """Gathers them by chat and person. `clock` gives seconds since the epoch."""

    def __init__(
        self,
        builder: Builder,
        settle: Settle,
        clock: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._builder = builder
        self._settle = settle
        self._clock = clock
        self._sleep = sleep
        self._gathered: dict[tuple[int, int], list[Request]] = {}

    async def add(self, request: Request) -> None:
        """Gather one; who brings the first of a chat waits for more, and answers for all."""
        key = (request.chat.id, request.actor.id)
        if key in self._gathered:
            self._gathered[key].append(request)
            return
        self._gathered[key] = [request]
        await self._sleep(_GATHER)
        requests = self._gathered.pop(key)
        await self._settle(requests, self._reply(requests))

    def _reply(self, requests: list[Request]) -> Reply:
        away = Span(max(0.0, self._clock() - min(r.sent_at for r in requests)))
        blocks: list[Block] = [Text(msg("This came {away} late. Not run:", away=away))]
        for request in requests[-_LISTED:]:
            text = Untrusted(request.text)
            blocks.append(Text(msg("{time} {text}", time=Moment(request.sent_at), text=text)))
        if len(requests) > _LISTED:
            blocks.append(Text(msg("and {more} before these", more=len(requests) - _LISTED)))
        blocks.append(Text(msg("Still needed?")))
        return Reply(tuple(blocks), buttons=self._buttons(requests))

    def _buttons(self, requests: list[Request]) -> tuple[tuple[Button, ...], ...]:
        wanted: dict[tuple[tuple[str, ...], str | None], tuple[Button, ...]] = {}
        for request in reversed(requests):
            try:
                calls = self._builder.typed(request)
            except BotError:
                continue
            for call in calls:
                self._builder.forget(call)
                if call.unknown is not None:
                    continue  # a name, or no command at all: only a look at the host could tell
                button = Button(_label(call), call.argv, host=call.host_name)
                wanted.setdefault((call.argv, call.host_name), (button,))
        none = Button(msg("Run none"), verb=Verb.DISMISS)
        return ((none,), *list(wanted.values())[:_OFFERED])


def _label(call: Call) -> Message:
    """What a tap does now: a change names its target, and may ask; a read is what was typed."""
    if call.command.changes:
        what = call.label
        return (
            msg("{what!c}…", what=what) if call.command.asks_first else msg("{what!c}", what=what)
        )
    words = [call.command.spelling, *call.argv[len(call.command.path) :]]
    if call.host_name is not None and len(call.services.hosts) > 1:
        words.append(f"@{call.host_name}")
    return msg("{command}", command=Untrusted(" ".join(words)))
