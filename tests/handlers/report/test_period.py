"""What is known of a time, whatever happened in it: shares are shares, and unseen time is none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.report.period import Period
from handlers.report.spells import Spell, common, length, merged
from storage.happenings import Happening, Kind

moments = st.integers(-50, 150)
spells = st.lists(st.tuples(moments, moments).map(lambda pair: (min(pair), max(pair))), max_size=8)


def happened(kind: Kind, at: float, until: float | None = None, name: str = "") -> Happening:
    return Happening(1, "nas", kind, name, at, until=until)


def seconds(found: list[Spell]) -> set[int]:
    return {at for a, b in found for at in range(int(a), int(b))}


@given(spells, spells)
def test_lengths_of_time_are_those_of_their_seconds(
    ones: list[tuple[int, int]], others: list[tuple[int, int]]
) -> None:
    one, other = merged(ones, 0, 100), merged(others, 0, 100)
    there = set(range(100))
    assert length(one) == len(seconds(list(ones)) & there)
    assert common(one, other) == len(seconds(list(ones)) & seconds(list(others)) & there)


@given(spells, spells, st.integers(-50, 99))
def test_a_share_is_one_of_the_time_that_was_watched(
    seen: list[tuple[int, int]], down: list[tuple[int, int]], made: int
) -> None:
    found = [happened(Kind.SEEN, *one) for one in seen]
    found += [happened(Kind.DOWN, *one, "web") for one in down]
    share = Period(0, 100, found).up({"web": made, "other": made})
    watched = seconds(list(seen)) & set(range(max(made, 0), 100))
    assert ("web" in share) == ("other" in share) == bool(watched)
    if watched:
        assert share["other"] == 1
        assert share["web"] == pytest.approx(1 - len(watched & seconds(list(down))) / len(watched))


SEEN = [happened(Kind.SEEN, -100, 40), happened(Kind.SEEN, 41, 100)]


@pytest.mark.parametrize(
    ("found", "changed"),
    [
        ([], False),
        ([happened(Kind.RESTART, -1)], False),
        ([happened(Kind.RESTART, 0)], True),
        ([happened(Kind.OOM, 99)], True),
        ([happened(Kind.ALERT, -10)], False),  # it fires still
        ([happened(Kind.ALERT, -10, 5)], True),
        ([happened(Kind.DOWN, -10, 40), happened(Kind.DOWN, 41, 100)], False),  # a watch ended
        ([happened(Kind.DOWN, -10, 39)], True),
        ([happened(Kind.DOWN, 50, 100)], True),
    ],
)
def test_a_change_is_what_began_or_ended(found: list[Happening], *, changed: bool) -> None:
    assert Period(0, 100, [*SEEN, *found]).changed is changed
