"""A scripted Engine, and a Host on it whose clock stands still."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.hosts import Host
from tests.hosts.scripted import Scripted, scripted


class Clock:
    """Monotonic time that goes on when a test says so."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
async def fake() -> AsyncIterator[Scripted]:
    async with scripted() as engine:
        yield engine


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def host(fake: Scripted, clock: Clock) -> AsyncIterator[Host]:
    """On the scripted Engine, with time-outs that no machine is too slow for."""
    made = Host("nas", fake.url, clock=clock, threads=2, timeout=60)
    yield made
    await made.close()
