"""The one way out: everything that is said to Telegram waits here for its turn.

One message at a time to a chat, in order, several chats at once. What is stored is counted as sent
only when Telegram has accepted it; a failure that may pass postpones it, so it is late, not lost.
After a send whose outcome is unknown a duplicate is possible, and that is the only one. What shows
a running operation is not stored: of what waits for one message, the last wins.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from bot.telegram.outgoing import Outgoing, stored
from bot.telegram.pace import Pace
from bot.telegram.sending import Gone, Later, Sender
from storage import buttons, outbox, slots
from storage.database import Connection, Database
from storage.errors import StorageError

log = logging.getLogger(__name__)

_AT_ONCE = 16
_WAITING = 5000
_KEPT_SLOTS = 4096
_BACKOFF = (1.0, 2.0, 5.0, 15.0, 30.0, 60.0)


@dataclass(slots=True)
class _Line:
    """What waits for one chat."""

    waiting: deque[Outgoing] = field(default_factory=deque)
    busy: bool = False
    failures: int = 0


class Outbox:
    """Owns the tasks that send. `clock` gives seconds since the epoch."""

    def __init__(
        self, sender: Sender, database: Database, pace: Pace, bot: int, clock: Callable[[], float]
    ) -> None:
        self._sender = sender
        self._database = database
        self._pace = pace
        self._bot = bot
        self._clock = clock
        self._lines: dict[int, _Line] = {}
        self._slots: dict[str, int] = {}
        self._wake = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def bot(self) -> int:
        """The bot's own id."""
        return self._bot

    async def load(self) -> int:
        """Take up what the last run could not send; say how many."""
        rows = await self._database.read(lambda c: outbox.pending(c, self._bot, _WAITING))
        self.put(stored(row) for row in rows)
        return len(rows)

    def put(self, messages: Iterable[Outgoing]) -> None:
        """Have them sent, each after what waits for its chat."""
        for message in messages:
            line = self._lines.setdefault(message.chat, _Line())
            if message.slot is not None:
                _drop_older(line, message.slot)
            elif message.id is None and len(line.waiting) >= _WAITING:
                log.warning("chat %d has too much waiting; a notice was dropped", message.chat)
                continue
            line.waiting.append(message)
        self._wake.set()

    async def run(self) -> None:
        """Send until cancelled."""
        while True:
            self._wake.clear()
            pause = self._start()
            try:
                async with asyncio.timeout(pause):
                    await self._wake.wait()
            except TimeoutError:
                continue

    async def close(self, grace: float) -> None:
        """Let what is on its way arrive, for `grace` seconds at most."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=grace)
        for task in self._tasks:
            task.cancel()

    def _start(self) -> float | None:
        """Start what may go now; the seconds until more may, None if nothing waits for time."""
        pause: float | None = None
        ready = [(chat, line) for chat, line in self._lines.items() if line.waiting]
        for chat, line in sorted(ready, key=lambda pair: pair[1].waiting[0].priority):
            if line.busy or len(self._tasks) >= _AT_ONCE:
                continue
            wait = self._pace.wait(chat, line.waiting[0].priority)
            if wait > 0:
                pause = wait if pause is None else min(pause, wait)
                continue
            line.busy = True
            task = asyncio.ensure_future(self._send(line, line.waiting.popleft()))
            self._tasks.add(task)
            task.add_done_callback(self._sent)
        return pause

    def _sent(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("a message could not be handled", exc_info=error)
        self._wake.set()

    async def _send(self, line: _Line, message: Outgoing) -> None:
        try:
            under = await self._under(message)
            number = await self._sender.send(message, under)
        except Later as error:
            self._later(line, message, error)
        except Gone as error:
            line.failures = 0
            await self._gone(message, str(error), error.moved_to)
        else:
            line.failures = 0
            await self._accepted(message, number)
        finally:
            line.busy = False
            if not line.waiting:
                self._lines.pop(message.chat, None)

    async def _gone(self, message: Outgoing, why: str, moved_to: int | None) -> None:
        log.warning("a message to chat %d is given up: %s", message.chat, why)
        number = message.id
        if number is not None:
            await self._write(lambda c: outbox.failed(c, number, why))
        if moved_to is not None:
            self.put([replace(message, chat=moved_to, id=None)])

    def _later(self, line: _Line, message: Outgoing, error: Later) -> None:
        """Put it back at the front, unless a newer one has taken its place."""
        seconds = error.seconds
        if seconds is None:
            seconds = _BACKOFF[min(line.failures, len(_BACKOFF) - 1)]
            line.failures += 1
        log.warning("chat %d: again in %.0f s (%s)", message.chat, seconds, error)
        self._pace.pause(message.chat, seconds)
        newer = any(w.slot == message.slot for w in line.waiting if message.slot is not None)
        if not newer or message.id is not None:
            line.waiting.appendleft(message)

    async def _under(self, message: Outgoing) -> int | None:
        """The message that it replaces, if there is one."""
        if message.slot is None:
            return None
        kind, _, number = message.slot.partition(":")
        if kind == "message":
            return int(number)
        if message.slot in self._slots or message.id is None:
            return self._slots.get(message.slot)
        slot = message.slot
        found = await self._database.read(lambda c: slots.find(c, slot))
        return found.message_id if found else None

    async def _accepted(self, message: Outgoing, number: int) -> None:
        if message.slot is not None and not message.slot.startswith("message:"):
            self._slots[message.slot] = number
            if len(self._slots) > _KEPT_SLOTS:
                del self._slots[next(iter(self._slots))]
        await self._write(lambda c: self._record(c, message, number))

    def _record(self, connection: Connection, message: Outgoing, number: int) -> None:
        now = self._clock()
        if message.id is not None:
            outbox.sent(connection, message.id, number, now)
        elif message.slot is not None:
            slot = slots.Slot(message.slot, self._bot, message.chat, number, now)
            slots.bind(connection, slot)
        buttons.shown(connection, message.button_ids, number, now)

    async def _write(self, fn: Callable[[Connection], None]) -> None:
        """Record it; if that fails, the next start sends it once more, which is the lesser evil."""
        try:
            await self._database.write(fn)
        except StorageError:
            log.exception("what was sent could not be recorded")


def _drop_older(line: _Line, slot: str) -> None:
    """What is not stored and waits for the same message is not worth sending any more."""
    kept = [m for m in line.waiting if m.slot != slot or m.id is not None]
    line.waiting.clear()
    line.waiting.extend(kept)
