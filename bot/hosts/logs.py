"""A container's log: its last lines, what matches in it, and what comes next."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing

from bot.hosts.follow import follow
from bot.hosts.grep import search
from bot.hosts.link import Link
from bot.hosts.pattern import Pattern
from bot.hosts.source import Source, Span
from bot.hosts.stream import Streams
from bot.hosts.types import LogLine, LogMatches

_BYTES = 1024 * 1024
_MOST = 10_000


class Logs:
    """The logs of one Engine's containers, by id or name.

    Times are seconds since the epoch. Every method asks the Engine for the container first, and
    raises NotFound where there is none, DockerFault where the Engine fails.
    """

    def __init__(
        self,
        link: Link,
        streams: Streams,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._link = link
        self._streams = streams
        self._pause = pause

    async def tail(
        self,
        id: str,  # noqa: A002 - Docker's name for it
        *,
        tail: int,
        since: float | None = None,
        until: float | None = None,
        timestamps: bool = False,
        details: bool = False,
    ) -> tuple[LogLine, ...]:
        """The last `tail` lines, oldest first; fewer where they are more than 1 MiB."""
        source = await self._source(id, details=details)
        span = Span.of(since, until)
        asked = min(max(tail, 0), _MOST)
        lines: Sequence[LogLine] = ()
        while asked > 0:
            lines, whole = await _page(source, span, asked, stamped=timestamps)
            if whole or asked == 1:
                break
            # As many as fitted; but a line that is very long is many to the Engine.
            asked = max(1, min(max(len(lines), asked // 8), asked // 2))
        return tuple(lines)

    async def grep(
        self,
        id: str,  # noqa: A002 - Docker's name for it
        pattern: str,
        *,
        keep: int,
        since: float | None = None,
        until: float | None = None,
        timestamps: bool = False,
        details: bool = False,
    ) -> LogMatches:
        """The last `keep` lines that `pattern` (RE2) matches.

        Reads the whole span, in constant memory.

        Raises:
            UsageError: if the pattern is none.
        """
        compiled = Pattern(pattern)
        source = await self._source(id, details=details)
        return await search(source, Span.of(since, until), compiled, keep, stamped=timestamps)

    async def follow(
        self,
        id: str,  # noqa: A002 - Docker's name for it
        *,
        tail: int = 0,
        since: float | None = None,
        timestamps: bool = False,
        details: bool = False,
    ) -> AsyncGenerator[LogLine, None]:
        """The last `tail` lines, and each new one as it comes, until the container ends.

        A broken connection is taken up again where it broke. Closing the iterator, or cancelling
        the task that reads it, ends the request at once.
        """
        source = await self._source(id, details=details)
        lines = follow(source, Span.of(since, None), min(max(tail, 0), _MOST), self._pause)
        async with aclosing(lines):
            async for line in lines:
                yield line if timestamps else LogLine(line.stream, line.text)

    async def _source(
        self,
        id: str,  # noqa: A002 - Docker's name for it
        *,
        details: bool,
    ) -> Source:
        return await Source.find(self._link, self._streams, id, details=details)


async def _page(
    source: Source, span: Span, tail: int, *, stamped: bool
) -> tuple[deque[LogLine], bool]:
    """At most so many lines and bytes, and whether that is all that was asked for."""
    found: deque[LogLine] = deque(maxlen=tail)
    lines = source.lines(stamped=stamped)
    read = 0
    async with source.open(span, tail=tail, stamped=stamped) as response:
        async for piece in response.content.iter_any():
            found += lines.feed(piece[: _BYTES - read])
            read += len(piece)
            if read > _BYTES:
                break
    found += lines.finish()
    return found, read <= _BYTES
