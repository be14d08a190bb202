"""Sweeps a host every so many seconds, for whoever takes what was read."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from bot.errors import BotError
from bot.hosts import Host
from bot.hosts.types import Event, Sweep
from bot.tasks import together

log = logging.getLogger(__name__)

_GOOD = 2  # sweeps: so one that fails leaves no hole


@dataclass(frozen=True, slots=True)
class Sampling:
    """The sweeps of one host. `clock` is monotonic, in seconds, as `sleep` takes them.

    Each of `takers` gets every sweep, and keeps nobody waiting. `alive` is called after each try,
    whether the Engine has answered or not.
    """

    host: Host
    every: float
    takers: Sequence[Callable[[Sweep], None]]
    clock: Callable[[], float]
    sleep: Callable[[float], Awaitable[None]]
    alive: Callable[[], None] = lambda: None

    async def run(self) -> None:
        """Sweep until cancelled; an Engine that can't be read is tried again at its time."""
        await together(self._sweeps(), self._starts())

    async def _sweeps(self) -> None:
        due = self.clock()
        self.alive()  # from now on it is expected
        while True:
            try:
                await self._swept()
                self.alive()
            except Exception:  # of one host: the others are watched all the same
                log.exception("a sweep of %s has failed", self.host.name)
            due = max(due + self.every, self.clock())
            await self.sleep(due - self.clock())

    async def _swept(self) -> None:
        try:
            sweep = await self.host.sampler.sweep(_GOOD * self.every)
        except BotError as error:
            log.debug("%s can't be swept: %s", self.host.name, error)
            return
        for take in self.takers:
            take(sweep)

    async def _starts(self) -> None:
        """What has started again counts from nothing."""
        with self.host.feed.subscribe() as happenings:
            async for one in happenings:
                if isinstance(one, Event) and one.action.raw == "start":
                    self.host.sampler.forget(one.id.raw)
