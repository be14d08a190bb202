"""The logs of several containers as one: by time, each line behind the name of whose it is.

The name is of the container's label, so what is in it can be anything: it is one word of a line,
of characters that are seen, or a line could pass for another's.
"""

from __future__ import annotations

import asyncio
import heapq
import re
from collections.abc import AsyncGenerator, Iterable, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import datetime

from bot.command.call import Call
from bot.errors import BotError
from bot.hosts.types import Container, LogLine
from bot.message import Untrusted
from handlers.stack.chosen import plain, stack_of

MOST = 24
_AT_ONCE = 4
_WIDE = 10
_KEY = re.compile(r"-----(BEGIN|END) [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----")
_LONGEST = 200  # lines of a key
_AGAIN = 10_000  # lines that may have come since the end of a log was read
_WAITING = 200  # lines that are read ahead of who shows them

Lines = Sequence[LogLine]


@dataclass(frozen=True, slots=True)
class Tail:
    """The end of one container's log, as it was read; or why it could not be."""

    container: Container
    lines: Lines = ()
    error: BotError | None = None


async def tails(
    call: Call,
    containers: Sequence[Container],
    *,
    tail: int,
    since: float | None,
    until: float | None = None,
) -> Sequence[Tail]:
    """The last `tail` lines of each.

    Raises:
        BotError: none could be read.
    """
    gate = asyncio.Semaphore(_AT_ONCE)

    async def one(container: Container) -> Tail:
        async with gate:
            try:
                found = await call.host.logs.tail(
                    container.id, tail=tail, since=since, until=until, timestamps=True
                )
            except BotError as error:
                return Tail(container, error=error)
        return Tail(container, tuple(found))

    read = await asyncio.gather(*map(one, containers))
    errors = [one.error for one in read if one.error is not None]
    if errors and len(errors) == len(read):
        raise errors[0]
    return read


def by_time(call: Call, read: Iterable[Tail]) -> Lines:
    """All lines of them as one log, the oldest first."""
    stamped = (_stamped(_named(keyless(one.lines), _mark(call, one.container))) for one in read)
    return [line for _, line in heapq.merge(*stamped, key=lambda pair: pair[0])]


async def followed(
    call: Call, read: Sequence[Tail], *, since: float | None, tail: int
) -> AsyncGenerator[LogLine, None]:
    """What was read of each, by time, and every new line as it comes, until all have ended.

    Raises:
        DockerFault: one can't be read any more, once the others have ended.
    """
    waiting: asyncio.Queue[LogLine | None] = asyncio.Queue(_WAITING)

    async def follow(one: Tail) -> None:
        mark, keys, fresh = _mark(call, one.container), Keys(), _Fresh(one.lines)
        for line in one.lines:
            keys.shows(line.text.raw)
        begin = since if fresh.since is None else fresh.since
        stream = call.host.logs.follow(
            one.container.id, tail=_AGAIN if one.lines else tail, since=begin, timestamps=True
        )
        async with aclosing(stream) as lines:
            async for line in lines:
                if fresh.is_new(line) and keys.shows(line.text.raw):
                    await waiting.put(_with(line, mark))

    async def all_of_them() -> list[BaseException | None]:
        ended = await asyncio.gather(*map(follow, read), return_exceptions=True)
        await waiting.put(None)
        return ended

    for line in by_time(call, read):
        yield line
    reading = asyncio.ensure_future(all_of_them())
    try:
        while (new := await waiting.get()) is not None:
            yield new
        for error in await reading:
            if error is not None:
                raise error
    finally:
        reading.cancel()
        await asyncio.wait({reading})


class _Fresh:
    """Tells the lines of a log that were not read yet from those that come again.

    What is older than all that was read was left out of it, and is no news either.
    """

    def __init__(self, read: Lines) -> None:
        self._known = {(line.stream, line.at, line.text.raw) for line in read}
        self._first = min((line.at for line in read if line.at), default="")
        last = max((line.at for line in read if line.at), default="")
        # A moment earlier, as two streams are written by two routines of the Engine.
        self.since = datetime.fromisoformat(last).timestamp() - 1.0 if last else None

    def is_new(self, line: LogLine) -> bool:
        known = (line.stream, line.at, line.text.raw) in self._known
        return not known and (line.at or "") >= self._first


class Keys:
    """Tells which lines of one log are within a private key.

    What makes an answer safe knows one by its lines: behind names, among the lines of others, it
    would not. A key has few lines: what never ends is none.
    """

    def __init__(self) -> None:
        self._left = 0

    def shows(self, text: str) -> bool:
        """Whether the next line is none of those between the first and the last."""
        marks = _KEY.findall(text) if "PRIVATE KEY" in text else []
        shown = bool(marks) or not self._left
        if marks:
            self._left = _LONGEST if marks[-1] == "BEGIN" else 0
        elif self._left:
            self._left -= 1
        return shown


def keyless(lines: Iterable[LogLine]) -> Lines:
    """The lines without those of keys, also of one of which only the end is there."""
    keys, kept, began = Keys(), list[LogLine](), False
    for line in lines:
        marks = _KEY.findall(line.text.raw) if "PRIVATE KEY" in line.text.raw else []
        if marks and marks[0] == "END" and not began:
            kept.clear()
        began = began or "BEGIN" in marks
        if keys.shows(line.text.raw):
            kept.append(line)
    return kept


def _mark(call: Call, container: Container) -> str:
    """`web-1|`: as short as a phone needs it."""
    name = "".join(c if c.isprintable() else "?" for c in plain(stack_of(call), container))
    return f"{name if len(name) <= _WIDE else name[: _WIDE - 1] + '…'}| "


def _named(lines: Iterable[LogLine], mark: str) -> Lines:
    return [_with(line, mark) for line in lines]


def _with(line: LogLine, mark: str) -> LogLine:
    return replace(line, text=Untrusted(mark + line.text.raw))


def _stamped(lines: Iterable[LogLine]) -> Iterator[tuple[str, LogLine]]:
    """Each with its time, which the Engine writes in one zone and one width.

    What it says without one is where it said it.
    """
    last = ""
    for line in lines:
        last = max(last, line.at or "")
        yield last, line
