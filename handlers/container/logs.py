"""`/logs`: the end of a log, what in it matches, or the log as it grows, in one edited message."""

from __future__ import annotations

import asyncio
import re
from asyncio import FIRST_COMPLETED
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Iterable
from contextlib import aclosing
from datetime import date, datetime
from zoneinfo import ZoneInfo

from bot.command.call import Call, at
from bot.command.kinds import SINCE, TAIL, Ago
from bot.command.spec import command, flag, option, targets
from bot.errors import DockerFault, UsageError
from bot.hosts.types import Kind, LogLine, LogMatches, Target
from bot.message import Code, Size, Span, Untrusted, msg, plural
from bot.reply import Block, Button, Excerpt, Outcome, Reply, Text, Verb

_SCREEN = 15
_KEEP = 200
_SOON = 0.2
_EVERY = 1.0
_FRACTION = re.compile(r"\.\d+")


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
    _fitting(follow=follow, grep=grep is not None, until=until is not None)
    begin = call.epoch(since)
    end = call.epoch(until)
    name = at(container.name, container.host)
    if grep is not None:
        found = await call.host.logs.grep(
            container.id, grep, since=begin, until=end, keep=_KEEP, timestamps=timestamps
        )
        return _found(call, name, found, timestamps=timestamps)
    if follow:
        return await _follow(call, container, tail=tail, since=begin, timestamps=timestamps)
    page = await call.host.logs.tail(
        container.id, tail=tail, since=begin, until=end, timestamps=timestamps
    )
    verdict = plural("{name}: last line", "{name}: last {count} lines", len(page.lines), name=name)
    if not page.lines:
        return Reply((Text(msg("{name}: nothing logged", name=name)),), buttons=_buttons(call))
    body = Excerpt(_text(call, page.lines, timestamps=timestamps))
    return Reply((Text(verdict), body), buttons=_buttons(call))


def _fitting(*, follow: bool, grep: bool, until: bool) -> None:
    """Refuse what would silently be left out."""
    other = "--grep" if grep else "--until" if until else None
    if follow and other:
        raise UsageError(
            msg("{one} and {other} don't go together.", one=Code("--follow"), other=Code(other))
        )


def _found(call: Call, name: Untrusted, found: LogMatches, *, timestamps: bool) -> Reply:
    """What matched: the last of it, where it is much."""
    verdict = (
        plural(
            "{name}: {count} line matches",
            "{name}: {count} lines match",
            found.matched,
            name=name,
        )
        if found.matched
        else msg("{name}: no line matches", name=name)
    )
    blocks: list[Block] = [Text(verdict)]
    if found.lines:
        blocks.append(Excerpt(_text(call, found.lines, timestamps=timestamps)))
    if found.matched > len(found.lines):
        blocks.append(Text(msg("These are the last {count}.", count=len(found.lines))))
    blocks.append(Text(msg("Searched {size} of log.", size=Size(found.read))))
    return Reply(tuple(blocks), buttons=_buttons(call))


def _text(call: Call, lines: Iterable[LogLine], *, timestamps: bool) -> Untrusted:
    """Lines as they are; a line from stderr is not marked, as with Docker."""
    if not timestamps:
        return Untrusted("\n".join(line.text.raw for line in lines))
    languages, actor = call.services.languages, call.actor
    zone = ZoneInfo(languages.tongue(actor.id, actor.language, call.request.chat.id).timezone)
    today = datetime.fromtimestamp(call.services.clock(), zone).date()
    return Untrusted("\n".join(f"{_time(n.at, zone, today)}{n.text.raw}" for n in lines))


def _time(stamp: str | None, zone: ZoneInfo, today: date) -> str:
    """The time of day in the reader's zone, with the day if it is another: room is short."""
    if stamp is None:
        return ""
    try:
        then = datetime.fromisoformat(_FRACTION.sub("", stamp)).astimezone(zone)
    except (ValueError, OverflowError):
        return f"{stamp} "
    return f"{then:%H:%M:%S} " if then.date() == today else f"{then:%m-%d %H:%M:%S} "


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
    stopped = call.running.cancelled

    def body() -> tuple[Block, ...]:
        return (Excerpt(_text(call, seen, timestamps=timestamps)),) if seen else ()

    async def show() -> None:
        stop = ((Button(msg("Stop"), verb=Verb.STOP),),)
        verdict = Text(msg("{name}: following", name=name))
        waiting = () if seen else (Text(msg("Nothing logged yet.")),)
        await call.show(Reply((verdict, *body(), *waiting), buttons=stop))

    stream = call.host.logs.follow(
        container.id, tail=min(tail, _SCREEN), since=since, timestamps=timestamps
    )
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
        reason = msg("Ended by itself after {time}.", time=Span(call.services.follow_for))
    except DockerFault as error:
        if not seen:
            raise
        reason, outcome = error.message, Outcome.FAILED
    if stopped.is_set():
        reason, outcome = msg("Stopped."), Outcome.CANCELLED
    verdict = msg("{name}: no longer following", name=name)
    again = Button(msg("Follow"), call.argv, host=call.host.name)
    return Reply((Text(verdict), *body(), Text(reason)), buttons=((again,),), outcome=outcome)


async def _batches(
    stream: AsyncIterator[LogLine], stopped: asyncio.Event
) -> AsyncGenerator[list[LogLine], None]:
    """What came in the last second, so that a busy log costs one edit; at most a screen of it.

    The first comes soon, even if it is nothing: whoever asked has a message to look at.
    """
    batch: deque[LogLine] = deque(maxlen=_SCREEN)

    async def read() -> None:
        async for line in stream:
            batch.append(line)

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
