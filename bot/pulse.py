"""What beats while the bot lives: its upkeep, and the signs of life for `pierhead health`."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.heartbeat import POLLED, STORED, Heartbeat
from bot.pipeline.upkeep import Upkeep
from bot.telegram.connection import Polls
from bot.telegram.door import Door
from storage.errors import StorageError

log = logging.getLogger(__name__)

_EVERY = 5.0  # seconds


@dataclass(frozen=True, slots=True)
class Pulse:
    """Beats every few seconds. `clock` gives seconds since the epoch."""

    upkeep: Upkeep
    polls: Polls
    door: Door
    heartbeat: Heartbeat
    clock: Callable[[], float]
    sleep: Callable[[float], Awaitable[None]]

    async def run(self) -> None:
        """Beat until cancelled.

        Raises:
            Overtaken: another instance took this one for dead.
        """
        while True:
            try:
                await self.upkeep.tick()
            except StorageError as error:
                log.warning("the database can't be written: %s", error)
            else:
                if not self.door.failing:
                    self.heartbeat.beat(STORED, self.clock())
            if self.polls.polled_at is not None:
                self.heartbeat.beat(POLLED, self.polls.polled_at)
            await asyncio.to_thread(self.heartbeat.write)
            await self.sleep(_EVERY)
