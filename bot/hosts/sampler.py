"""What all running containers of one Engine use, by one sweep, as cheaply as it can be had.

An Engine asked for one sample (`one-shot`) answers at once from 25 on, whatever is asked at the
same time; an older one at the next tick of its collector, up to a second later: there each
container has a connection of its own, so that all wait for the same tick. CPU is the difference to
the sweep before.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

from bot.errors import BotError
from bot.hosts.answer import integer, mapping
from bot.hosts.figures import reading
from bot.hosts.inventory import Inventory
from bot.hosts.link import Link
from bot.hosts.stats import sampled
from bot.hosts.stream import Streams
from bot.hosts.types import Stats, Sweep
from bot.hosts.version import parts

_ONE_SHOT = {"stream": "0", "one-shot": "1"}
_AT_ONCE = (1, 44)  # the API of Engine 25
_FEW, _MOST = 32, 512  # connections

# The counters of CPU that the next sweep needs, in the form of the Engine's own.
_Counters = Mapping[str, object]


class Sampler:
    """Sweeps one Engine. `clock` is monotonic, in seconds."""

    def __init__(self, link: Link, inventory: Inventory, clock: Callable[[], float]) -> None:
        self._link = link
        self._streams = Streams(link, _MOST)
        self._inventory = inventory
        self._clock = clock
        self._before: dict[str, _Counters] = {}
        self._newest: Sweep | None = None
        self._good_until = 0.0

    def newest(self) -> tuple[Sweep, float] | None:
        """The last sweep, and its age in seconds; None if it is no longer good."""
        now = self._clock()
        if self._newest is None or now > self._good_until:
            return None
        return self._newest, now - self._newest.asked

    def forget(self, id: str) -> None:  # noqa: A002 - Docker's name for it
        """A container has begun anew: what it had used before says nothing of now."""
        self._before.pop(id, None)

    async def sweep(self, good_for: float) -> Sweep:
        """Read what all that run use, good for so many seconds from now on.

        Raises:
            BotError: there is no way to the Engine.
        """
        asked = self._clock()
        running = await self._inventory.containers(all=False, recent=True)
        client = await self._link.connect()
        gate = asyncio.Semaphore(_FEW if parts(client.api_version) >= _AT_ONCE else _MOST)
        before, self._before = self._before, {}
        found = await asyncio.gather(*(self._one(c.id, before.get(c.id), gate) for c in running))
        readings = {one.id: one for one in found if isinstance(one, Stats)}
        failed = sum(isinstance(one, BotError) for one in found)
        self._newest, self._good_until = Sweep(asked, readings, failed), asked + good_for
        return self._newest

    async def close(self) -> None:
        """End what is open."""
        await self._streams.close()

    async def _one(
        self,
        id: str,  # noqa: A002 - Docker's name for it
        before: _Counters | None,
        gate: asyncio.Semaphore,
    ) -> Stats | BotError | None:
        def read(raw: Mapping[str, object]) -> Stats:
            self._before[id] = _counters(mapping(raw.get("cpu_stats")))
            return reading(raw, before or {})

        async with gate:
            try:
                return await sampled(self._link, self._streams, id, _ONE_SHOT, read)
            except BotError as error:
                if before is not None:
                    self._before[id] = before
                return error


def _counters(cpu: Mapping[str, object]) -> _Counters:
    """No more of it than is needed: on large machines an older Engine tells of each core."""
    total = integer(mapping(cpu.get("cpu_usage")), "total_usage")
    system = integer(cpu, "system_cpu_usage")
    return {"cpu_usage": {"total_usage": total}, "system_cpu_usage": system}
