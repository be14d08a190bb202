"""An average is that of what a chart would show, whether the days are summed up or not."""

from __future__ import annotations

from math import fsum, nan

import pytest
from sqlalchemy import Connection

from storage import history
from storage.averages import averages
from storage.history import COARSE, DAY, FINE, HOST, RAW
from tests.storage.test_history import BEGIN, EVERY, put, sum_up

NAS = ("nas", "web")
VALUES = [float(n * n % 97) if n % 50 else nan for n in range(int(DAY * 1.5) // EVERY)]


@pytest.mark.parametrize("over", [False, True])
@pytest.mark.parametrize("resolution", [FINE, COARSE])
def test_it_is_the_mean_of_the_points(
    connection: Connection, resolution: int, *, over: bool
) -> None:
    put(connection, VALUES)
    if over:
        sum_up(connection, BEGIN + DAY)
    since, until = BEGIN + 1800, BEGIN + 1.4 * DAY
    points = history.series(
        connection, *NAS, "cpu", since=since, until=until, resolution=resolution
    )
    means = [p.mean for p in points if p.at >= since]
    found = averages(connection, NAS, ("cpu", "pids"), since, until, resolution)
    assert found["cpu"] == pytest.approx(fsum(means) / len(means), rel=0.001)
    assert found["pids"] == 0


def test_a_busy_minute_counts_no_more_than_a_quiet_one_of_which_less_is_known(
    connection: Connection,
) -> None:
    put(connection, [90.0] * 20)
    put(connection, [10.0], begin=BEGIN + FINE)
    span = BEGIN, BEGIN + DAY
    assert averages(connection, NAS, ("cpu",), *span, RAW) == {"cpu": 50}


def test_of_what_nobody_measured_there_is_none(connection: Connection) -> None:
    put(connection, [nan] * 20)
    span = BEGIN, BEGIN + DAY
    assert averages(connection, NAS, ("cpu", "pids"), *span) == {"pids": 0}
    assert averages(connection, ("nas", HOST), ("cpu",), *span) == {}


def test_by_when_it_was_measured_for_sure(connection: Connection) -> None:
    put(connection, [10.0] * 20, begin=BEGIN + 3600)
    assert history.known(connection, "nas", BEGIN) == {"web": BEGIN + 3600}
    sum_up(connection, BEGIN + DAY)
    put(connection, [10.0] * 20, begin=BEGIN + DAY + 60)
    connection.execute(history.history.delete().where(history.history.c.start == BEGIN + 3600))
    assert history.known(connection, "nas", BEGIN) == {"web": BEGIN + DAY}
    assert history.known(connection, "db1", BEGIN) == {}
