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
from bot.hosts.client import Client
from bot.hosts.fetched import fetched
from bot.hosts.figures import counted, reading
from bot.hosts.inventory import Inventory
from bot.hosts.link import Link
from bot.hosts.machine import Gauge
from bot.hosts.stats import counters
from bot.hosts.types import Stats, Sweep
from bot.hosts.version import parts

_ONE_SHOT = "?stream=0&one-shot=1"
_AT_ONCE = (1, 44)  # the API of Engine 25
_FEW, _MOST = 32, 512  # connections

# What the next sweep needs of a sample to know the CPU, in the form of the Engine's own.
Counted = Mapping[str, object]


class Sampler:
    """Sweeps one Engine. `clock` is monotonic, in seconds."""

    def __init__(
        self, link: Link, inventory: Inventory, gauge: Gauge, clock: Callable[[], float]
    ) -> None:
        self._link = link
        self._inventory = inventory
        self._gauge = gauge
        self._clock = clock
        self._before: dict[str, Counted] = {}
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
        round_ = _Round(self._link, await self._link.connect(), self._before)
        self._before = round_.counted
        machine = await self._gauge.read()
        found = await asyncio.gather(*(round_.read(c.id) for c in running))
        readings = {one.id: one for one in found if isinstance(one, Stats)}
        failed = sum(isinstance(one, Exception) for one in found)
        self._good_until = asked + good_for
        self._newest = Sweep(asked, readings, failed, machine)
        return self._newest


class _Round:
    """One sweep: it takes no longer than one answer may, whatever hangs."""

    def __init__(self, link: Link, client: Client, before: Mapping[str, Counted]) -> None:
        self.counted: dict[str, Counted] = {}
        self._link = link
        self._podman = client.podman
        self._before = before
        self._gate = asyncio.Semaphore(_FEW if parts(client.api_version) >= _AT_ONCE else _MOST)
        self._end = asyncio.get_running_loop().time() + link.timeout

    async def read(
        self,
        id: str,  # noqa: A002 - Docker's name for it
    ) -> Stats | Exception | None:
        """What a container uses, why that is unknown, or None where it does not run."""
        before = self._before.get(id)

        def read(body: bytes) -> Stats | None:
            raw = counters(body)
            if raw is None:
                return None
            found = reading(raw, before or {}, podman=self._podman)
            self.counted[id] = counted(raw)
            return found

        try:
            async with asyncio.timeout_at(self._end), self._gate:
                return await fetched(self._link, f"/containers/{id}/stats{_ONE_SHOT}", read)
        except (BotError, TimeoutError) as error:
            if before is not None:
                self.counted[id] = before
            return error
