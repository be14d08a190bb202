"""Times at which a schedule does not begin: what is stored of them, and what is told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.command.due import next_at
from bot.command.scheduled import label, number_of
from bot.message import Names, msg, plural
from bot.pipeline.desk import Parcel
from bot.pipeline.journal import Journal
from bot.reply import Reply, Text, say
from bot.watch.abreast import MOST
from bot.watch.missed import report
from bot.watch.run import Runs, name_of, request_of
from storage import schedules
from storage.database import Connection
from storage.schedules import Missed, Schedule

_NOTHING = Reply(())


@dataclass(frozen=True, slots=True)
class Late:
    """What a chat has missed: what of it still `begins`, and what has `passed`."""

    begins: tuple[Schedule, ...]
    passed: tuple[Schedule, ...]
    journal: Journal
    parcel: Parcel
    now: float

    def store(self, connection: Connection) -> None:
        """In the transaction in which the others are claimed."""
        for one in self.passed:
            _skip(connection, one, self.now)
            self.journal.expire(connection, request_of(one, one.due_at))
        self.parcel.store(connection)


@dataclass(frozen=True, slots=True)
class Passing:
    """Tells them where the schedules were made."""

    journal: Journal
    runs: Runs

    async def overlap(self, one: Schedule, now: float) -> None:
        """It is due while it runs: it is skipped, and that is told the first time."""
        verdict = msg("Skipped: the last run still goes on.")
        reply = Reply((Text(verdict), Text(label(one))), rings=True)
        parcel = await self._parcel(one, reply if one.skipped == 0 else _NOTHING, now, "skipped")

        def write(connection: Connection) -> bool:
            passed = _skip(connection, one, now)
            if passed:
                parcel.store(connection)
            return passed

        if await self.journal.database.write(write):
            parcel.sent()

    async def late(self, found: Sequence[Schedule], now: float) -> Late:
        """One message for all that a chat has missed; what is to run once still begins."""
        reply = report(found[0], found, now, self.runs.builder.services)
        parcel = await self._parcel(found[0], reply, now, "missed")
        begins = tuple(one for one in found if one.missed is Missed.RUN)
        passed = tuple(one for one in found if one.missed is Missed.REPORT)
        return Late(begins, passed, self.journal, parcel, now)

    async def waiting(self, found: Sequence[Schedule], now: float) -> None:
        """They are claimed, and begin when others of their chat have ended."""
        verdict = plural(
            "Schedule {numbers} waits: {most} run here already.",
            "Schedules {numbers} wait: {most} run here already.",
            len(found),
        )
        numbers = Names(tuple(map(number_of, found)))
        reply = say(verdict.having(numbers=numbers, most=MOST))
        parcel = await self._parcel(found[0], reply, now, "waits")
        await self.journal.database.write(parcel.store)
        parcel.sent()

    async def _parcel(self, first: Schedule, reply: Reply, now: float, what: str) -> Parcel:
        """A message of its own; of nothing where the bot may not speak any more."""
        said, slot = reply if self.runs.heard(first) else _NOTHING, f"{name_of(first, now)}:{what}"
        return await self.journal.desk.pack(request_of(first, now), said, slot=slot)


def _skip(connection: Connection, one: Schedule, now: float) -> bool:
    return schedules.skip(connection, one, now, next_at(one, now))
