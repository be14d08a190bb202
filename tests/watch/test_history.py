"""Sweeps become history, whatever the database and the containers go through meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar, cast

from sqlalchemy import Connection, func, select

from bot.hosts.types import Stats, Sweep
from bot.message import Untrusted
from bot.watch.history import Recorder
from storage import history
from storage.database import Database
from storage.errors import StorageError
from storage.history import DAY, FINE, RAW, Point
from tests.e2e.luck import eventually
from tests.hosts.remembering import Time
from tests.hosts.scripted import CID

T = TypeVar("T")

BEGIN = 1_800_000_000.0 - 1_800_000_000.0 % DAY


class Recorded:
    """A recorder whose time is a test's, and what can be read of it."""

    def __init__(self, database: Database, time: Time) -> None:
        self.database = database
        self.time = time
        self.recorder = Recorder(database, "nas", lambda: BEGIN + time.now - 1000, time.sleep)

    def take(self, cpu: float, received: int = 0, cid: str = CID, name: str = "web") -> None:
        stats = Stats(cid, Untrusted(name), cpu, 1000, None, received, 0, 0, 0, 3)
        self.recorder.take(Sweep(self.time.now, {cid: stats}))

    async def tick(self) -> None:
        """Let it write and tidy up, however many pauses it makes."""
        tick = asyncio.ensure_future(self.recorder._tick())
        while not tick.done():
            await settle(self.time, 1)

    async def series(self, metric: str, resolution: int = RAW) -> list[Point]:
        return await self.database.read(
            lambda c: history.series(
                c, "nas", "web", metric, since=0, until=2**40, resolution=resolution
            )
        )

    async def written(self, count: int) -> None:
        """Wait until that many samples are stored: the database has threads of its own."""
        for _ in range(3000):
            if len(await self.series("cpu")) >= count:
                return
            await asyncio.sleep(0.01)


async def settle(time: Time, seconds: float) -> None:
    """Let time pass, and the threads of the database do their work."""
    for _ in range(20):
        await time.pass_by(seconds / 20)
        await asyncio.sleep(0.01)


async def test_what_is_noted_is_written_every_few_minutes_and_at_the_end(
    database: Database,
) -> None:
    kept = Recorded(database, Time())
    run = asyncio.ensure_future(kept.recorder.run())
    for cpu in (10.0, 20.0):
        kept.take(cpu)
        await kept.time.pass_by(15)
    assert await kept.series("cpu") == []
    await settle(kept.time, 300)
    await kept.written(2)
    assert [p.mean for p in await kept.series("cpu")] == [10, 20]
    kept.take(30.0)
    run.cancel()
    await asyncio.gather(run, return_exceptions=True)
    assert [p.mean for p in await kept.series("cpu")] == [10, 20, 30]
    assert [p.mean for p in await kept.series("memory")] == [1000] * 3


async def test_what_was_noted_is_readable_when_somebody_asks_and_stays_one_block(
    database: Database,
) -> None:
    kept = Recorded(database, Time())
    for cpu in (10.0, 20.0, 30.0):
        kept.take(cpu)
        kept.time.now += 15
        await kept.recorder.catch_up()
        assert [p.mean for p in await kept.series("cpu")][-1] == cpu
    assert await kept.recorder._write()
    kept.take(40.0)
    await kept.recorder.catch_up()
    assert [p.mean for p in await kept.series("cpu")] == [10, 20, 30, 40]
    assert (
        await database.read(lambda c: c.scalar(select(func.count()).select_from(history.history)))
        == 2
    )


async def test_what_can_not_be_written_for_who_asks_is_kept(database: Database) -> None:
    kept = Recorded(database, Time())
    kept.take(10.0)
    kept.recorder.database = cast("Database", Failing(database, 1))
    await kept.recorder.catch_up()
    assert await kept.series("cpu") == []
    await kept.recorder.catch_up()
    assert [p.mean for p in await kept.series("cpu")] == [10]


