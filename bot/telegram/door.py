"""Where updates come in: putting one in stores it, before Telegram hears that it came.

The next poll confirms what was put, and it begins only when `put` has returned. So nothing is lost,
and nothing is stored twice. If the database can't store for a while, what is asked is acted upon
all the same: reads are answered, and whoever wants a change is told that it is not done.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from bot.access.policy import Policy
from bot.command.call import Request
from bot.command.languages import Languages
from bot.recent import Recent
from bot.telegram.guesses import Guesses
from bot.telegram.strangers import Strangers
from bot.telegram.updates import Joined, Moved, Tap, parse
from storage import inbox, rules, schedules
from storage.database import Connection, Database
from storage.errors import StorageError
from storage.inbox import State, Stored

log = logging.getLogger(__name__)

_PAUSE = 1.0
_PATIENCE = 8.0  # seconds until what can't be stored is acted upon as it is
_HOUR = 3600.0
_KNOWN = 256

Meet = Callable[[Stored], Awaitable[None]]


class Door:
    """Takes updates in. `stored` is set when something is new; `failing` while nothing can be.

    `unstored` acts on what can't be stored. `leave` leaves a group that no owner has linked. `met`
    hears who has written, `moved` of a group that has a new id.
    """

    def __init__(  # noqa: PLR0913 - who may come in, and where they go
        self,
        database: Database,
        bot: int,
        policy: Policy,
        languages: Languages,
        guesses: Guesses,
        strangers: Strangers,
        clock: Callable[[], float],
        first_after_gap: Callable[[], bool],
        *,
        unstored: Meet,
        leave: Callable[[int], None],
        met: Callable[[int], None] = lambda _: None,
        moved: Callable[[int, int], Awaitable[None]] | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.stored = asyncio.Event()
        self.failing = False
        self._database = database
        self._bot = bot
        self._policy = policy
        self._languages = languages
        self._guesses = guesses
        self._strangers = strangers
        self._clock = clock
        self._first_after_gap = first_after_gap
        self._unstored = unstored
        self._leave = leave
        self._met = met
        self._moved = moved
        self._sleep = sleep
        self._left: Recent[int, float] = Recent(_KNOWN)

    async def put(self, update: Mapping[str, Any]) -> None:
        """Store an update, or answer a stranger. What can't be understood is dropped."""
        now = self._clock()
        try:
            asked = parse(update, now)
            if asked is None or not await self._comes_in(asked):
                return
            number = int(update["update_id"])
            body = json.dumps({"update": update, "gap": self._first_after_gap()}).encode()
        except Exception as error:  # noqa: BLE001 - raised, it would come again, and nothing after it
            what = update.get("update_id"), type(error).__name__
            log.error("update %s can't be understood (%s), and is dropped", *what)  # noqa: TRY400 - what people wrote stays out of the log
            return
        await self._store(number, body, now)

    async def _comes_in(self, asked: Request | Tap | Joined | Moved) -> bool:
        """Whether it is from somebody known, where the bot may speak; else nothing is stored."""
        if isinstance(asked, Moved):
            if self._policy.move(asked.chat, asked.to):
                self._languages.move(asked.chat, asked.to)
                log.warning("group %d is now %d: give the config its new id", asked.chat, asked.to)
                await self._take_along(asked)
            return False
        if isinstance(asked, Joined):
            self._may_stay(asked.chat)
            return False
        request = asked.request if isinstance(asked, Tap) else asked
        if not request.chat.private and not self._may_stay(request.chat.id):
            return False
        if isinstance(asked, Request) and await self._guesses.heard(asked):
            return False
        if self._policy.subject(request.actor.id) is not None:
            if request.chat.private:
                self._met(request.actor.id)
            return True
        if isinstance(asked, Request):
            await self._strangers.meet(request)
        return False

    async def _take_along(self, moved: Moved) -> None:
        """What is scheduled in a group, and what it is told of alerts, goes with it."""
        chat, to = moved.chat, moved.to

        def write(connection: Connection) -> None:
            schedules.move(connection, self._bot, chat, to)
            rules.move(connection, self._bot, chat, to)

        try:
            await self._database.write(write)
            if self._moved is not None:
                await self._moved(chat, to)
        except StorageError as error:
            log.warning("what group %d has here could not be taken along: %s", to, error)

    def _may_stay(self, chat: int) -> bool:
        """Whether an owner has linked a group; any other is left, hourly as long as it speaks."""
        if self._policy.linked(chat):
            return True
        now = self._clock()
        if now - self._left.get(chat, now - _HOUR) >= _HOUR:
            self._leave(chat)
            self._left[chat] = now
        return False

    async def _store(self, number: int, body: bytes, now: float) -> None:
        """Store it; after a time without success, or at once if that is known, go on without."""
        until = now if self.failing else now + _PATIENCE
        while True:
            try:
                await self._database.write(lambda c: inbox.put(c, self._bot, number, body, now))
            except StorageError as error:
                if not self.failing:
                    log.warning("updates can't be stored: %s", error)
                self.failing = True
                if self._clock() >= until:
                    await self._unstored(Stored(number, body, now, State.NEW, None, 0))
                    return
                await self._sleep(_PAUSE)
            else:
                if self.failing:
                    log.warning("updates can be stored again")
                self.failing = False
                self.stored.set()
                return
