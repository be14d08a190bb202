"""Where updates come in: putting one into this queue stores it, before Telegram hears that it came.

The next poll confirms what was put, and python-telegram-bot polls only when `put` has returned. So
nothing is lost, and nothing is stored twice. If the database cannot store, nothing is confirmed.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable
from typing import Any

from bot.access.policy import Policy
from bot.telegram.strangers import Strangers
from bot.telegram.updates import Joined, Tap, parse
from storage import inbox
from storage.database import Database
from storage.errors import StorageError

log = logging.getLogger(__name__)

_PAUSE = 1.0


class Door(asyncio.Queue[Any]):
    """The queue that python-telegram-bot's updater fills. `stored` is set when something is new."""

    def __init__(
        self,
        database: Database,
        bot: int,
        policy: Policy,
        strangers: Strangers,
        clock: Callable[[], float],
        first_after_gap: Callable[[], bool],
    ) -> None:
        super().__init__()
        self.stored = asyncio.Event()
        self.failing = False
        self._database = database
        self._bot = bot
        self._policy = policy
        self._strangers = strangers
        self._clock = clock
        self._first_after_gap = first_after_gap

    async def put(self, item: Any) -> None:  # noqa: ANN401 - the updater's own signature
        """Store an update, or answer a stranger."""
        update = item.to_dict()
        now = self._clock()
        asked = parse(update, now)
        if asked is None:
            return
        if not isinstance(asked, Joined):
            request = asked.request if isinstance(asked, Tap) else asked
            if self._policy.subject(request.actor.id) is None:
                if not isinstance(asked, Tap):
                    await self._strangers.meet(request)
                return
        body = json.dumps({"update": update, "gap": self._first_after_gap()}).encode()
        await self._store(int(update["update_id"]), body, now)

    async def _store(self, number: int, body: bytes, now: float) -> None:
        while True:
            try:
                await self._database.write(lambda c: inbox.put(c, self._bot, number, body, now))
            except StorageError as error:
                if not self.failing:
                    log.warning("updates can't be stored, so none is confirmed: %s", error)
                self.failing = True
                await asyncio.sleep(_PAUSE)
            else:
                self.failing = False
                self.stored.set()
                return