async def test_traffic_is_a_rate_that_a_restart_breaks(database: Database) -> None:
    kept = Recorded(database, Time())
    for received in (1000, 31_000, 31_000, 10, 1510):
        kept.take(0.0, received)
        await kept.time.pass_by(15)
    kept.take(0.0, 9, cid="f" * 64)  # made again under the same name
    await kept.recorder._write()
    at = [(round(p.at - BEGIN), p.mean) for p in await kept.series("received")]
    assert at == [(15, 2000), (30, 0), (60, 100)]
    assert len(await kept.series("cpu")) == 6


async def test_a_day_that_is_over_is_summed_up_and_its_samples_go(database: Database) -> None:
    kept = Recorded(database, Time())
    run = asyncio.ensure_future(kept.recorder.run())
    kept.take(10.0)
    await settle(kept.time, 300)
    await settle(kept.time, 2 * DAY)
    assert await kept.series("cpu") == []
    (point,) = await kept.series("cpu", FINE)
    assert (point.at, point.mean) == (BEGIN, 10)
    run.cancel()
    await asyncio.gather(run, return_exceptions=True)


async def test_a_database_that_can_not_be_written_loses_nothing(
    database: Database, tmp_path: Path
) -> None:
    closed = await Database.open(f"sqlite:///{tmp_path}/closed.db", ballast=0)
    await closed.close()
    kept = Recorded(closed, Time())
    kept.take(10.0)
    await kept.recorder._tick()
    kept.take(20.0)
    kept.recorder.database = kept.database = database
    await kept.recorder._tick()
    assert [p.mean for p in await kept.series("cpu")] == [10, 20]


async def test_what_waits_for_a_database_is_bounded(database: Database, tmp_path: Path) -> None:
    closed = await Database.open(f"sqlite:///{tmp_path}/closed.db", ballast=0)
    await closed.close()
    kept = Recorded(closed, Time())
    for _ in range(1000):
        kept.take(10.0)
        kept.time.now += 15
    await kept.recorder._tick()
    kept.recorder.database = kept.database = database
    await kept.recorder._tick()
    assert len(await kept.series("cpu")) == 240


class Failing:
    """A database whose first so many writes fail: somebody else has locked it."""

    def __init__(self, database: Database, failures: int) -> None:
        self.read = database.read
        self._database = database
        self._left = failures

    async def write(self, work: Callable[[Connection], T]) -> T:
        if self._left:
            self._left -= 1
            raise StorageError("locked")
        return await self._database.write(work)


async def test_a_day_is_not_summed_up_while_some_of_it_waits(database: Database) -> None:
    kept = Recorded(database, Time())
    kept.time.now += DAY - 60
    kept.take(10.0)
    await kept.recorder._write()
    kept.time.now += 15
    kept.take(30.0)
    kept.time.now += 60
    kept.recorder.database = cast("Database", Failing(database, 1))
    await kept.tick()
    kept.recorder.database = database
    await kept.tick()
    assert [p.mean for p in await kept.series("cpu", FINE)] == [20]


async def test_what_is_being_written_at_the_end_is_written(database: Database) -> None:
    kept = Recorded(database, Time())
    hanging = Hanging(database)
    kept.recorder.database = cast("Database", hanging)
    run = asyncio.ensure_future(kept.recorder.run())
    kept.take(10.0)
    await settle(kept.time, 301)
    await eventually(hanging.reached.is_set)
    kept.recorder.database = database
    run.cancel()
    await asyncio.gather(run, return_exceptions=True)
    assert [p.mean for p in await kept.series("cpu")] == [10]


class Hanging:
    """A database that takes a write and never ends it."""

    def __init__(self, database: Database) -> None:
        self.read = database.read
        self.reached = asyncio.Event()

    async def write(self, _: object) -> None:
        self.reached.set()
        await asyncio.Event().wait()
