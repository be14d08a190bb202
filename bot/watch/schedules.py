"""Runs what is due, tells what was missed, and takes up what the last start has left.

The rows are the truth, and each round looks at them anew: what is due is claimed, and its next time
is stored in the same transaction. A kill before that leaves it due; after it, the run itself tells
how far it got. While one goes on, its next time is skipped, and that is told.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from bot.command.build import ALL
from bot.command.scheduled import label
from bot.command.times import again
from bot.message import msg
from bot.pipeline.journal import Journal
from bot.reply import Reply, Text
from bot.tasks import Tasks
from bot.watch.missed import report
from bot.watch.run import Runs, Store, name_of, outcome_of, request_of, worst
from storage import calls, schedules
from storage.calls import State
from storage.database import Connection
from storage.errors import StorageError
from storage.schedules import Missed, Schedule

log = logging.getLogger(__name__)

_LATE = 60.0  # seconds after which a time has been missed
_ROUND, _LEAST = 5.0, 1.0  # seconds from one look to the next: the clock may be set meanwhile
_SET_BACK = 3 * 3600.0  # a clock set back by more than that was wrong, and what it led to as well

_Chat = tuple[int, int | None]


@dataclass(slots=True)
class Schedules:
    """Owns the runs. `scheduled` is set when somebody has changed a schedule.

    `alive` is called at each look.
    """

    journal: Journal
    runs: Runs
    scheduled: asyncio.Event
    alive: Callable[[], None] = lambda: None
    _tasks: Tasks = field(default_factory=lambda: Tasks("a run of a schedule has failed"))

    async def run(self) -> None:
        """Run what is due, until cancelled."""
        await self.journal.insist(self._settle)
        while True:
            self.scheduled.clear()
            self.alive()
            try:
                await self._round()
            except StorageError as error:
                log.warning("the schedules can't be read or written: %s", error)
            await self._wait()

    async def close(self, grace: float) -> None:
        """Give what runs `grace` seconds; the next start tells what became of the rest."""
        await self._tasks.close(grace)

    async def _wait(self) -> None:
        """Until the next is due, or something was changed."""
        journal, now = self.journal, self.journal.clock()
        try:
            then = await journal.database.read(lambda c: schedules.next_at(c, journal.bot))
        except StorageError:
            then = None
        pause = _ROUND if then is None else min(_ROUND, max(_LEAST, then - now))
        waits = [
            asyncio.ensure_future(journal.sleep(pause)),
            asyncio.ensure_future(self.scheduled.wait()),
        ]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for one in waits:
                one.cancel()

    async def _round(self) -> None:
        """One look at what is due."""
        journal, now = self.journal, self.journal.clock()
        found = await journal.database.read(
            lambda c: schedules.due(c, journal.bot, now, now + _SET_BACK)
        )
        late: defaultdict[_Chat, list[Schedule]] = defaultdict(list)
        for one in found:
            if one.running is None and now - one.due_at > _LATE:
                late[one.chat, one.thread].append(one)
            else:
                await _guarded(one, self._one(one, now))
        for missed in late.values():
            await _guarded(missed[0], self._missed(missed, now))

    async def _one(self, one: Schedule, now: float) -> None:
        """What is due now."""
        if one.asked_at is None and one.due_at > now:
            log.warning("the clock was set back: schedule %d is reckoned anew", one.id)
            await self.journal.database.write(
                lambda c: schedules.reckon(c, one, now, _next(one, now))
            )
        elif one.running is not None:
            await self._overlap(one, now)
        else:
            await self._begin([one], now)

    async def _begin(self, found: Sequence[Schedule], now: float, *more: Store) -> None:
        """Claim these, and run those that nobody else has claimed."""
        journal = self.journal

        def write(connection: Connection) -> list[Schedule]:
            for store in more:
                store(connection)
            return [one for one in found if self._claim(connection, one, now)]

        for one in await journal.database.write(write):
            self._tasks.own(self.runs(one, one.due_at))

    def _claim(self, connection: Connection, one: Schedule, now: float) -> bool:
        at, then = one.due_at, _next(one, now)
        name, instance = name_of(one, at), self.journal.instance
        return schedules.claim(connection, one, name, at, instance, now, then)

    async def _overlap(self, one: Schedule, now: float) -> None:
        """It is due while it runs; that is told the first time."""
        journal = self.journal
        verdict = msg("Skipped: the last run still goes on.")
        reply = Reply((Text(verdict), Text(label(one))), rings=True)
        request = request_of(one, now)
        parcel = await journal.desk.pack(request, reply, slot=f"{name_of(one, now)}:skipped")
        tells = one.skipped == 0 and self.runs.heard(one)

        def write(connection: Connection) -> bool:
            passed = _skip(connection, one, now)
            if passed and tells:
                parcel.store(connection)
            return passed and tells

        if await journal.database.write(write):
            parcel.sent()

    async def _missed(self, found: Sequence[Schedule], now: float) -> None:
        """One message for all that was missed in a chat; some of it runs now."""
        journal, first = self.journal, found[0]
        heard = self.runs.heard(first)
        passed = [one for one in found if one.missed is Missed.REPORT]
        reply = report(first, found, now, self.runs.builder.services)
        parcel = await journal.desk.pack(
            request_of(first, now), reply, slot=f"{name_of(first, now)}:missed"
        )

        def store(connection: Connection) -> None:
            for one in passed:
                _skip(connection, one, now)
                journal.expire(connection, request_of(one, one.due_at))
            if heard:
                parcel.store(connection)

        await self._begin([one for one in found if one not in passed], now, store)
        if heard:
            parcel.sent()

    async def _settle(self) -> None:
        """What a dead instance ran has ended, or is unknown, or did not begin and is due again."""
        journal = self.journal

        def write(connection: Connection) -> None:
            for one in schedules.left(connection, journal.bot):
                name = one.running or ""
                states = calls.states(connection, name)
                if self._lacking(one, states):
                    schedules.release(connection, name)
                else:
                    schedules.ended(connection, name, worst(map(outcome_of, states)).value)

        await journal.database.write(write)

    def _lacking(self, one: Schedule, states: Sequence[State]) -> bool:
        """Whether a part of it has not begun; those that have are not begun again."""
        hosts = (one.host or "").split(",")
        parts = len(self.runs.builder.visible(one.author) if ALL in hosts else hosts)
        return len(states) < parts or State.REQUESTED in states


async def _guarded(one: Schedule, work: Awaitable[None]) -> None:
    """See to it that one that can't be run does not keep the others from it."""
    try:
        await work
    except StorageError:
        raise
    except Exception:
        log.exception("schedule %d can't be run", one.id)


def _skip(connection: Connection, one: Schedule, now: float) -> bool:
    return schedules.skip(connection, one, now, _next(one, now))


def _next(one: Schedule, now: float) -> float | None:
    return again(one.times).after(now, ZoneInfo(one.zone), one.since)
