"""Each benchmark runs, at sizes that take a moment, and says what it promises; no figure is judged.

What is counted and not timed is the same at any size, so it is asserted.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bench import __main__ as program
from bench import (
    alerts,
    audit,
    builds,
    bulk,
    cancel,
    logs,
    ps,
    requests,
    resident,
    start,
    strangers,
    sweep,
)
from bench.place import Place
from bench.table import Row, show
from tests.private_engine import Engine

LOG = 256 * 1024


@pytest.fixture
def place(engine: Engine, tmp_path: Path) -> Iterator[Place]:
    place = Place(engine.url, tmp_path)
    yield place
    place.close()


def test_all_of_them_can_be_asked_for() -> None:
    modules = {"ps", "requests", "strangers", "logs", "start", "resident", "audit"}
    assert set(program.BENCHMARKS) == modules | {"bulk", "builds", "cancel", "sweep", "alerts"}


def test_one_that_does_not_exist_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        program.main(["ps", "nothing"])
    assert ended.value.code == 2
    assert "no benchmark nothing" in capsys.readouterr().err


async def test_ps(place: Place) -> None:
    (row,) = await ps.measure(place, containers=2, rounds=1)
    complete(row)
    assert row.what == "/ps, 2 containers"


async def test_requests(place: Place) -> None:
    rows = await requests.measure(place, containers=2, log=LOG)
    assert [row.met for row in rows] == [True] * 6
    assert rows[0].ours.values == (1, 1, 1)
    assert rows[2].ours.values == (30, 30, 30)


async def test_strangers(place: Place) -> None:
    rows = await strangers.measure(place, messages=5)
    assert [row.ours.median for row in rows] == [0, 0, 1]


async def test_alerts(place: Place) -> None:
    first, *storm = await alerts.measure(place, rounds=1, alerts=80)
    assert first.ours.least > 0
    assert [row.met for row in storm[:-1]] == [True] * 4 + [None]
    assert storm[-1].bound is not None, "how far it is met depends on who else is at work"
    assert storm[2].ours.values == (80,)


async def test_logs(place: Place) -> None:
    rows = await logs.measure(place, size=LOG, bigger=2 * LOG, rounds=1)
    for row in rows:
        complete(row)


async def test_start(place: Place) -> None:
    for row in await start.measure(place, rounds=1, warm=0):
        complete(row)


async def test_resident(place: Place) -> None:
    idle, *memory = await resident.measure(place, seconds=0.1, few=4, many=8, containers=1, log=LOG)
    assert idle.ours.median >= 0
    assert all(row.ours.median > 1 for row in memory)


async def test_sweep(place: Place) -> None:
    rows = await sweep.measure(place, containers=2, rounds=1, samples=1, answers=1, seconds=0.3)
    for row in rows[:6]:
        complete(row)
    assert rows[0].what == "sweep of 2 containers"
    swept, watched = ["s", "ms"] * 2, ["% of a core", "MiB", "MiB"]
    assert [row.unit for row in rows] == [*swept, "%", "ms", *watched]


async def test_audit(tmp_path: Path, engine: Engine) -> None:
    rows = await audit.measure(Place(engine.url, tmp_path), rounds=2, rows=10)
    for row in rows:
        complete(row)


async def test_bulk(place: Place) -> None:
    rows = await bulk.measure(place, size=100_000, rounds=1)
    memory = [row for row in rows if row.what.endswith("memory")]
    assert len(memory) == 5
    for row in rows:
        assert row in memory or row.ours.least > 0
        assert row.what in show([row])


async def test_builds(place: Place) -> None:
    (row,) = await builds.measure(place, builds=2, rounds=1, asked=2)
    complete(row)
    assert len(row.ours.values) == 2


async def test_cancel(place: Place) -> None:
    rows = await cancel.measure(place, rounds=1)
    assert [row.ours.least > 0 for row in rows] == [True, True, True]
    assert [one["Names"] for one in place.sdk.containers()] == [["/cancel"]]


def complete(row: Row) -> None:
    """It measured something on both sides, and can be shown."""
    assert row.ours.least > 0
    assert row.theirs is not None
    assert row.theirs.least > 0
    assert row.what in show([row])
