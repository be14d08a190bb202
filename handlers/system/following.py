"""`/events` as they come, in one message that is edited."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Awaitable
from contextlib import aclosing
from dataclasses import dataclass, field

from bot.command.call import Call
from bot.command.kinds import as_engine_filters
from bot.errors import Cancelled, DockerFault
from bot.hosts.types import Event, Gap
from bot.message import Message, Span, Untrusted, msg
from bot.reply import Block, Button, Outcome, Reply, Text
from bot.reply.template import Template
from handlers.running import shown, stop_button, unless_stopped
from handlers.system.happened import Wanted, as_asked, is_noise, told

_SCREEN = 12


@dataclass(slots=True)
class _Heard:
    """The last of what came; `noise` tells that some was left out."""

    template: Template | None
    last: deque[Event | Gap] = field(default_factory=lambda: deque(maxlen=_SCREEN))
    noise: bool = False

    def blocks(self, call: Call) -> tuple[Block, ...]:
        """It as it is shown."""
        left = (Text(msg("Those of exec are left out.")),) if self.noise else ()
        last = tuple(self.last)
        return (*(as_asked(last, self.template) if self.template else told(call, last)), *left)


async def follow(
    call: Call, since: float | None, wanted: Wanted, template: Template | None
) -> Reply:
    """Show the newest in one message until somebody ends it, or the time is over."""
    heard = _Heard(None if template and template.bare else template)
    host = Untrusted(call.host.name)

    def view() -> Reply:
        blocks = heard.blocks(call)
        waiting = () if heard.last else (Text(msg("Nothing happened yet.")),)
        verdict = Text(msg("{name}: following", name=host))
        return Reply((verdict, *blocks, *waiting), buttons=stop_button(msg("Stop following")))

    events = call.host.events.follow(since, as_engine_filters(wanted))
    reason, outcome = msg("It was ended."), Outcome.CANCELLED
    try:
        async with shown(call, view):
            await unless_stopped(call, _in_time(call, _hear(events, heard, wanted)))
    except TimeoutError:
        reason = msg("I follow for {time} at most.", time=Span(call.services.follow_for))
        outcome = Outcome.FINISHED
    except Cancelled:
        reason = _ended_by(call)
    except DockerFault as error:
        if not heard.last:
            raise
        reason, outcome = error.message, Outcome.FAILED
    verdict = msg("{name}: no longer following", name=host)
    again = Button(msg("Follow"), call.argv, host=call.host.name)
    blocks = (Text(verdict), *heard.blocks(call), Text(reason))
    return Reply(blocks, buttons=((again,),), outcome=outcome)


async def _hear(events: AsyncGenerator[Event | Gap, None], heard: _Heard, wanted: Wanted) -> None:
    async with aclosing(events):
        async for event in events:
            if isinstance(event, Event) and not heard.template and is_noise(event, wanted):
                heard.noise = True
            else:
                heard.last.append(event)


async def _in_time(call: Call, work: Awaitable[None]) -> None:
    """Raise TimeoutError when it took as long as anything may be followed."""
    task = asyncio.ensure_future(work)
    over = asyncio.ensure_future(call.services.sleep(call.services.follow_for))
    try:
        await asyncio.wait({task, over}, return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            raise TimeoutError
        task.result()
    finally:
        over.cancel()
        if not task.done():
            task.cancel()
            await asyncio.wait({task})


def _ended_by(call: Call) -> Message:
    mine = call.running.cancelled_by == call.actor.id
    return msg("You ended it.") if mine else msg("It was ended.")
