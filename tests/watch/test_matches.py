"""How often lines of a log match, in a time that moves on; bounded, whatever is logged."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.hosts.pattern import Pattern
from bot.watch.matches import Matches


def matches(pattern: str = "ERROR", seconds: float = 600.0) -> Matches:
    return Matches(Pattern(pattern), seconds, begun=0.0)


def test_what_matches_is_counted_until_it_is_too_long_ago() -> None:
    found = matches()
    found.take("INFO all is well", 0.0)
    for at in (0.0, 100.0, 500.0):
        found.take(f"ERROR {at}", at)
    assert [found.count(at) for at in (500.0, 590.0, 610.0, 1095.0, 1110.0)] == [3, 3, 2, 1, 0]


def test_lines_alike_are_told_once() -> None:
    found = matches()
    for number in range(7):
        found.take(f"ERROR worker {number} died", 1.0)
    found.take("ERROR no disk", 2.0)
    assert found.lines(3.0) == ("7 × ERROR worker 6 died", "1 × ERROR no disk")
    assert found.lines(10_000.0) == ()


def test_what_it_keeps_is_bounded_and_the_count_is_not() -> None:
    found = matches()
    for number in range(5000):
        found.take("ERROR " + "ab"[number % 2] * (number + 1), number / 10)
    assert found.count(500.0) == 5000
    assert all(len(shapes) <= 21 for _, shapes in found._slots)
    assert len(found._slots) <= 61
    assert len(found._examples) <= 40
    assert all(len(line) <= 310 for line in found.lines(500.0))


@given(st.lists(st.floats(0.0, 5000.0)), st.floats(1.0, 2000.0))
def test_the_count_is_never_off_by_more_than_a_sixtieth_of_the_time(
    times: list[float], seconds: float
) -> None:
    found, now = matches(seconds=seconds), max(times, default=0.0)
    for at in sorted(times):
        found.take("ERROR", at)
    slot = seconds / 60
    least = sum(now - at < seconds - slot for at in times)
    most = sum(now - at < seconds + slot for at in times)
    assert least <= found.count(now) <= most
