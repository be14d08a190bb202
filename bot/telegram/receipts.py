"""What Telegram has accepted, written down: which message a slot is, and what need not go again.

While the database can't be written the receipts wait here, so that sending goes on; if the process
is killed before, the next start sends those messages once more, which is the lesser evil. So it is
with where a group has moved to: whoever writes to its old id hears that again.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable

from bot.recent import Recent
from bot.telegram.outgoing import Outgoing
from storage import buttons, outbox, rules, schedules, slots
from storage.database import Connection, Database
from storage.errors import Refused, StorageError

log = logging.getLogger(__name__)

_KEPT_SLOTS = 4096
_WAITING = 1000
_OPERATION = "call:"
_AGAIN = 5.0  # seconds until what could not be written is tried again

Note = Callable[[Connection], None]


class Receipts:
    """Writes them. `slots`: this run's messages, by chat and slot; `clock` in epoch seconds."""

    def __init__(
        self, database: Database, bot: int, instance: str, clock: Callable[[], float]
    ) -> None:
        self._database = database
        self._bot = bot
        self._instance = instance
        self._clock = clock
        self._waiting: deque[Note] = deque(maxlen=_WAITING)
        self._writing = asyncio.Lock()
        self._failed_at = -_AGAIN
        self.slots: Recent[tuple[int, str], int] = Recent(_KEPT_SLOTS)

    @property
    def waiting(self) -> bool:
        """Whether something is not written yet."""
        return bool(self._waiting)

    @property
    def due(self) -> bool:
        """Whether what waits should be tried now."""
        lately = 0 <= self._clock() - self._failed_at < _AGAIN
        return self.waiting and not self._writing.locked() and not lately

    async def accepted(self, message: Outgoing, number: int) -> None:
        """Telegram has it, as this message."""
        fresh = self._bind(message, number)
        now = self._clock()
        if message.id is None and not fresh:
            return  # an answer to a stranger, or one more edit: nothing that a restart would miss

        def note(connection: Connection) -> None:
            if message.id is not None:
                outbox.sent(connection, message.id, number, now)
            elif message.slot is not None:
                slot = slots.Slot(self._bot, message.chat, message.slot, number, now)
                slots.bind(connection, slot)
            buttons.shown(connection, message.button_ids, number, now)

        await self._note(note)

    async def failed(self, message: Outgoing, why: str) -> None:
        """Telegram will never have it."""
        number = message.id
        if number is not None:
            await self._note(lambda c: outbox.failed(c, number, why))

    async def replaced(self, message: Outgoing, other: Outgoing, why: str) -> int | None:
        """Another goes in its place; the row of that one, if this one was stored."""
        number, now = message.id, self._clock()
        if number is None:
            return None

        def write(connection: Connection) -> int:
            outbox.failed(connection, number, why)
            return outbox.enqueue(connection, other.row(self._bot, self._instance, now))

        try:
            return await self._database.write(write)
        except StorageError:
            log.exception("a message in place of another could not be recorded")
            return None

    async def redirected(self, message: Outgoing, other: Outgoing) -> None:
        """The chat of what was to be sent has a new id: it goes there, and is the same row."""
        number, ids = message.id, message.button_ids

        def write(connection: Connection) -> None:
            if number is not None:
                outbox.move(connection, number, other.chat, other.slot)
            buttons.move(connection, ids, other.chat)

        try:
            await self._database.write(write)
        except StorageError:
            log.exception("that a message goes to another chat could not be recorded")

    async def moved(self, chat: int, to: int) -> None:
        """A group has a new id: what is scheduled there, and the rules that tell it, go along."""

        def note(connection: Connection) -> None:
            schedules.move(connection, self._bot, chat, to)
            rules.move(connection, self._bot, chat, to)

        await self._note(note)

    async def write(self) -> None:
        """Write what waits, unless that is going on; what can never be written is dropped.

        Each is written by itself. From the first that has to wait on, all are written again: the
        last word stays the last.
        """
        if self._writing.locked():
            return
        async with self._writing:
            while self._waiting and await self._round():
                pass

    async def _round(self) -> bool:
        """Write all that wait now; whether none has to wait on."""
        notes = tuple(self._waiting)
        writes = (self._database.write(note) for note in notes)
        results = await asyncio.gather(*writes, return_exceptions=True)
        for note, result in zip(notes, results, strict=True):
            if not _over(result):
                self._failed_at = self._clock()
                return False
            self._forget(note)
        return True

    def _forget(self, note: Note) -> None:
        if self._waiting and self._waiting[0] is note:
            self._waiting.popleft()

    async def _note(self, note: Note) -> None:
        """Write it, or leave it to who writes those before it, so that sending goes on."""
        self._waiting.append(note)
        if len(self._waiting) == 1:
            await self.write()

    def _bind(self, message: Outgoing, number: int) -> bool:
        """Remember which message a slot is; whether an operation's is another than before."""
        slot = message.slot
        if slot is None or slot.startswith("message:"):
            return False
        before = self.slots.get((message.chat, slot))
        self.slots[message.chat, slot] = number
        return slot.startswith(_OPERATION) and before != number


def _over(result: BaseException | None) -> bool:
    """Whether a note was written, or never will be."""
    if isinstance(result, StorageError) and not isinstance(result, Refused):
        log.warning("what was sent could not be recorded yet: %s", result)
        return False
    if result is not None:
        log.error("a receipt can't be recorded, and is dropped", exc_info=result)
    return True
