"""What happened, in order: the one record that phones and browsers read at their own pace.

Whoever watches keeps the number of the last event that it has seen. The record is bounded; a
watcher that comes too late is told so and starts again from the present state.
"""

import asyncio
from collections import deque
from dataclasses import dataclass
from enum import StrEnum

from sandbox.state.messages import Message

MOST_EVENTS = 20_000


class Happening(StrEnum):
    """What an event tells."""

    SENT = "sent"
    EDITED = "edited"
    DELETED = "deleted"
    ANSWERED = "answered"
    ACTION = "action"
    MENU = "menu"
    CHAT = "chat"


@dataclass(frozen=True, slots=True)
class Event:
    """One event. `person_id` is set where only one person sees it (a toast)."""

    number: int
    what: Happening
    chat_id: int
    message: Message | None = None
    person_id: int | None = None
    text: str = ""
    alert: bool = False
    callback_id: str = ""


class Bell:
    """Wakes everyone who waits, once."""

    def __init__(self) -> None:
        self._rung = asyncio.Event()

    def ring(self) -> None:
        """Wake all who wait now."""
        self._rung.set()
        self._rung = asyncio.Event()

    async def wait(self) -> None:
        """Return at the next ring."""
        await self._rung.wait()


class Journal:
    """The events so far, numbered from 1."""

    def __init__(self) -> None:
        self.bell = Bell()
        self._events: deque[Event] = deque(maxlen=MOST_EVENTS)
        self._last = 0

    @property
    def last(self) -> int:
        """The number of the newest event, 0 before the first."""
        return self._last

    def add(
        self,
        what: Happening,
        chat_id: int,
        message: Message | None = None,
        *,
        person_id: int | None = None,
        text: str = "",
        alert: bool = False,
        callback_id: str = "",
    ) -> None:
        """Record an event and wake the watchers."""
        self._last += 1
        event = Event(self._last, what, chat_id, message, person_id, text, alert, callback_id)
        self._events.append(event)
        self.bell.ring()

    def after(self, number: int) -> list[Event]:
        """The events with a higher number, oldest first."""
        missing = self._last - number
        if missing <= 0:
            return []
        start = max(len(self._events) - missing, 0)
        return [self._events[index] for index in range(start, len(self._events))]

    def holds(self, number: int) -> bool:
        """Whether nothing after this number has been forgotten."""
        return number <= self._last and self._last - number <= len(self._events)
