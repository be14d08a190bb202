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
from dataclasses import replace

from bot.command.call import Call
from bot.errors import BotError
from bot.hosts.types import Container, LogLine
from bot.message import Untrusted
from handlers.container.follow import SCREEN
from handlers.stack.chosen import plain, stack_of

MOST = 24
_AT_ONCE = 4
_WIDE = 10
_KEY = re.compile(r"-----(BEGIN|END) [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----")
_LONGEST = 200  # lines of a key
_WAITING = 200  # lines that are read ahead of who shows them

Lines = Sequence[LogLine]


async def tails(
    call: Call,
    containers: Sequence[Container],
    *,
    tail: int,
    since: float | None,
    until: float | None,
) -> tuple[Lines, Sequence[tuple[Container, BotError]]]:
    """The last `tail` lines of each, by time, and those that could not be read.

    Raises:
        BotError: none could.
    """
    gate = asyncio.Semaphore(_AT_ONCE)

    async def one(container: Container) -> Lines | BotError:
        async with gate:
            try:
                found = await call.host.logs.tail(
                    container.id, tail=tail, since=since, until=until, timestamps=True
                )
            except BotError as error:
                return error
        return _named(keyless(found), _mark(call, container))

    read = await asyncio.gather(*map(one, containers))
    failed = [(c, r) for c, r in zip(containers, read, strict=True) if isinstance(r, BotError)]
    if failed and len(failed) == len(containers):
        raise failed[0][1]
    stamped = (_stamped(lines) for lines in read if not isinstance(lines, BotError))
    return [line for _, line in heapq.merge(*stamped, key=lambda pair: pair[0])], failed


async def followed(
    call: Call, containers: Sequence[Container], *, tail: int, since: float | None
) -> AsyncGenerator[LogLine, None]:
    """The last lines of each, and every new one as it comes, until all have ended.

    Raises:
        DockerFault: one can't be read any more, once the others have ended.
    """
    waiting: asyncio.Queue[LogLine | None] = asyncio.Queue(_WAITING)

    async def read(container: Container) -> None:
        mark, keys = _mark(call, container), Keys()
        stream = call.host.logs.follow(
            container.id, tail=min(tail, SCREEN), since=since, timestamps=True
        )
        async with aclosing(stream) as lines:
            async for line in lines:
                if keys.shows(line.text.raw):
                    await waiting.put(_with(line, mark))

    async def all_of_them() -> list[BaseException | None]:
        ended = await asyncio.gather(*map(read, containers), return_exceptions=True)
        await waiting.put(None)
        return ended

    reading = asyncio.ensure_future(all_of_them())
    try:
        while (line := await waiting.get()) is not None:
            yield line
        for error in await reading:
            if error is not None:
                raise error
    finally:
        reading.cancel()
        await asyncio.wait({reading})


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
