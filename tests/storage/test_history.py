"""What was used is read in three resolutions, takes little room, and goes when its time is up."""

from __future__ import annotations

import random
from math import nan

import pytest
from sqlalchemy import Connection, func, select

from storage import history
from storage.history import COARSE, DAY, FINE, METRICS, RAW, Block, Sample

BEGIN = 1_800_000_000.0 - 1_800_000_000.0 % DAY
EVERY = 15


def figures(cpu: float, more: float = 0.0) -> tuple[float, ...]:
    return (cpu, *([more] * (len(METRICS) - 1)))


def put(
    connection: Connection, values: list[float], subject: str = "web", begin: float = BEGIN
) -> None:
    """Samples of CPU, 15 s apart, in blocks of 5 minutes."""
    samples = [Sample(begin + n * EVERY, figures(v)) for n, v in enumerate(values)]
    for at in range(0, len(samples), 20):
        history.add(connection, [history.raw_block("nas", subject, samples[at : at + 20])])


def cpu(
    connection: Connection, resolution: int, since: float = 0, until: float = DAY
) -> list[tuple[float, ...]]:
    found = history.series(
        connection,
        "nas",
        "web",
        "cpu",
        since=BEGIN + since,
        until=BEGIN + until,
        resolution=resolution,
    )
    return [(round(p.at - BEGIN, 1), p.least, p.mean, p.most) for p in found]


def sum_up(connection: Connection, now: float) -> None:
    for subject, day in history.unsummed(connection, "nas", now):
        history.add(connection, history.summed(connection, host="nas", subject=subject, day=day))


def test_raw_samples_are_read_as_they_came(connection: Connection) -> None:
    put(connection, [10, 20, nan, 30])
    assert cpu(connection, RAW) == [(0, 10, 10, 10), (15, 20, 20, 20), (45, 30, 30, 30)]
    assert cpu(connection, RAW, 15, 45) == [(15, 20, 20, 20)]
    assert history.series(connection, "nas", "db", "cpu", since=0, until=2e9) == []


@pytest.mark.parametrize("over", [False, True])
def test_sums_are_the_same_before_and_after_the_day_is_over(
    connection: Connection, *, over: bool
) -> None:
    put(connection, [10.0] * 20 + [20.0, 30.0] + [nan] * 18 + [40.0] * 240)
    if over:
        sum_up(connection, BEGIN + DAY)
        connection.execute(history.history.delete().where(history.history.c.resolution == RAW))
    assert cpu(connection, FINE)[:3] == [(0, 10, 10, 10), (300, 20, 25, 30), (600, 40, 40, 40)]
    first, second = cpu(connection, COARSE)
    assert first == pytest.approx((0, 10, (200 + 50 + 200 * 40) / 222, 40), rel=1e-3)
    assert second == (3600, 40, 40, 40)
    assert cpu(connection, FINE, 300, 600) == [(300, 20, 25, 30)]


def test_a_span_over_days_is_one_series(connection: Connection) -> None:
    put(connection, [10.0] * 5760)
    sum_up(connection, BEGIN + DAY)
    put(connection, [20.0] * 20, begin=BEGIN + DAY)
    found = cpu(connection, FINE, until=2 * DAY)
    assert len(found) == 289
    assert found[-2:] == [(DAY - 300, 10, 10, 10), (DAY, 20, 20, 20)]
    assert history.subjects(connection, "nas", BEGIN) == ["web"]


def test_a_day_is_summed_up_once_it_is_over(connection: Connection) -> None:
    put(connection, [10.0] * 20)
    assert history.unsummed(connection, "nas", BEGIN + DAY - 1) == []
    assert history.unsummed(connection, "nas", BEGIN + DAY) == [("web", BEGIN)]
    sum_up(connection, BEGIN + DAY)
    assert history.unsummed(connection, "nas", BEGIN + DAY) == []


def test_each_resolution_is_kept_for_its_time(connection: Connection) -> None:
    put(connection, [10.0] * 20)
    sum_up(connection, BEGIN + DAY)

    def kept(days: float) -> set[int]:
        while history.prune(connection, "nas", BEGIN + days * DAY):
            pass
        return set(connection.scalars(select(history.history.c.resolution)))

    assert kept(1) == {RAW, FINE, COARSE}
    assert kept(1.1) == {FINE, COARSE}
    assert kept(31) == {FINE, COARSE}
    assert kept(32) == {COARSE}
    assert kept(730) == {COARSE}
    assert kept(732) == set()


def test_a_host_removes_nothing_that_another_has_still_to_sum_up(connection: Connection) -> None:
    put(connection, [10.0] * 20)
    later = BEGIN + 3 * DAY

    def prune(host: str, now: float) -> set[int]:
        while history.prune(connection, host, now):
            pass
        return set(connection.scalars(select(history.history.c.resolution)))

    assert prune("db1", later) == {RAW}
    sum_up(connection, later)
    assert prune("nas", later) == {FINE, COARSE}
    put(connection, [10.0] * 20)
    assert prune("db1", BEGIN + 800 * DAY) == set()  # of one that is no longer there


def test_a_damaged_block_is_left_out(connection: Connection) -> None:
    put(connection, [10.0] * 20)
    history.add(connection, [Block("nas", "web", RAW, BEGIN + 300, b"damaged")])
    put(connection, [20.0] * 20, begin=BEGIN + 600)
    assert len(cpu(connection, RAW)) == 40


def test_a_clock_that_was_set_back_leaves_a_series_in_order(connection: Connection) -> None:
    put(connection, [10.0] * 20, begin=BEGIN + 3600)
    put(connection, [20.0] * 20, begin=BEGIN + 3590)
    moments = [at for at, *_ in cpu(connection, RAW)]
    assert moments == sorted(moments)
    assert len(moments) == 40


def test_150_containers_grow_by_less_than_100_mb_a_month(connection: Connection) -> None:
    random_ = random.Random(1)  # noqa: S311 - noise
    samples = [
        Sample(BEGIN + n * EVERY, tuple(random_.lognormvariate(9, 2) for _ in METRICS))
        for n in range(5760)
    ]
    for at in range(0, len(samples), 20):
        history.add(connection, [history.raw_block("nas", "web", samples[at : at + 20])])
    raw = _bytes(connection)
    sum_up(connection, BEGIN + DAY)
    grown = _bytes(connection) - raw
    assert grown * 30 * 150 < 80_000_000  # of the worst there is: nothing but noise
    assert raw * 150 < 30_000_000  # and no more, however long it runs


def _bytes(connection: Connection) -> int:
    """Data, and what a row takes besides, its index included."""
    columns = history.history.c
    taken = select(func.sum(func.length(columns.data)), func.count())
    data, rows = connection.execute(taken).one()
    return int(data + rows * 100)
