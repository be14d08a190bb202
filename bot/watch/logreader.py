"""Reads a log as it grows, and no more of it than it may: of one that is faster, samples.

So what logs 100,000 lines a second costs about as much as what logs a few hundred. Nor does a
pattern that is slow to search for take more than its share: the time that it takes is paid for.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from contextlib import aclosing
from dataclasses import dataclass, field

from bot.buckets import Buckets
from bot.errors import DockerFault, NotFound
from bot.hosts import Host
from bot.watch.matches import Matches
from bot.watch.watched import Watched

log = logging.getLogger(__name__)

_BURST, _RATE = 1000.0, 500.0  # lines that one log may have, and that come back each second
_IN_ALL, _RATE_IN_ALL = 4000.0, 2000.0
_UNIT = 1024  # characters of a line for which it costs one more
_SEARCHED = 2048  # characters of a line, from its beginning
_WORK = 0.0002  # seconds of searching that cost as much as a line
_REST = 5.0  # seconds in which nothing is read of a log that is too fast
_PAUSE, _LONGEST_PAUSE = 5.0, 60.0
_TOGETHER = 100.0  # lines, or what costs as much, after which others have their turn
_EARLY = 2.0  # seconds
_START = 1000  # lines since its start that are read of a container


@dataclass(slots=True)
class Followed:
    """A container whose log is followed, and what its lines count for. `over`: when it ended."""

    one: Watched
    matches: tuple[Matches, ...] = ()
    task: asyncio.Task[None] | None = None
    over: float = 0.0


@dataclass(slots=True)
class LogReader:
    """Of all logs: they share what may be read. `clock` is monotonic, in seconds."""

    clock: Callable[[], float]
    sleep: Callable[[float], Awaitable[None]]
    _budget: Buckets = field(init=False)
    _in_all: Buckets = field(init=False)

    def __post_init__(self) -> None:
        self._budget = Buckets(_BURST, _RATE, self.clock)
        self._in_all = Buckets(_IN_ALL, _RATE_IN_ALL, self.clock)

    def unread(self, every: Iterable[Matches]) -> None:
        """What is logged now is not known."""
        for matches in every:
            matches.begun = self.clock()

    async def run(self, host: Host, followed: Followed, *, started: bool) -> None:
        """Read it until the container ends; a log that is too fast, or can't be read, rests."""
        try:
            await self._run(host, followed, started=started)
        finally:
            followed.over = self.clock()

    async def _run(self, host: Host, followed: Followed, *, started: bool) -> None:
        since, pause = _start(followed.one) if started else None, _PAUSE
        while True:
            try:
                if await self._read(host, followed, since):
                    return
                rest = _REST
                pause = _PAUSE
            except NotFound:
                return
            except DockerFault as error:
                if pause == _PAUSE:
                    log.warning("the log of %s can't be followed: %s", followed.one.name, error)
                self.unread(followed.matches)
                rest, pause = pause, min(2 * pause, _LONGEST_PAUSE)
            since = None
            await self.sleep(rest)

    async def _read(self, host: Host, followed: Followed, since: float | None) -> bool:
        """Read on until its end (True), or until that is too much."""
        key, spent = (host.name, followed.one.id), 0.0
        lines = host.watched_logs.follow(
            followed.one.id, tail=0 if since is None else _START, since=since
        )
        async with aclosing(lines):
            async for line in lines:
                text = line.text.raw
                cost = 1.0 + len(text) // _UNIT
                if self._budget.take(key, cost) or self._in_all.take("", cost):
                    for matches in followed.matches:
                        matches.sampled = self.clock()
                    return False
                spent += 1.0 + self._searched(key, followed, text[:_SEARCHED])
                if spent >= _TOGETHER:
                    spent = 0.0
                    await asyncio.sleep(0)
        return True

    def _searched(self, key: tuple[str, str], followed: Followed, text: str) -> float:
        """Search a line for all that is looked for in it; what that has cost, in lines."""
        begun = self.clock()
        for matches in followed.matches:
            matches.take(text, begun)
        cost = (self.clock() - begun) / _WORK
        self._budget.owe(key, cost)
        self._in_all.owe("", cost)
        return cost


def _start(one: Watched) -> float | None:
    """Since when it may have logged something new: what ended before has logged before.

    The Engine tells of a start a little after the first lines of it.
    """
    if one.started is None:
        return None
    at = one.started[0] + one.started[1] / 1e9
    return max(at - _EARLY, one.ended if one.ended <= at else 0.0)
