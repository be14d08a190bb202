"""What one watcher of a feed has still to hear: bounded, so that a slow one holds up nobody.

Where there is no room left, what came is made one with the last that waits: a gap, which stands
where something is missing.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from types import TracebackType
from typing import Self

from bot.hosts.place import REMEMBERED
from bot.hosts.types import Event, Gap, Happening

ROOM = 2 * REMEMBERED  # after a break all that an Engine remembers comes at once


class Subscription:
    """What happens from here on, one after another, without end. Leaving the block ends it.

    What was taken counts as handled when the next is asked for: up to there nothing comes again
    after a restart of the bot.
    """

    def __init__(self, room: int, leave: Callable[[Subscription], None]) -> None:
        self._room = room
        self._leave = leave
        # Each with how many events had come by then.
        self._waiting: deque[tuple[Happening, int]] = deque()
        self._there = asyncio.Event()
        self._come = self._taken = self._handled = 0

    @property
    def behind(self) -> int:
        """How many events it has not handled yet."""
        return self._come - self._handled

    def put(self, one: Happening) -> bool:
        """Let it hear this; False if it is so far behind that it misses some."""
        self._come += isinstance(one, Event)
        room = len(self._waiting) < self._room
        if self._waiting and not (room and isinstance(one, Event)):
            one = self._joined(one)
        self._waiting.append((one, self._come))
        self._there.set()
        return room

    def _joined(self, one: Happening) -> Happening:
        """One that stands for the last that waits as well, if it can or has to."""
        last, _ = self._waiting[-1]
        if type(last) is type(one) and not isinstance(one, Event | Gap):
            self._waiting.pop()
            return one  # the newer of two says all
        if len(self._waiting) < self._room:
            return one
        self._waiting.pop()
        return Gap(_begin(last) or _begin(one), _end(one) or _end(last))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._leave(self)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Happening:
        self._handled = self._taken
        while not self._waiting:
            self._there.clear()
            await self._there.wait()
        one, self._taken = self._waiting.popleft()
        return one


def _begin(one: Happening) -> tuple[int, int] | None:
    return one.at if isinstance(one, Event) else one.since if isinstance(one, Gap) else None


def _end(one: Happening) -> tuple[int, int] | None:
    return one.at if isinstance(one, Event) else one.until if isinstance(one, Gap) else None
