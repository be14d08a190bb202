"""`/logs --follow`: the log as it grows, in one message that is edited."""

from __future__ import annotations

import asyncio
import string
from asyncio import FIRST_COMPLETED
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import replace

from bot.command.call import Call, at
from bot.errors import DockerFault
from bot.hosts.types import LogLine, Target
from bot.message import Span, Untrusted, msg
from bot.reply import Block, Button, Excerpt, Outcome, Reply, Text, Verb
from bot.reply.untrusted import CUT
from handlers.container.lines import text_of

SCREEN = 15
_SOON = 0.2
_EVERY = 1.0
_LINE = 1024  # characters; a screen shows some 400, and each edit makes all of it safe again
_WORD = string.ascii_letters + string.digits + "_-+/=."


async def follow(call: Call, container: Target, *, tail: int, since: float | None) -> Reply:
    """Show the newest lines in one message until it ends, somebody ends it, or the time is over."""
    timestamps, details = call.params["timestamps"], call.params["details"]
    stream = call.host.logs.follow(
        container.id,
        tail=min(tail, SCREEN),
        since=since,
        timestamps=timestamps,
        details=details,
    )
    return await shown(call, at(container.name, container.host), stream, timestamps=timestamps)


async def shown(
    call: Call,
    name: Untrusted,
    stream: AsyncIterator[LogLine],
    *,
    timestamps: bool,
    notes: tuple[Block, ...] = (),
) -> Reply:
    """The same for lines wherever they come from; `name` is what they are of, `notes` stand above.

    Raises:
        DockerFault: they can't be read, and none was.
    """
    seen: deque[LogLine] = deque(maxlen=SCREEN)
    stopped = call.running.cancelled

    def body() -> tuple[Block, ...]:
        lines = (Excerpt(text_of(call, seen, timestamps=timestamps)),) if seen else ()
        return (*notes, *lines)

    async def show() -> None:
        stop = ((Button(msg("Stop following"), verb=Verb.STOP),),)
        verdict = Text(msg("{name}: following", name=name))
        waiting = () if seen else (Text(msg("Nothing logged yet.")),)
        await call.show(Reply((verdict, *body(), *waiting), buttons=stop))

    reason, outcome = msg("The log has ended."), Outcome.FINISHED
    try:
        async with (
            asyncio.timeout(call.services.follow_for),
            aclosing(_batches(stream, stopped)) as batches,
        ):
            async for lines in batches:
                seen.extend(lines)
                await show()
    except TimeoutError:
        reason = msg("I follow for {time} at most.", time=Span(call.services.follow_for))
    except DockerFault as error:
        if not seen:
            raise
        reason, outcome = error.message, Outcome.FAILED
    if stopped.is_set():
        mine = call.running.cancelled_by == call.actor.id
        reason = msg("You ended it.") if mine else msg("It was ended.")
        outcome = Outcome.CANCELLED
    verdict = msg("{name}: no longer following", name=name)
    again = Button(msg("Follow"), call.argv, host=call.host.name)
    return Reply((Text(verdict), *body(), Text(reason)), buttons=((again,),), outcome=outcome)


async def _batches(
    stream: AsyncIterator[LogLine], stopped: asyncio.Event
) -> AsyncGenerator[list[LogLine], None]:
    """What came in the last second, so that a busy log costs one edit; at most a screen of it.

    The first comes soon, even if it is nothing: whoever asked has a message to look at.
    """
    batch: deque[LogLine] = deque(maxlen=SCREEN)

    async def read() -> None:
        async for line in stream:
            batch.append(_shorter(line))

    reader = asyncio.ensure_future(read())
    stop = asyncio.ensure_future(stopped.wait())
    first = True
    try:
        while not (reader.done() or stop.done()):
            pause = _SOON if first else _EVERY
            await asyncio.wait({reader, stop}, timeout=pause, return_when=FIRST_COMPLETED)
            if batch or (first and not reader.done()):
                yield list(batch)
                batch.clear()
            first = False
        if reader.done():
            reader.result()
    finally:
        stop.cancel()
        reader.cancel()
        await asyncio.wait({reader, stop})


def _shorter(line: LogLine) -> LogLine:
    """A long line without its end, nor half of the last word: secrets are told by their whole."""
    raw = line.text.raw
    if len(raw) <= _LINE:
        return line
    kept = raw[:_LINE]
    words = kept.rstrip(_WORD)
    return replace(line, text=Untrusted((words if len(words) > _LINE // 2 else kept) + CUT))
