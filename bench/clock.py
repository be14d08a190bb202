"""Real time that can be put on, and what sleeps by it wakes: nobody waits for a grace to end."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress


class Clock:
    """Seconds since the epoch."""

    def __init__(self) -> None:
        self.offset = 0.0
        self._bell = asyncio.Event()

    def __call__(self) -> float:
        """What it is now."""
        return time.time() + self.offset

    def advance(self, seconds: float) -> None:
        """Let so many seconds have passed."""
        self.offset += seconds
        self._bell.set()
        self._bell = asyncio.Event()

    async def sleep(self, seconds: float) -> None:
        """Sleep by it."""
        until = self() + seconds
        while (left := until - self()) > 0:
            with suppress(TimeoutError):
                async with asyncio.timeout(left):
                    await self._bell.wait()
