"""Counts every hour what Docker takes on a host's disk: the Engine walks through all of it.

That may take minutes on a large host, so it is asked beside the sweeps, one count at a time, and
not waited for without end (`System.df`).
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.errors import BotError
from bot.hosts import Host
from bot.hosts.types import DiskUsage

log = logging.getLogger(__name__)

_FIRST, _EVERY = 120.0, 3600.0  # seconds: who starts has other things to do


@dataclass(frozen=True, slots=True)
class Counting:
    """The counts of one host, for whoever takes them. `sleep` takes seconds."""

    host: Host
    take: Callable[[DiskUsage], None]
    sleep: Callable[[float], Awaitable[None]]

    async def run(self) -> None:
        """Count until cancelled; where it fails, the next hour will do."""
        await self.sleep(_FIRST)
        while True:
            try:
                self.take(await self.host.system.df())
            except BotError as error:
                log.info("what takes room on %s can't be counted: %s", self.host.name, error)
            except Exception:
                log.exception("what takes room on %s can't be counted", self.host.name)
            await self.sleep(_EVERY)
