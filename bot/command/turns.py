"""First in, first out, for changes to one (host, target).

Updates are handled concurrently, and the first of two may take longer to find its target. So every
change takes a ticket when it comes in; a ticket says which targets it wants only when all tickets
before it on the same host have said so or have left, and then queues at each of them.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

Key = tuple[str, str]


class Ticket:
    """A place in the order of arrival on one host, or in a lane of its own.

    `line` counts what goes into a session, from 1.
    """

    def __init__(self, host: str, line: int = 0) -> None:
        self.host = host
        self.line = line
        self.declared = asyncio.Event()


class Stopped(Exception):
    """Somebody stopped it before its turn came."""


class Turns:
    """The order of arrival on each host, and the queue at each target."""

    def __init__(self) -> None:
        self._arrived: dict[str, deque[Ticket]] = {}
        self._queues: dict[Key, deque[asyncio.Event]] = {}

    def arrive(self, host: str, line: int = 0) -> Ticket:
        """Take a ticket, at once and in the order of the messages."""
        ticket = Ticket(host, line)
        self._arrived.setdefault(host, deque()).append(ticket)
        return ticket

    def leave(self, ticket: Ticket) -> None:
        """Give the ticket back; whoever came later need not wait for it."""
        ticket.declared.set()
        arrived = self._arrived.get(ticket.host)
        if arrived is not None and ticket in arrived:
            arrived.remove(ticket)
            if not arrived:
                del self._arrived[ticket.host]

    @asynccontextmanager
    async def hold(
        self, ticket: Ticket, targets: frozenset[str], stop: asyncio.Event
    ) -> AsyncIterator[None]:
        """Wait for the turn at all the targets, and keep it while inside.

        Raises:
            Stopped: `stop` was set before it came.
        """
        try:
            for earlier in self._before(ticket):
                await _unless(stop, earlier.declared)
            places = [self._queue((ticket.host, target)) for target in sorted(targets)]
        finally:  # a wait that is cancelled must not hold up those behind
            self.leave(ticket)
        try:
            for _, place in places:
                await _unless(stop, place)
            yield
        finally:
            for key, place in places:
                self._done(key, place)

    def free(self, host: str, targets: frozenset[str]) -> bool:
        """Whether nobody has, waits for, or may yet want one of these."""
        return host not in self._arrived and not any((host, t) in self._queues for t in targets)

    def _before(self, ticket: Ticket) -> tuple[Ticket, ...]:
        """The tickets ahead of it that have not yet said what they want."""
        arrived = tuple(self._arrived.get(ticket.host, ()))
        return arrived[: arrived.index(ticket)] if ticket in arrived else ()

    def _queue(self, key: Key) -> tuple[Key, asyncio.Event]:
        queue = self._queues.setdefault(key, deque())
        place = asyncio.Event()
        if not queue:
            place.set()
        queue.append(place)
        return key, place

    def _done(self, key: Key, place: asyncio.Event) -> None:
        queue = self._queues[key]
        queue.remove(place)
        if queue:
            queue[0].set()
        else:
            del self._queues[key]


async def _unless(stop: asyncio.Event, event: asyncio.Event) -> None:
    """Wait for the event, as long as nobody stops it.

    Raises:
        Stopped: `stop` was set.
    """
    if not event.is_set():
        waits = [asyncio.ensure_future(one.wait()) for one in (event, stop)]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
    if stop.is_set():
        raise Stopped
