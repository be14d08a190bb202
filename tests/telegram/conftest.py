"""What the tests of Telegram's side share: a database, and time that stands until it is moved."""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from storage.database import Database


class Clock:
    """Time that stands until it is moved; what sleeps by it wakes in its order.

    `naps` are for how long, in seconds, something went to sleep: it does nothing before it wakes.
    """

    def __init__(self) -> None:
        self.now = 1e9
        self._sleeping: list[tuple[float, int, asyncio.Future[None]]] = []
        self.naps: list[float] = []

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.naps.append(seconds)
        waking: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleeping, (self.now + seconds, len(self.naps), waking))
        await waking

    def advance(self, seconds: float) -> None:
        """Move on, and wake what has slept long enough."""
        self.now += seconds
        while self._sleeping and self._sleeping[0][0] <= self.now:
            waking = heapq.heappop(self._sleeping)[2]
            if not waking.done():
                waking.set_result(None)


async def until(look: Callable[[], bool], clock: Clock | None = None) -> None:
    """Wait until it is so; with a clock, time passes meanwhile."""
    async with asyncio.timeout(10):
        while not look():
            if clock is not None:
                clock.advance(1)
            await asyncio.sleep(0.001)


@pytest.fixture(autouse=True)
def _of_today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "true")  # as `make_bot` does


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def db(tmp_path: Path) -> AsyncIterator[Database]:
    database = await Database.open(f"sqlite:///{tmp_path}/bot.db", key=b"k" * 32, ballast=0)
    yield database
    await database.close()
