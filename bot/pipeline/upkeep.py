"""What is done every few seconds: the lease, unanswered questions, old rows, counts."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

from bot.command.operations import Operations
from bot.message import msg
from bot.pipeline.journal import Journal
from bot.pipeline.record import request_of
from bot.reply import Outcome, say
from storage import audit, buttons, calls, inbox, instances, outbox, schedules, slots, upgrades
from storage.calls import State
from storage.database import Connection
from storage.errors import IllegalTransition, StorageError

log = logging.getLogger(__name__)

LEASE = 30.0
_HOUR = 3600.0
_DAY = 86400.0
_KEPT = 2 * _DAY  # what is over; Telegram repeats nothing after a day

Counts = Sequence[tuple[int, int]]


class Counted(Protocol):
    """Who keeps count of what is refused."""

    def counted(self) -> Counts:
        """(person, number) that are not yet recorded."""

    def recorded(self, counts: Counts) -> None:
        """So many of them are recorded now."""


class Overtaken(Exception):
    """Another bot on this database took over: this one must begin nothing new."""


@dataclass(slots=True)
class Upkeep:
    """Does it, in few transactions. `refused` are the counts, by the command they are told as."""

    journal: Journal
    operations: Operations
    ttl: float
    refused: Mapping[str, Counted]
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
            await self._record(now)
            self.recorded_at = now
        if now - self.pruned_at > _HOUR:
            await journal.database.write(lambda c: _prune(c, now))
            self.pruned_at = now

    async def _expire(self, now: float) -> None:
        """End the questions whose time is over; their messages say so."""
        journal = self.journal
        old = await journal.database.read(lambda c: calls.waiting(c, journal.bot, now - self.ttl))
        for row in old:
            if self.operations.get(row.id) is not None:
                continue  # it was agreed to, and waits for its turn
            try:
                await self._end(row, now)
            except IllegalTransition:
                continue  # it was answered at this very moment
            except StorageError:
                raise
            except Exception:
                log.exception("question %s can't be ended", row.id)

    async def _end(self, row: calls.Call, now: float) -> None:
        told = (msg("Nobody answered in time."), msg("Not done. Nothing was changed."))
        reply = say(*told, outcome=Outcome.EXPIRED)
        parcel = await self.journal.desk.pack(request_of(row), reply, slot=row.slot)

        def write(connection: Connection) -> None:
            calls.advance(connection, row.id, State.EXPIRED, now=now)
            buttons.retire(connection, row.id, now)
            audit.append(connection, self.journal.event(row, State.EXPIRED))
            parcel.store(connection)

        await self.journal.database.write(write)
        parcel.sent()

    async def close(self) -> None:
        """Record what is counted; what can't be is lost."""
        with suppress(StorageError):
            await self._record(self.journal.clock())

    async def _record(self, now: float) -> None:
        """One counted row a person and hour."""
        counted = {command: tally.counted() for command, tally in self.refused.items()}
        if not any(counted.values()):
            return

        def write(connection: Connection) -> None:
            for command, counts in counted.items():
                for person, count in counts:
                    audit.append(connection, _refused(command, person, count, now))

        await self.journal.database.write(write)
        for command, counts in counted.items():
            self.refused[command].recorded(counts)


def _refused(command: str, person: int, count: int, now: float) -> dict[str, object]:
    at = round(now, 3)
    return {"at": at, "actor": person, "command": command, "outcome": "denied", "count": count}


def _prune(connection: Connection, now: float) -> None:
    """Drop what is over; the audit keeps the record."""
    for table in (inbox, calls, outbox, schedules, upgrades):
        table.prune(connection, now - _KEPT)
    slots.prune(connection, now - _KEPT)
    buttons.prune(connection, now - _HOUR)
