"""What is done every few seconds: the lease, unanswered questions, old rows, strangers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from bot.message import msg
from bot.pipeline.journal import Journal, event_of
from bot.pipeline.recovery import request_of
from bot.reply import Outcome, say
from storage import audit, buttons, calls, inbox, instances, outbox, slots
from storage.calls import State
from storage.database import Connection

LEASE = 30.0
_HOUR = 3600.0
_DAY = 86400.0
_KEPT = 2 * _DAY  # what is over; Telegram repeats nothing after a day

Counted = Callable[[], Iterable[tuple[int, int]]]


class Overtaken(Exception):
    """Another bot on this database took over: this one must begin nothing new."""


@dataclass(slots=True)
class Upkeep:
    """Does it, in few transactions. `strangers` gives (person, messages) not recorded yet."""

    journal: Journal
    ttl: float
    strangers: Counted
    pruned_at: float = 0.0
    recorded_at: float = 0.0

    async def tick(self) -> None:
        """One round; safe to repeat.

        Raises:
            StorageError: the database can't be written now.
            Overtaken: another instance took this one for dead.
        """
        journal, now = self.journal, self.journal.clock()
        if not await journal.database.write(
            lambda c: instances.renew(c, journal.instance, now, LEASE)
        ):
            raise Overtaken
        await self._expire(now)
        if now - self.recorded_at > _HOUR:
            self.recorded_at = now
            await self._record(now)
        if now - self.pruned_at > _HOUR:
            self.pruned_at = now
            await journal.database.write(lambda c: _prune(c, now))

    async def _expire(self, now: float) -> None:
        """End the questions whose time is over; their messages say so."""
        journal = self.journal
        old = await journal.database.read(lambda c: calls.waiting(c, journal.bot, now - self.ttl))
        for row in old:
            await self._end(row, now)

    async def _end(self, row: calls.Call, now: float) -> None:
        told = (msg("Nobody answered in time."), msg("Not done. Nothing was changed."))
        reply = say(*told, outcome=Outcome.EXPIRED)
        parcel = await self.journal.desk.pack(request_of(row), reply, slot=row.slot)

        def write(connection: Connection) -> None:
            calls.advance(connection, row.id, State.EXPIRED, now=now)
            buttons.retire(connection, row.id, now)
            audit.append(connection, event_of(row, State.EXPIRED, now))
            parcel.store(connection)

        await self.journal.database.write(write)
        parcel.sent()

    async def _record(self, now: float) -> None:
        """One counted row a stranger and hour."""
        counted = list(self.strangers())
        if not counted:
            return

        def write(connection: Connection) -> None:
            for person, count in counted:
                event = {
                    "at": round(now, 3),
                    "actor": person,
                    "command": "stranger",
                    "outcome": "denied",
                    "count": count,
                }
                audit.append(connection, event)

        await self.journal.database.write(write)


def _prune(connection: Connection, now: float) -> None:
    """Drop what is over; the audit keeps the record."""
    for table in (inbox, calls, outbox):
        table.prune(connection, now - _KEPT)
    slots.prune(connection, now - _KEPT)
    buttons.prune(connection, now - _HOUR)
