"""`/ps` among 150 running containers, beside a bare `GET /containers/json?all=1` by the SDK.

Ours is the time from the update being stored to the answer being handed to the HTTP client: what
the bot adds to the Engine's own work and Telegram's. The bare request is what it can't do without.
"""

from __future__ import annotations

import asyncio
import time

from bench import pierhead
from bench.place import Place
from bench.sample import in_turns
from bench.table import Row, times

_MS = 1000


async def measure(place: Place, *, containers: int = 150, rounds: int = 40) -> list[Row]:
    await asyncio.to_thread(place.fleet, containers)

    async def bare() -> float:
        return await asyncio.to_thread(_bare, place)

    async with (
        pierhead.telegram() as telegram,
        pierhead.running(telegram, place.engine, place.folder(), heard=True) as bot,
    ):

        async def ours() -> float:
            return await bot.seconds("/ps") * _MS

        mine, theirs = await in_turns(rounds, ours, bare, warm=5)
    bound = times(2, plus=15, unit="ms")
    what = f"/ps, {containers} containers"
    return [Row(what, "ms", mine, "GET containers/json", theirs, bound)]


def _bare(place: Place) -> float:
    start = time.perf_counter()
    place.sdk.containers(all=True)
    return (time.perf_counter() - start) * _MS
