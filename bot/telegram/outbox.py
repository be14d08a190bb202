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
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from dataclasses import dataclass, field, replace

from bot.telegram.outgoing import Outgoing, stored
from bot.telegram.pace import Pace
from bot.telegram.receipts import Receipts
from bot.telegram.sending import Gone, Later, Sender
from storage import outbox, slots
from storage.database import Database
from storage.errors import StorageError

log = logging.getLogger(__name__)

_AT_ONCE = 16
_WAITING = 5000
_BACKOFF = (1.0, 2.0, 5.0, 15.0, 30.0, 60.0)
_AGAIN = 5.0  # seconds until what could not be recorded is tried again


@dataclass(slots=True)
class _Line:
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
    """Owns the tasks that send. `clock` gives seconds since the epoch; `sleep` takes seconds."""

    def __init__(
        self,
        sender: Sender,
        database: Database,
        pace: Pace,
        bot: int,
        instance: str,
        clock: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._sender = sender
        self._database = database
        self._pace = pace
        self._bot = bot
        self._instance = instance
        self._sleep = sleep
        self._receipts = Receipts(database, bot, instance, clock)
        self._lines: dict[int, _Line] = {}
        self._wake = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()

    def row(self, message: Outgoing, now: float) -> outbox.Outgoing:
        """A message as it is stored, to be sent by this outbox."""
        return message.row(self._bot, self._instance, now)

    async def load(self) -> int:
        """Take up what was left by the ended and is this instance's now; say how many."""
        bot, instance = self._bot, self._instance
        rows = await self._database.read(lambda c: outbox.pending(c, bot, instance, _WAITING))
        self.put(stored(row) for row in rows)
        return len(rows)

    def put(self, messages: Iterable[Outgoing]) -> None:
        """Have them sent, each after what waits for its chat."""
        for message in messages:
            line = self._lines.setdefault(message.chat, _Line())
            if message.slot is not None:
                _drop_older(line, message.slot)
            if message.id is None and len(line.waiting) >= _WAITING:
                log.warning("chat %d has too much waiting; a notice was dropped", message.chat)
                continue
            line.waiting.append(message)
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
                pause = min(_AGAIN, pause if pause is not None else _AGAIN)
            if not await self._woken(pause) and self._receipts.waiting:
                self._own(self._receipts.write())

    async def close(self, grace: float) -> None:
        """Let what is on its way arrive, and what may go now go, for `grace` seconds at most."""
        self._start()
        tasks = set(self._tasks)
        if tasks:
            await asyncio.wait(tasks, timeout=grace)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _woken(self, pause: float | None) -> bool:
        """Wait until there is something to do, or for `pause` seconds; whether it was the first."""
        waits: list[asyncio.Future[object]] = [asyncio.ensure_future(self._wake.wait())]
        if pause is not None:
            waits.append(asyncio.ensure_future(self._sleep(pause)))
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for one in waits:
                one.cancel()
        return self._wake.is_set()

    def _start(self) -> float | None:
        """Start what may go now; the seconds until more may, None if nothing waits for time."""
        pause: float | None = None
        ready = [
            (line.priority, chat, line)
            for chat, line in self._lines.items()
            if line.waiting and not line.busy
        ]
        for priority, chat, line in sorted(ready, key=lambda entry: entry[0]):
            if len(self._tasks) >= _AT_ONCE:
                return None  # the end of one of them goes on
            wait = self._pace.wait(chat, priority)
            if wait > 0:
                pause = wait if pause is None else min(pause, wait)
                continue
            line.busy = True
            self._own(self._send(line, line.take()))
        return pause

    def _own(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._sent)

    def _sent(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("a message could not be handled", exc_info=error)
        self._wake.set()

    async def _send(self, line: _Line, message: Outgoing) -> None:
        try:
            number = await self._sender.send(message, await self._under(message))
        except Later as error:
            self._later(line, message, error)
        except StorageError as error:
            self._later(line, message, Later(f"the database can't be read: {error}"))
        except Gone as error:
            line.failures = 0
            await self._gone(message, error)
        except Exception:
            log.exception("a message to chat %d can't be sent", message.chat)
            await self._receipts.failed(message, "a bug")
        else:
            line.failures = 0
            await self._receipts.accepted(message, number)
        finally:
            line.busy = False
            if not line.waiting:
                self._lines.pop(message.chat, None)

    async def _gone(self, message: Outgoing, error: Gone) -> None:
        if error.moved_to is None:
            log.warning("a message to chat %d is given up: %s", message.chat, error)
            await self._receipts.failed(message, str(error))
            return
        # Numbers of messages and topics are another chat's there.
        there = replace(message, chat=error.moved_to, slot=None, reply_to=None, thread=None)
        number = await self._receipts.moved(message, there)
        self.put([replace(there, id=number)])

    def _later(self, line: _Line, message: Outgoing, error: Later) -> None:
        """Put it back at the front, unless a newer one has taken its place."""
        if error.seconds is not None:
            seconds = error.seconds
            self._pace.pause(message.chat, seconds)
        else:
            seconds = _BACKOFF[min(line.failures, len(_BACKOFF) - 1)]
            line.failures += 1
            self._pace.put_off(message.chat, seconds)
        log.warning("chat %d: again in %.0f s (%s)", message.chat, seconds, error)
        newer = any(w.slot == message.slot for w in line.waiting if message.slot is not None)
        if not newer or message.id is not None:
            line.waiting.appendleft(message)

    async def _under(self, message: Outgoing) -> int | None:
        """The message that it replaces, if there is one."""
        if message.slot is None:
            return None
        kind, _, number = message.slot.partition(":")
        if kind == "message" and number.isdecimal():  # not its private answer: "message:7:private"
            return int(number)
        known = self._receipts.slots.get(message.slot)
        if known is not None or message.id is None:
            return known
        slot = message.slot
        found = await self._database.read(lambda c: slots.find(c, slot))
        return found.message_id if found else None


def _drop_older(line: _Line, slot: str) -> None:
    """What is not stored and waits for the same message is not worth sending any more."""
    kept = [m for m in line.waiting if m.slot != slot or m.id is not None]
    line.waiting.clear()
    line.waiting.extend(kept)
