"""Follows a log: each line as it comes, across broken connections, without repeats or gaps.

The Engine is always asked for time stamps, and after a break for what came since the last one. It
then repeats some: each stream's lines are in order, so those up to its last one are dropped.
"""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parsedate_to_datetime

from bot.errors import DockerFault, NotFound
from bot.hosts import causes
from bot.hosts.answer import Unexpected, boolean, mapping
from bot.hosts.source import Source, Span
from bot.hosts.types import LogLine

_LONGEST_PAUSE = 30.0
_TRIES = 10
# Two streams are written by two routines of the Engine: a line may stand after one a little newer.
_MARGIN = 1
_STAMP = re.compile(r"(.{19})\.(\d{1,9})(Z|[+-]\d\d:\d\d)")

Moment = tuple[int, int]


@dataclass(slots=True)
class _Last:
    """A stream's last line: its moment, how many lines had it, how many of them come again."""

    at: Moment
    count: int = 1
    repeats: int = 0


@dataclass(slots=True)
class _Place:
    """How far the log was read."""

    span: Span
    tail: int | None
    last: dict[int, _Last] = field(default_factory=dict)
    opened: bool = False
    # Since when it is followed, by the Engine's clock: where to go on if no line ever came.
    since: str | None = None

    def is_new(self, line: LogLine) -> bool:
        """Whether the line was not there yet; moves on."""
        if line.at is None:
            return True
        at = _moment(line.at)
        last = self.last.get(line.stream)
        if last is None or at > last.at:
            self.last[line.stream] = _Last(at)
            return True
        if at == last.at and last.repeats == 0:
            last.count += 1
            return True
        if at == last.at:
            last.repeats -= 1
        return False

    def go_back(self) -> None:
        """Let the next request begin at the last line, or where it began."""
        for last in self.last.values():
            last.repeats = last.count
        if self.last:
            seconds, nanos = max(last.at for last in self.last.values())
            self.span, self.tail = Span(f"{max(seconds - _MARGIN, 0)}.{nanos:09}"), None
        elif self.tail == 0 and self.since is not None:
            self.span, self.tail = Span(self.since), None


async def follow(
    source: Source, span: Span, tail: int, pause: Callable[[float], Awaitable[None]]
) -> AsyncGenerator[LogLine, None]:
    """The lines, until the container ends or is removed.

    Raises:
        DockerFault: if it cannot be followed, or not any more after several tries.
    """
    place = _Place(span, tail)
    idle = 0
    while True:
        rest: list[LogLine] = []
        try:
            async with aclosing(_stretch(source, place, rest)) as lines:
                async for line in lines:
                    idle = 0
                    yield line
            if not await _runs(source):
                break
        except DockerFault as error:
            if isinstance(error, NotFound) and place.opened:
                break
            if not place.opened or idle >= _TRIES or not may_pass(error):
                raise
        await pause(min(2.0**idle, _LONGEST_PAUSE))
        idle += 1
        place.go_back()
    for line in rest:
        yield line


async def _stretch(
    source: Source, place: _Place, rest: list[LogLine]
) -> AsyncGenerator[LogLine, None]:
    """The new lines of one request. `rest` gets what was left without a line's end."""
    lines = source.lines(stamped=True)
    async with source.open(place.span, tail=place.tail, stamped=True, follow=True) as response:
        place.opened = True
        place.since = place.since or engine_time(response.headers.get("Date", ""))
        async for piece in response.content.iter_any():
            for line in lines.feed(piece):
                if place.is_new(line):
                    yield line
    rest += filter(place.is_new, lines.finish())


async def _runs(source: Source) -> bool:
    """Whether more may come: the answer also ends when the Engine stops."""
    return await source.link.run(
        lambda client: boolean(
            mapping(mapping(client.inspect_container(source.id)).get("State")), "Running"
        )
    )


def may_pass(error: DockerFault) -> bool:
    """Whether the connection was lost, rather than the request refused."""
    return error.__cause__ is None or causes.is_transport(error.__cause__)


def engine_time(header: str) -> str | None:
    """The Date header of an answer, as the API takes it."""
    try:
        return str(int(parsedate_to_datetime(header).timestamp()))
    except (ValueError, OverflowError):
        return None


def _moment(stamp: str) -> Moment:
    """RFC 3339 as seconds and nanoseconds: more than a float holds."""
    found = _STAMP.fullmatch(stamp)
    if found is None:
        raise Unexpected("time stamp")
    try:
        seconds = datetime.fromisoformat(found[1] + found[3]).timestamp()
    except ValueError as error:
        raise Unexpected("time stamp") from error
    return int(seconds), int(found[2].ljust(9, "0"))
