"""Tasks that live as long as the bot: all end together, and none fails unseen."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from typing import Any


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


async def within(seconds: float, closing: Callable[[], Awaitable[None]]) -> None:
    """Close a part, but not for ever."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await closing()
