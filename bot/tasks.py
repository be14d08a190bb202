"""Tasks: who owns them, and that none fails unseen or outlives the bot."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from typing import Any

log = logging.getLogger(__name__)

_LAST = 0.5  # seconds in which what is cancelled says its last word


class Tasks:
    """What runs beside its caller, `most` at once. The log says `failed` when one fails.

    What is `expected` to be raised is left to who awaits it. `ended` is called after each.
    """

    def __init__(
        self,
        failed: str,
        most: int = sys.maxsize,
        *,
        expected: type[Exception] | tuple[()] = (),
        ended: Callable[[], None] = lambda: None,
    ) -> None:
        self._failed = failed
        self._most = most
        self._expected = expected
        self._after = ended
        self._running: set[asyncio.Future[Any]] = set()

    @property
    def room(self) -> int:
        """How many more may run now."""
        return self._most - len(self._running)

    def own(self, work: Coroutine[Any, Any, Any] | asyncio.Future[Any]) -> None:
        """Run it, or let it run, to its end. The caller has seen that there is room."""
        task = asyncio.ensure_future(work)
        self._running.add(task)
        task.add_done_callback(self._ended)

    async def until_room(self) -> None:
        """Wait until one more may run."""
        while self.room <= 0:
            await asyncio.wait(self._running, return_when=asyncio.FIRST_COMPLETED)

    async def close(self, grace: float = 0.0) -> None:
        """Give what runs `grace` seconds to end, then end it."""
        tasks = set(self._running)
        if tasks and grace:
            await asyncio.wait(tasks, timeout=grace)
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=_LAST)

    def _ended(self, task: asyncio.Future[Any]) -> None:
        self._running.discard(task)
        if not task.cancelled():
            error = task.exception()
            if error is not None and not isinstance(error, self._expected):
                log.error(self._failed, exc_info=error)
        self._after()


async def until(stop: asyncio.Event, grace: float, *work: Coroutine[Any, Any, None]) -> None:
    """Run all of it until `stop`, or until one of them fails, whose error is raised.

    What ends by itself is done. What is cancelled has `grace` seconds to end.
    """
    tasks = {asyncio.ensure_future(one) for one in work}
    stopped = asyncio.ensure_future(stop.wait())
    running: set[asyncio.Future[Any]] = {stopped, *tasks}
    try:
        while not stopped.done():
            done, running = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
    finally:
        for task in running:
            task.cancel()
        if running:
            await asyncio.wait(running, timeout=grace)


async def together(*work: Awaitable[object]) -> None:
    """Run all of it until one ends, or fails: then the others are ended, its error is raised."""
    tasks = [asyncio.ensure_future(one) for one in work]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        ended = await asyncio.gather(*tasks, return_exceptions=True)
    for error in ended:
        if isinstance(error, Exception):
            raise error


async def within(seconds: float, closing: Callable[[], Awaitable[None]]) -> None:
    """Close a part, but not for ever."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await closing()
