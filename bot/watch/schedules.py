"""Runs what is due, tells what was missed, and takes up what the last start has left.

The rows are the truth, and each round looks at them anew: what is due is claimed, and its next time
is stored in the same transaction. A kill before that leaves it due; after it, the run itself tells
how far it got. While one goes on, its next time is skipped, and that is told.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial

from bot.command.due import SLIP, astray, next_at, reckoned
from bot.pipeline.journal import Journal
from bot.tasks import Tasks
from bot.watch.abreast import Abreast
from bot.watch.passing import Passing
from bot.watch.resuming import settle
from bot.watch.run import Runs, Store, name_of
from storage import schedules
from storage.database import Connection
from storage.errors import StorageError
from storage.schedules import Schedule

log = logging.getLogger(__name__)

_LATE = 60.0  # seconds after which a time has been missed
_ROUND, _LEAST = 5.0, 1.0  # seconds from one look to the next: the clock may be set meanwhile


@dataclass(slots=True)
class Schedules:
    """Owns the runs. `scheduled` is set when somebody has changed a schedule.

    `alive` is called after each look.
    """

    journal: Journal
    runs: Runs
    scheduled: asyncio.Event
    alive: Callable[[], None] = lambda: None
    _abreast: Abreast = field(default_factory=Abreast)
    _waiting: list[Schedule] = field(default_factory=list)
    _tasks: Tasks = field(default_factory=lambda: Tasks("a run of a schedule has failed"))

    @property
    def passing(self) -> Passing:
        """What becomes of times at which none begins."""
        return Passing(self.journal, self.runs)

    async def run(self) -> None:
        """Run what is due, until cancelled."""
        await self.journal.insist(self._settle)
        self.alive()  # from now on it is expected
        while True:
            self.scheduled.clear()
            try:
                await self._round()
                self.alive()
            except StorageError as error:
                log.warning("the schedules can't be read or written: %s", error)
            await self._wait()

    async def close(self, grace: float) -> None:
        """Give what runs `grace` seconds; the next start tells what became of the rest."""
        await self._tasks.close(grace)

    async def _settle(self) -> None:
        await self.journal.database.write(lambda c: settle(c, self.runs.builder))

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
        read, bot, now = self.journal.database.read, self.journal.bot, self.journal.clock()
        for one in await read(lambda c: schedules.ahead(c, bot, now + SLIP)):
            await _guarded(one, self._reckon(one, now))
        late = []
        for one in await read(lambda c: schedules.due(c, bot, now)):
            if one.running is None and now - one.due_at > _LATE:
                late.append(one)
            else:
                await _guarded(one, self._one(one, now))
        for missed in _by_chat(late):
            await _guarded(missed[0], self._missed(missed, now))
        waiting, self._waiting = self._waiting, []
        for some in _by_chat(waiting):
            await _guarded(some[0], self.passing.waiting(some, now))

    async def _reckon(self, one: Schedule, now: float) -> None:
        """What was reckoned on a clock that was ahead, if it can't wait for that."""
        if astray(one, now):
            log.warning("the clock was set back: schedule %d is reckoned anew", one.id)
            anew = reckoned(one, now)
            await self.journal.database.write(lambda c: schedules.change(c, one, anew))

    async def _one(self, one: Schedule, now: float) -> None:
        """What is due now."""
        if one.running is not None:
            await self.passing.overlap(one, now)
        else:
            await self._begin([one], now)

    async def _missed(self, found: Sequence[Schedule], now: float) -> None:
        """What a chat has missed."""
        late = await self.passing.late(found, now)
        await self._begin(late.begins, now, late.store)
        late.parcel.sent()

    async def _begin(self, found: Sequence[Schedule], now: float, *more: Store) -> None:
        """Claim these, and run those that nobody else has claimed."""

        def write(connection: Connection) -> list[Schedule]:
            for store in more:
                store(connection)
            return [one for one in found if self._claim(connection, one, now)]

        for one in await self.journal.database.write(write):
            if self._abreast.full(one.chat):
                self._waiting.append(one)
            run = partial(self.runs, one, one.due_at)
            self._tasks.own(self._abreast.let_in(one.chat, run))

    def _claim(self, connection: Connection, one: Schedule, now: float) -> bool:
        at, then = one.due_at, next_at(one, now)
        name, instance = name_of(one, at), self.journal.instance
        return schedules.claim(connection, one, name, at, instance, now, then)


async def _guarded(one: Schedule, work: Awaitable[None]) -> None:
    """See to it that one that can't be run does not keep the others from it."""
    try:
        await work
    except StorageError:
        raise
    except Exception:
        log.exception("schedule %d can't be run", one.id)


def _by_chat(found: Iterable[Schedule]) -> Collection[list[Schedule]]:
    """Those of one chat and topic together: of them one message tells."""
    chats: defaultdict[tuple[int, int | None], list[Schedule]] = defaultdict(list)
    for one in found:
        chats[one.chat, one.thread].append(one)
    return chats.values()
