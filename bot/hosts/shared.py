"""One request for all who ask the same while it is under way.

Nobody gets what was finished before they asked, nor what was begun before a change or on a
connection that was lost: what comes back is as fresh as a request of one's own.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Hashable
from typing import Any, Generic, TypeVar

from bot.hosts.link import Link

T = TypeVar("T")


class Shared(Generic[T]):
    """Requests of one kind, by what they ask for."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._open: dict[Hashable, asyncio.Task[T]] = {}

    async def ask(self, what: Hashable, work: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """What `work` returns, or raises. It goes on when one who waits for it is cancelled."""
        key = (self._link.epoch, what)
        task = self._open.get(key)
        if task is None:
            task = self._open[key] = asyncio.create_task(work())
            task.add_done_callback(lambda done: self._ended(key, done))
        return await asyncio.shield(task)

    def _ended(self, key: Hashable, task: asyncio.Task[T]) -> None:
        del self._open[key]
        if not task.cancelled():
            task.exception()  # is known by now, also if nobody waits for it any more
