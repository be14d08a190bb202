"""What the machine of an Engine uses, where it is the one that we run on.

The API tells none of it. The kernel does, also to a container: so what we see is the Engine's
machine if its kernel and its memory are ours, and nothing is known of any other. How full the disk
is shows a folder on it: the one that the config names, else Docker's own where we see that.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from bot.errors import BotError
from bot.hosts.link import Link
from bot.hosts.pool import Full, Pool
from bot.hosts.system import System
from bot.hosts.types import Machine

_KIB = 1024
_IDLE, _WAITS = 3, 4  # where /proc/stat has what the cores did not work (proc_stat(5))
_COUNTED = 8  # what guests have used is in there already
_PATIENCE = 2.0  # seconds: a disk of a network may hang

_Times = tuple[int, int]


class Gauge:
    """Reads it. `disk` is a folder that the config names, `own` our container's id or ""."""

    def __init__(
        self, link: Link, system: System, disk: str, own: str, proc: Path = Path("/proc")
    ) -> None:
        self._link = link
        self._system = system
        self._disk = disk
        self._own = own
        self._proc = proc
        self._pool = Pool(f"{link.name}-machine", 1)
        self._found: tuple[int, Callable[[], Machine] | None] | None = None
        self._before: _Times | None = None

    async def read(self) -> Machine | None:
        """What it uses now, CPU since the last time; None where it is not ours to see."""
        with suppress(BotError, Full, OSError, ValueError, LookupError, TimeoutError):
            work = await self._work()
            if work is not None:
                async with asyncio.timeout(_PATIENCE):
                    return await asyncio.wrap_future(self._pool.submit(work))
        return None

    def close(self) -> None:
        """Let go of the thread."""
        self._pool.close()

    async def _work(self) -> Callable[[], Machine] | None:
        """How to read it, found out once for each connection to the Engine."""
        losses = self._link.losses
        if self._found is None or self._found[0] != losses:
            info = await self._system.info()
            same = (info.kernel.raw, info.memory) == (os.uname().release, self._memory()[1])
            folder = self._disk or ("" if self._own else info.root_dir.raw)
            self._found = losses, (lambda: self._machine(folder)) if same else None
        return self._found[1]

    def _machine(self, folder: str) -> Machine:
        before, self._before = self._before, self._times()
        used, total = self._memory()
        return Machine(_busy(before, self._before), used, total, _filled(folder))

    def _times(self) -> _Times:
        """Ticks in which all cores worked, and all ticks."""
        line = (self._proc / "stat").read_text().partition("\n")[0]
        ticks = [int(word) for word in line.split()[1 : 1 + _COUNTED]]
        return sum(ticks) - ticks[_IDLE] - ticks[_WAITS], sum(ticks)

    def _memory(self) -> tuple[int, int]:
        """Bytes that are not to be had any more, and all."""
        known = dict(_fields((self._proc / "meminfo").read_text()))
        total = known["MemTotal"]
        return total - known["MemAvailable"], total


def _fields(text: str) -> Iterator[tuple[str, int]]:
    for line in text.splitlines():
        name, _, value = line.partition(":")
        yield name, int(value.split()[0]) * _KIB


def _busy(before: _Times | None, now: _Times) -> float | None:
    if before is None or now[1] <= before[1] or now[0] < before[0]:
        return None
    return (now[0] - before[0]) / (now[1] - before[1]) * 100.0


def _filled(folder: str) -> float | None:
    """Percent, as `df` shows it: what is kept for root counts for nobody."""
    if not folder:
        return None
    try:
        found = os.statvfs(folder)
    except OSError:
        return None
    used = found.f_blocks - found.f_bfree
    return used / (used + found.f_bavail) * 100.0 if used + found.f_bavail else None
