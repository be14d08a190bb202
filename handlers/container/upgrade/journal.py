"""Where an upgrade is: each step is written down before it is taken.

What can't be written down is not done, and a database that is locked, or has no room, is not waited
for longer than a person would. Only the way back does not depend on it: what is written before
that leads a later start to the old one as well.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field, replace

from bot.command.services import Services
from bot.errors import BotError, Cancelled
from bot.message import msg
from bot.pipeline.begin import UNRECORDED
from storage import upgrades
from storage.errors import Closed, StorageError
from storage.upgrades import Member, Step, Upgrade

log = logging.getLogger(__name__)

_PAUSE = 1.0  # seconds until it is tried again
_TRIES, _TRIES_OF_AN_END = 10, 3
_TIMES = 5  # that an upgrade is tried to be brought to an end


class Unwritten(BotError):
    """A step can't be written down: it is not taken."""

    def __init__(self) -> None:
        super().__init__(UNRECORDED[0])


@dataclass(slots=True)
class Journal:
    """Writes where one upgrade is. `stop` is set when somebody does not want it any more."""

    services: Services
    upgrade: Upgrade
    stop: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def step(self) -> Step:
        """What is written down."""
        return self.upgrade.step

    async def note(self, step: Step) -> None:
        """Write down what comes next.

        Raises:
            Unwritten: that does not go through.
            Cancelled: somebody did not wait for it.
        """
        if await self.tried(step):
            return
        for _ in range(_TRIES):
            if self.stop.is_set():
                raise Cancelled(msg("It was stopped while I could not write it down."))
            await self.services.sleep(_PAUSE)
            if await self.tried(step):
                return
        raise Unwritten

    async def made(self, member: Member) -> None:
        """Write down which the new one is; it is known from here on, written or not.

        Raises:
            BotError: as `note`.
        """
        self.upgrade = self.upgrade.having(member)
        await self.note(self.step)

    async def ended(self, step: Step) -> bool:
        """Write down how it has ended; False if that does not go through."""
        for _ in range(_TRIES_OF_AN_END):
            if await self.tried(step):
                return True
            await self.services.sleep(_PAUSE)
        return False

    async def failed(self) -> bool:
        """Write down that it came to no end; whether the next start tries again."""
        self.upgrade = replace(self.upgrade, tries=self.upgrade.tries + 1)
        again = self.upgrade.tries < _TIMES
        await self.ended(self.step if again else Step.STUCK)
        return again

    async def tried(self, step: Step) -> bool:
        """Write it down, or not, if that can't be done at once.

        Raises:
            Closed: the bot ends.
        """
        one, now = replace(self.upgrade, step=step), self.services.clock()
        try:
            await self.services.database.write(lambda c: upgrades.save(c, one, now))
        except Closed:
            raise
        except StorageError as error:
            log.warning("upgrade %s is not noted as %s: %s", one.id, step, error)
            return False
        self.upgrade = one
        return True
