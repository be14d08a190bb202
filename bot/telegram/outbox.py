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
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field, replace

from bot.tasks import Tasks
from bot.telegram.outgoing import Outgoing, spooled_in, stored
from bot.telegram.pace import Pace
from bot.telegram.receipts import Receipts
from bot.telegram.sending import Gone, Later, Sender, Shut
from storage import outbox, slots
from storage.database import Database
from storage.errors import StorageError

log = logging.getLogger(__name__)

_AT_ONCE = 16
_WAITING = 5000
_BACKOFF = (1.0, 2.0, 5.0, 15.0, 30.0, 60.0)
_NUMBERED = "message:"  # a slot that is the number of a message
_LOOK = 5.0  # seconds between looks whether what could not be recorded is due


@dataclass(slots=True)
class _Queue:
    """What waits for one chat."""

    waiting: deque[Outgoing] = field(default_factory=deque)
    busy: bool = False
    failures: int = 0

    @property
    def priority(self) -> int:
        """Of what goes next."""
        return min(message.priority for message in self.waiting)

    def take(self) -> Outgoing:
        """What goes next: the first of the most urgent, so that progress never holds up answers."""
        first = self.priority
        found = next(m for m in self.waiting if m.priority == first)
        self.waiting.remove(found)
        return found


class Outbox:
    """Owns the tasks that send. `clock` gives seconds since the epoch; `sleep` takes seconds.

    `unseen` hears of a call whose running operation can't be shown.
    """

    def __init__(
        self,
        sender: Sender,
        database: Database,
        pace: Pace,
        bot: int,
        instance: str,
        clock: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        *,
        unseen: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._sender = sender
        self._database = database
        self._pace = pace
        self._bot = bot
        self._instance = instance
        self._sleep = sleep
        self._unseen = unseen
        self._receipts = Receipts(database, bot, instance, clock)
        self._queues: dict[int, _Queue] = {}
        self._wake = asyncio.Event()
        self._tasks = Tasks("a message could not be handled", _AT_ONCE, ended=self._wake.set)

    def row(self, message: Outgoing, now: float) -> outbox.Outgoing:
        """A message as it is stored, to be sent by this outbox."""
        return message.row(self._bot, self._instance, now)

    async def load(self) -> int:
        """Take up what was left by the ended and is this instance's now; say how many."""
        bot, instance = self._bot, self._instance
        rows = await self._database.write(lambda c: outbox.pending(c, bot, instance, _WAITING))
        self.put(stored(row) for row in rows)
        return len(rows)

    async def spooled(self) -> frozenset[str]:
        """The files of the spool that are still to be sent, by whichever bot."""
        payloads = await self._database.read(outbox.payloads)
        return frozenset(filter(None, map(spooled_in, payloads)))

    def put(self, messages: Iterable[Outgoing]) -> None:
        """Have them sent, each after what waits for its chat."""
        for message in messages:
            queue = self._queues.setdefault(message.chat, _Queue())
            _drop_older(queue, message)
            if message.id is None and len(queue.waiting) >= _WAITING:
                log.warning("chat %d has too much waiting; a notice was dropped", message.chat)
                continue
            queue.waiting.append(message)
        self._wake.set()

    def number(self, chat: int, slot: str) -> int | None:
        """Which message a slot is, of those that this run has sent."""
        return self._receipts.slots.get((chat, slot))

    async def moved(self, chat: int, to: int) -> None:
        """A group has a new id: what is stored of it goes along, once that can be written."""
        await self._receipts.moved(chat, to)
        self._wake.set()

    def resume(self) -> None:
        """Telegram can be reached again: what was put off goes now."""
        self._pace.resume()
        self._wake.set()

    async def run(self) -> None:
        """Send until cancelled."""
        while True:
            self._wake.clear()
            pause = self._start()
            if self._receipts.waiting:
                pause = min(_LOOK, pause if pause is not None else _LOOK)
            await self._woken(pause)
            if self._receipts.due:
                self._tasks.own(self._receipts.write())

    async def close(self, grace: float) -> None:
        """Let what is on its way arrive, what may go now go, and what went be recorded.

        For `grace` seconds at most.
        """
        self._start()
        if self._receipts.waiting:
            self._tasks.own(self._receipts.write())
        await self._tasks.close(grace)

    async def _woken(self, pause: float | None) -> None:
        """Wait until there is something to do, or for `pause` seconds."""
        waits: list[asyncio.Future[object]] = [asyncio.ensure_future(self._wake.wait())]
        if pause is not None:
            waits.append(asyncio.ensure_future(self._sleep(pause)))
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for one in waits:
                one.cancel()

    def _start(self) -> float | None:
        """Start what may go now; the seconds until more may, None if nothing waits for time."""
        pause: float | None = None
        ready = [
            (queue.priority, chat, queue)
            for chat, queue in self._queues.items()
            if queue.waiting and not queue.busy
        ]
        for priority, chat, queue in sorted(ready, key=lambda entry: entry[0]):
            if self._tasks.room <= 0:
                return None  # the end of one of them goes on
            wait = self._pace.wait(chat, priority)
            if wait > 0:
                pause = wait if pause is None else min(pause, wait)
                continue
            queue.busy = True
            self._tasks.own(self._send(queue, queue.take()))
        return pause

    async def _send(self, queue: _Queue, message: Outgoing) -> None:
        try:
            number = await self._sender.send(message, await self._under(message))
        except Later as error:
            self._later(queue, message, error)
        except StorageError as error:
            self._later(queue, message, Later(f"the database can't be read: {error}"))
        except Gone as error:
            queue.failures = 0
            await self._gone(message, error)
        except Exception:
            log.exception("a message to chat %d can't be sent", message.chat)
            await self._receipts.failed(message, "a bug")
            self._discard(message)
        else:
            queue.failures = 0
            await self._receipts.accepted(message, number)
            self._discard(message)
        finally:
            queue.busy = False
            if not queue.waiting:
                self._queues.pop(message.chat, None)

    async def _gone(self, message: Outgoing, error: Gone) -> None:
        if error.moved_to is not None:
            await self._receipts.moved(message.chat, error.moved_to)
            other = _there(message, error.moved_to)
            await self._receipts.redirected(message, other)
            self.put([other])
            return
        log.warning("a message to chat %d is given up: %s", message.chat, error)
        if message.operation is not None:
            self._unseen(message.operation)
        closed = isinstance(error, Shut)
        if message.instead is None or closed == (message.file is not None):
            await self._receipts.failed(message, str(error))
            self._discard(message)
            return
        other = message.instead
        number = await self._receipts.replaced(message, other, str(error))
        if other.file is None:
            self._discard(message)
        self.put([replace(other, id=number)])

    def _discard(self, message: Outgoing) -> None:
        """Remove a file that was sent, or never will be. If that isn't recorded yet, a start does.

        Else a kill now would leave a row whose file is gone.
        """
        if message.spooled is not None and not self._receipts.waiting:
            message.spooled.unlink(missing_ok=True)

    def _later(self, queue: _Queue, message: Outgoing, error: Later) -> None:
        """Put it back at the front, unless a newer one has taken its place."""
        if error.seconds is not None:
            seconds = error.seconds
            self._pace.pause(message.chat, seconds)
        else:
            seconds = _BACKOFF[min(queue.failures, len(_BACKOFF) - 1)]
            queue.failures += 1
            self._pace.put_off(message.chat, seconds)
        log.warning("chat %d: again in %.0f s (%s)", message.chat, seconds, error)
        if not any(_replaces(newer, message) for newer in queue.waiting):
            queue.waiting.appendleft(message)

    async def _under(self, message: Outgoing) -> int | None:
        """The message that it replaces, if there is one."""
        slot, chat = message.slot, message.chat
        if slot is None:
            return None
        kind, _, number = slot.partition(":")
        if kind == "message" and number.isdecimal():  # not its private answer: "message:7:private"
            return int(number)
        known = self._receipts.slots.get((chat, slot))
        unstored = message.id is None and message.operation is None
        if known is not None or unstored:  # what runs may have been shown before a restart
            return known
        found = await self._database.read(lambda c: slots.find(c, self._bot, chat, slot))
        return found.message_id if found else None


def _there(message: Outgoing, chat: int) -> Outgoing:
    """A message for the new id of its chat, whose messages and topics have other numbers.

    One that is edited by its slot is sent anew there once, and edited from then on.
    """
    slot = message.slot
    numbered = slot is not None and slot.startswith(_NUMBERED)
    return replace(message, chat=chat, slot=None if numbered else slot, reply_to=None, thread=None)


def _drop_older(queue: _Queue, message: Outgoing) -> None:
    """What waits for the same message is not worth sending any more."""
    kept = [older for older in queue.waiting if not _replaces(message, older)]
    queue.waiting.clear()
    queue.waiting.extend(kept)


def _replaces(newer: Outgoing, older: Outgoing) -> bool:
    """Whether it says all that the older would; of what is stored only what is stored does."""
    same = newer.slot is not None and newer.slot == older.slot
    return same and (older.id is None or newer.id is not None)
