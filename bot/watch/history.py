"""Keeps what the sweeps of a host have read: written every few minutes, summed up day by day.

Nothing here is in the way of others who write: blocks are packed beforehand, and written few at a
time. What was read in the last minutes is lost with a kill.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from math import nan

from bot.hosts.types import DiskUsage, Machine, Stats, Sweep
from storage import history
from storage.database import Database
from storage.errors import StorageError
from storage.history import Block, Sample

log = logging.getLogger(__name__)

_WRITE = 300.0  # seconds between two writes
# What may wait while the database can't be written.
_WAITING, _SUBJECTS = 240, 2000  # samples of one subject, and subjects
_AT_ONCE = 32  # blocks
_PAUSE = 0.2  # seconds between two pieces of long work
_NAME = 128


@dataclass(slots=True)
class Recorder:
    """The history of one host. `clock` gives seconds since the epoch, `sleep` takes them."""

    database: Database
    host: str
    clock: Callable[[], float]
    sleep: Callable[[float], Awaitable[None]]
    _waiting: dict[str, deque[Sample]] = field(default_factory=dict)
    _last: Sweep | None = None
    _summed: float = -1.0
    _writes: asyncio.Lock = field(default_factory=asyncio.Lock)

    def take(self, sweep: Sweep) -> None:
        """Note a sweep."""
        at, last = self.clock(), self._last
        for id_, stats in sweep.readings.items():
            before = last.readings.get(id_) if last else None
            figures = _figures(stats, before, sweep.asked - last.asked if last else 0.0)
            self._note(stats.name.raw[:_NAME], Sample(at, figures))
        if sweep.machine is not None:
            self._note(history.HOST, Sample(at, _of_host(sweep.machine)))
        self._last = sweep

    def count(self, usage: DiskUsage) -> None:
        """Note what Docker takes on the disk."""
        sizes = (usage.layers, usage.in_containers, usage.in_volumes, usage.build_cache)
        self._note(history.HOST, Sample(self.clock(), (*[nan] * 3, *map(float, sizes))))

    def _note(self, subject: str, sample: Sample) -> None:
        if subject in self._waiting or len(self._waiting) < _SUBJECTS:
            self._waiting.setdefault(subject, deque(maxlen=_WAITING)).append(sample)

    async def catch_up(self) -> None:
        """Have all that was noted be readable: it is written, and again with what comes after."""
        async with self._writes:
            try:
                await self._store(self._waiting)
            except StorageError as error:
                log.warning("the newest of the history of %s can't be read: %s", self.host, error)

    async def run(self) -> None:
        """Write what was noted, sum up the days that are over, and remove what is too old."""
        try:
            while True:
                await self.sleep(_WRITE)
                await self._tick()
        finally:
            await self._write()

    async def _tick(self) -> None:
        if not await self._write():
            return  # a day is summed up once: not without what waits
        now = self.clock()
        try:
            if now - now % history.DAY != self._summed:
                await self._sum_up(now)
                self._summed = now - now % history.DAY
            while await self.database.write(lambda c: history.prune(c, self.host, now)):
                await self.sleep(_PAUSE)
        except StorageError as error:
            log.warning("the history of %s can't be tidied: %s", self.host, error)

    async def _write(self) -> bool:
        """Write what waits; False if it waits still."""
        async with self._writes:
            waiting, self._waiting = self._waiting, {}
            try:
                await self._store(waiting)
            except StorageError as error:
                log.warning("the history of %s can't be written: %s", self.host, error)
                self._wait_again(waiting)
                return False
            except asyncio.CancelledError:
                self._wait_again(waiting)  # it is the end: they are written once more, as the same
                raise
        return True

    async def _store(self, waiting: Mapping[str, deque[Sample]]) -> None:
        noted = {subject: _recent(samples) for subject, samples in waiting.items()}
        blocks = await asyncio.to_thread(self._packed, noted)
        for at in range(0, len(blocks), _AT_ONCE):
            await self._add(blocks[at : at + _AT_ONCE])

    async def _add(self, blocks: Sequence[Block]) -> None:
        await self.database.write(lambda c: history.add(c, blocks))

    def _packed(self, noted: dict[str, list[Sample]]) -> list[Block]:
        return [
            history.raw_block(self.host, subject, samples) for subject, samples in noted.items()
        ]

    def _wait_again(self, waiting: dict[str, deque[Sample]]) -> None:
        for subject, samples in waiting.items():
            samples.extend(self._waiting.get(subject, ()))
            self._waiting[subject] = samples

    async def _sum_up(self, now: float) -> None:
        days = await self.database.read(lambda c: history.unsummed(c, self.host, now))
        for subject, day in days:
            summed = partial(history.summed, host=self.host, subject=subject, day=day)
            await self._add(await self.database.read(summed))
            await self.sleep(_PAUSE)


def _recent(samples: Sequence[Sample]) -> list[Sample]:
    """Those that fit into one block, in order: the clock may have been set."""
    newest = samples[-1].at
    return sorted((s for s in samples if abs(newest - s.at) < history.LONGEST), key=lambda s: s.at)


def _figures(stats: Stats, before: Stats | None, seconds: float) -> tuple[float, ...]:
    """In the order of METRICS: counters become bytes a second since the sweep before."""
    counters = ("received", "sent", "read", "written")
    rates = (_rate(getattr(stats, n), getattr(before, n, None), seconds) for n in counters)
    return (_known(stats.cpu), _known(stats.memory), *rates, _known(stats.pids))


def _of_host(machine: Machine) -> tuple[float, ...]:
    """In the order of HOST_METRICS; what Docker takes is counted apart."""
    return (_known(machine.cpu), float(machine.memory), _known(machine.disk), *[nan] * 4)


def _rate(now: int, before: int | None, seconds: float) -> float:
    """Unknown after a restart, since which it counts from nothing."""
    if before is None or now < before or seconds <= 0:
        return nan
    return (now - before) / seconds


def _known(value: float | None) -> float:
    return nan if value is None else float(value)
