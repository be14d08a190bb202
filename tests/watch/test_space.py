"""How full a disk is and when it will be full, as far as that can be known."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

import pytest

from bot.errors import DockerFault
from bot.hosts.types import DiskUsage, Machine, Sweep
from bot.message import msg
from bot.watch.counting import Counting
from bot.watch.history import Recorder
from bot.watch.space import Space, space
from storage import history
from storage.database import Database
from storage.history import DAY, HOST, HOST_METRICS, METRICS, Sample
from tests.hosts.remembering import Time

NOW = 1_800_000_000.0 - 1_800_000_000.0 % DAY + DAY / 2
USAGE = DiskUsage((), (), (), (), layers=4096)


def test_the_host_has_as_many_figures_as_a_container() -> None:
    assert len(HOST_METRICS) == len(METRICS)


async def put(database: Database, disks: Iterable[float], every: float) -> None:
    """The last of them now."""
    values = list(disks)
    nothing = [float("nan")] * (len(HOST_METRICS) - 3)
    blocks = [
        history.raw_block(
            "nas", HOST, [Sample(NOW - 1 - (len(values) - 1 - n) * every, (1.0, 1.0, v, *nothing))]
        )
        for n, v in enumerate(values)
    ]
    await database.write(lambda c: history.add(c, blocks))


async def test_the_day_on_which_it_is_full(database: Database) -> None:
    assert await space(database, "nas", NOW) == Space()
    await put(database, [50 + n / 4 for n in range(81)], DAY / 4)  # a point a day
    found = await space(database, "nas", NOW)
    assert found.used == pytest.approx(70, abs=0.1)
    assert found.trend == pytest.approx(1, rel=0.02)
    assert found.full == pytest.approx(NOW + 30 * DAY, abs=2 * DAY)


@pytest.mark.parametrize(
    ("disks", "trend"),
    [([50, 60, 70], None), ([70] * 20, 0.0), ([90 - n for n in range(20)], -4.0)],
)
async def test_what_is_too_short_or_does_not_grow_has_no_day(
    database: Database, disks: list[float], trend: float | None
) -> None:
    await put(database, disks, DAY / 4)
    found = await space(database, "nas", NOW)
    assert found.full is None
    assert found.trend == (None if trend is None else pytest.approx(trend, abs=0.01))


async def test_what_docker_takes_is_counted_every_hour_and_kept(database: Database) -> None:
    time = Time()
    recorder = Recorder(database, "nas", lambda: NOW - 7200 + time.now - 1000, time.sleep)
    engine = Counted()
    count = Counting(engine, recorder.count, time.sleep)  # type: ignore[arg-type] # as much of it
    run = asyncio.ensure_future(count.run())
    await time.pass_by(121)
    assert engine.counts == 1
    await recorder._write()
    engine.silent = True
    await time.pass_by(3600)
    assert engine.counts == 2
    engine.silent = False
    await time.pass_by(3000)
    recorder.take(Sweep(0.0, {}, machine=Machine(None, 1, 2, 71.0)))
    await recorder._write()
    run.cancel()
    found = await space(database, "nas", NOW)
    assert found.sizes == {"images": 4096, "containers": 0, "volumes": 0, "builds": 0}
    assert found.counted == pytest.approx(NOW - 7080, abs=2)
    assert found.used == 71.0
    assert found.at == pytest.approx(NOW - 479, abs=2)


class Counted:
    """A host whose disk is counted."""

    name = "nas"
    silent = False
    counts = 0

    @property
    def system(self) -> Counted:
        return self

    async def df(self) -> DiskUsage:
        self.counts += 1
        if self.silent:
            raise DockerFault(msg("Docker on {host} is silent.", host=1))
        return USAGE
