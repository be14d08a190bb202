"""Token buckets: never more than they hold and what comes back; who waits as told gets through."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.buckets import _KEPT, Buckets


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = 1e6

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_a_full_one_gives_what_it_holds_and_then_says_when(clock: Clock) -> None:
    buckets = Buckets(3, 0.5, clock)
    assert [buckets.take("a") for _ in range(3)] == [0.0, 0.0, 0.0]
    assert buckets.take("a") == pytest.approx(2.0)
    assert buckets.take("b") == 0.0


def test_a_debt_is_paid_back_first(clock: Clock) -> None:
    buckets = Buckets(3, 1, clock)
    buckets.owe("a", 10)
    assert buckets.take("a") == pytest.approx(8.0)
    clock.now += 8
    assert buckets.take("a") == 0.0


def test_what_is_not_given_costs_nothing(clock: Clock) -> None:
    buckets = Buckets(3, 1, clock)
    buckets.take("a", 2)
    assert [buckets.take("a", 2) for _ in range(5)] == [pytest.approx(1.0)] * 5
    assert buckets.missing("a", 1) == 0.0
    assert buckets.take("a", 1) == 0.0


def test_it_refills_with_time_and_not_beyond_its_size(clock: Clock) -> None:
    buckets = Buckets(3, 1, clock)
    buckets.take("a", 3)
    clock.now += 2
    assert buckets.take("a", 2) == 0.0
    clock.now += 1e9
    assert [buckets.take("a") for _ in range(4)] == [0.0, 0.0, 0.0, pytest.approx(1.0)]


def test_what_costs_more_than_it_holds_takes_all_of_it(clock: Clock) -> None:
    buckets = Buckets(3, 1, clock)
    assert buckets.take("a", 10) == 0.0
    assert buckets.take("a", 10) == pytest.approx(3.0)


def test_a_clock_that_is_set_back_takes_nothing_away(clock: Clock) -> None:
    buckets = Buckets(3, 1, clock)
    buckets.take("a", 2)
    clock.now -= 100
    assert buckets.take("a") == 0.0
    assert buckets.take("a") == pytest.approx(1.0)


def test_the_oldest_keys_are_forgotten(clock: Clock) -> None:
    buckets = Buckets(1, 1, clock)
    for key in range(_KEPT + 10):
        buckets.take(key)
    assert len(buckets._kept) == _KEPT
    assert buckets.take(_KEPT + 9) > 0
    assert buckets.take(0) == 0.0


SPENDING = st.lists(st.tuples(st.floats(0, 5), st.floats(0.1, 4)), max_size=30)


@given(st.integers(1, 30), st.floats(0.01, 30), SPENDING)
def test_in_any_stretch_it_gives_at_most_what_it_holds_and_what_comes_back(
    size: int, rate: float, spending: list[tuple[float, float]]
) -> None:
    clock = Clock()
    buckets = Buckets(size, rate, clock)
    given_at: list[tuple[float, float]] = []
    for pause, cost in spending:
        clock.now += pause
        if buckets.take("a", cost) == 0.0:
            given_at.append((clock.now, min(cost, size)))
    for first, (begin, _) in enumerate(given_at):
        for last in range(first, len(given_at)):
            spent = sum(cost for _, cost in given_at[first : last + 1])
            assert spent <= size + rate * (given_at[last][0] - begin) + 1e-3


@given(st.integers(1, 30), st.floats(0.01, 30), SPENDING)
def test_who_waits_as_long_as_told_gets_it(
    size: int, rate: float, spending: list[tuple[float, float]]
) -> None:
    clock = Clock()
    buckets = Buckets(size, rate, clock)
    for _, cost in spending:
        clock.now += buckets.missing("a", cost)
        assert buckets.take("a", cost) == 0.0
