"""Ticks: few, round, and on the clock of the zone."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.charts.axis import heights, moments

BERLIN = ZoneInfo("Europe/Berlin")
BEGIN = 1_780_974_005.0  # 9 June 2026, 05:00:05 in Berlin


@pytest.mark.parametrize(
    ("most", "ticks"),
    [(80, [0, 20, 40, 60, 80]), (1.1, [0, 0.5, 1, 1.5]), (3, [0, 1, 2, 3]), (0, [0, 0.5])],
)
def test_heights_are_what_one_would_say(most: float, ticks: list[float]) -> None:
    found = heights(most)
    assert found == pytest.approx(ticks) if most else found[0] == 0 < found[1]


def test_there_is_no_half_of_a_process() -> None:
    assert heights(1, whole=True) == [0, 1]


@given(st.floats(1e-6, 1e15))
def test_heights_are_few_and_reach_the_top(most: float) -> None:
    found = heights(most)
    assert found[-1] >= most * (1 - 1e-6)
    assert 2 <= len(found) <= 5


@given(st.floats(300, 731 * 86_400))
def test_times_are_few_and_within(length: float) -> None:
    found = [then.timestamp() for then in moments(BEGIN, BEGIN + length, BERLIN)]
    assert len(found) <= 5
    assert all(BEGIN <= at <= BEGIN + length for at in found)
    assert found == sorted(set(found))


def test_a_day_that_the_clock_shortens_shows_the_same_times() -> None:
    midnight = datetime(2026, 3, 29, tzinfo=BERLIN).timestamp()
    found = [f"{then:%H:%M}" for then in moments(midnight, midnight + 23 * 3600, BERLIN)]
    assert found == ["00:00", "06:00", "12:00", "18:00", "00:00"]
