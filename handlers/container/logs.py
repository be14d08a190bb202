"""`/logs`: the end of a log, what in it matches, or the log as it grows, in one edited message."""

from __future__ import annotations

import asyncio
from asyncio import FIRST_COMPLETED
from collections import deque
from collections.abc import AsyncIterator, Iterable

from bot.command.call import Call, at
from bot.command.kinds import SINCE, TAIL, Ago
from bot.command.spec import command, flag, option, targets
from bot.hosts.types import Kind, LogLine, Target
from bot.message import Message, Size, Span, Untrusted, msg, plural
from bot.reply import Button, Excerpt, Outcome, Reply, Text, Verb

_SCREEN = 15
_KEEP = 200
_EVERY = 1.0


@command(
    "container logs",
    shortcut="logs",
    permission="container.logs",
    act=msg("read the log of {target}"),
    secret=True,
    cost=2,
    streams=lambda params: bool(params["follow"] and params["grep"] is None),
)
@targets(Kind.CONTAINER, nargs=1)
@option("-n", "--tail", type=TAIL, default=30, help="Number of lines from the end")
@option("--since", type=SINCE, help="Show what was logged since, as in 10m or 2026-06-09T03:00")
@option("--until", type=SINCE, help="Show what was logged before")
@flag("-t", "--timestamps", help="Show timestamps")
@option("-g", "--grep", type=str, help="Only lines that match a pattern (RE2), from the whole log")
@flag("-f", "--follow", help="Follow the log, until Stop")
async def logs(
    call: Call,
    container: Target,
    *,
    tail: int,
    since: Ago | None,
    until: Ago | None,
    timestamps: bool,
    grep: str | None,
    follow: bool,
) -> Reply:
    """Fetch the log of a container."""
    now = call.services.clock()
    begin = since.epoch(now) if since else None
    end = until.epoch(now) if until else None
    name = at(container.name, container.host)
    if grep is not None:
        found = await call.host.logs.grep(
            container.id, grep, since=begin, until=end, keep=_KEEP, timestamps=timestamps
        )
        verdict = plural(
            "{name}: {count} line matches",
            "{name}: {count} lines match",
            found.matched,
            name=name,
        )
        return _reply(
            call, verdict, found.lines, timestamps, msg("Read {size}.", size=Size(found.read))
        )
    if follow:
        return await _follow(call, container, tail=tail, since=begin, timestamps=timestamps)
    page = await call.host.logs.tail(
        container.id, tail=tail, since=begin, until=end, timestamps=timestamps
    )
    verdict = plural("{name}: last line", "{name}: last {count} lines", len(page.lines), name=name)
    if not page.lines:
        return Reply((Text(msg("{name}: nothing logged", name=name)),), buttons=_buttons(call))
    return _reply(call, verdict, page.lines, timestamps)


def _text(lines: Iterable[LogLine], *, timestamps: bool) -> Untrusted:
    """Lines as they are; a line from stderr is not marked, as with Docker."""
    return Untrusted(
        "\n".join(f"{n.at} {n.text.raw}" if timestamps and n.at else n.text.raw for n in lines)
    )


def _reply(
    call: Call,
    verdict: Message,
    lines: tuple[LogLine, ...],
    timestamps: bool,  # noqa: FBT001 - passed through from the option
    *notes: Message,
) -> Reply:
    text = _text(lines, timestamps=timestamps)
    excerpt = (Excerpt(text),) if lines else ()
    return Reply((Text(verdict), *excerpt, *map(Text, notes)), buttons=_buttons(call))


def _buttons(call: Call) -> tuple[tuple[Button, ...], ...]:
    host = call.host.name
    again = Button(msg("Refresh"), call.argv, inplace=True, host=host)
    if call.params["grep"] is not None:
        return ((again,),)
    return ((again, Button(msg("Follow"), (*call.argv, "--follow"), host=host)),)


async def _follow(
    call: Call, container: Target, *, tail: int, since: float | None, timestamps: bool
) -> Reply:
    """Show the newest lines in one message until the container ends, Stop, or the time is over."""
    name = at(container.name, container.host)
    seen: deque[LogLine] = deque(maxlen=_SCREEN)
    stream = call.host.logs.follow(
        container.id, tail=min(tail, _SCREEN), since=since, timestamps=timestamps
    )
    stop = ((Button(msg("Stop"), verb=Verb.STOP),),)
    stopped = call.operation.cancelled if call.operation else asyncio.Event()
    reason = msg("The log has ended.")
    try:
        async with asyncio.timeout(call.services.follow_for):
            async for lines in _batches(stream, stopped):
                seen.extend(lines)
                excerpt = Excerpt(_text(seen, timestamps=timestamps))
                await call.show(
                    Reply((Text(msg("{name}: following", name=name)), excerpt), buttons=stop)
                )
    except TimeoutError:
        reason = msg("Ended by itself after {time}.", time=Span(call.services.follow_for))
    if stopped.is_set():
        reason = msg("Stopped.")
    body = (Excerpt(_text(seen, timestamps=timestamps)),) if seen else ()
    again = Button(msg("Follow"), call.argv, host=call.host.name)
    return Reply(
        (Text(msg("{name}: no longer following", name=name)), *body, Text(reason)),
        buttons=((again,),),
        outcome=Outcome.CANCELLED if stopped.is_set() else Outcome.FINISHED,
    )


async def _batches(
    stream: AsyncIterator[LogLine], stopped: asyncio.Event
) -> AsyncIterator[list[LogLine]]:
    """What came in the last second, so that a busy log costs one edit; at most a screen of it."""
    batch: deque[LogLine] = deque(maxlen=_SCREEN)

    async def read() -> None:
        async for line in stream:
            batch.append(line)

    reader = asyncio.ensure_future(read())
    stop = asyncio.ensure_future(stopped.wait())
    try:
        while not (reader.done() or stop.done()):
            await asyncio.wait({reader, stop}, timeout=_EVERY, return_when=FIRST_COMPLETED)
            if batch:
                yield list(batch)
                batch.clear()
        if reader.done():
            reader.result()
    finally:
        stop.cancel()
        reader.cancel()
        await asyncio.wait({reader, stop})
