"""Refused taps: the first is recorded at once, the rest of the hour as one number."""

from __future__ import annotations

from bot.telegram.refusals import Refusals
from tests.telegram.conftest import Clock

ONE, OTHER = 1, 2


def test_the_first_counts_at_once_and_the_rest_of_its_hour_later(clock: Clock) -> None:
    refusals = Refusals(clock)
    assert refusals.count(ONE) == {ONE: 1}
    assert [refusals.count(ONE) for _ in range(3)] == [{}] * 3
    clock.now += 3600
    assert refusals.count(ONE) == {ONE: 4}
    assert refusals.count(ONE) == {}


def test_what_one_left_uncounted_goes_with_the_next_of_anybody(clock: Clock) -> None:
    refusals = Refusals(clock)
    for _ in range(3):
        refusals.count(ONE)
    assert refusals.count(OTHER) == {OTHER: 1}
    clock.now += 3600
    assert refusals.count(OTHER) == {ONE: 2, OTHER: 1}
    clock.now += 3600
    assert refusals.count(OTHER) == {OTHER: 1}
