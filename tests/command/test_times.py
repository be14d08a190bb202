"""When something is to happen: read, kept, and reckoned over the days on which clocks are set."""

from __future__ import annotations

import shlex
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.command import times
from bot.command.due import begins
from bot.command.times import next_of, read
from bot.command.wall import moment_of
from bot.errors import UsageError
from tests.command.samples import told

BERLIN = ZoneInfo("Europe/Berlin")
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")  # sets its clocks by half an hour
APIA = ZoneInfo("Pacific/Apia")  # had no 30 December 2011


def shown(text: str, since: str, most: int, zone: ZoneInfo = BERLIN) -> list[str]:
    """The next times on a wall there, with the distance from UTC in hours."""
    start = datetime.fromisoformat(since).replace(tzinfo=zone).timestamp()
    found = next_of(times.again(text), start, zone, start, most)
    return [f"{datetime.fromtimestamp(at, zone):%d %H:%M %z}" for at in found]


@pytest.mark.parametrize(
    ("line", "text", "rest"),
    [
        ('"0 9 * * 1-5" ps', "0 9 * * 1-5", ("ps",)),
        ("0 9 * * 1-5 ps -a", "0 9 * * 1-5", ("ps", "-a")),
        ("0 9 * jan-mar MON ps", "0 9 * jan-mar mon", ("ps",)),
        ("every 15m stats --sort cpu", "every 15m", ("stats", "--sort", "cpu")),
        ("at 23:00 stop staging-*", "at 23:00", ("stop", "staging-*")),
        ("at 9:05 ps", "at 9:05", ("ps",)),
        ("at 2026-12-01 09:00 ps", "at 2026-12-01 09:00", ("ps",)),
        ("at 2026-12-01T09:00 ps", "at 2026-12-01 09:00", ("ps",)),
        ("every 1d", "every 1d", ()),
    ],
)
def test_they_come_first_and_are_kept_as_typed(line: str, text: str, rest: tuple[str, ...]) -> None:
    found, words = read(shlex.split(line))
    assert (found.text, words) == (text, rest)
    assert times.again(found.text) == found


@pytest.mark.parametrize(
    "line",
    ["", "noon ps", "at", "at noon", "at 24:00", "at 2026-13-01 09:00", "every", "every day"]
    + [f'"{field}"' for field in ("60 * * * *", "* 24 * * *", "* * 0 * *", "* * * 13 *")]
    + [f'"{field}"' for field in ("* * * * 8", "* * * * mon-", "*/0 * * * *", "* * last * *")]
    + ['"* * 1st mon * *"', '"0 9 * * 1-5 x"', "0 9 * * ps"],
)
def test_what_is_no_time_is_told_with_an_example(line: str) -> None:
    with pytest.raises(UsageError) as error:
        read(shlex.split(line))
    assert 'is no time that I understand. Write "0 9 * * 1-5" / every 15m' in told(error.value)


@pytest.mark.parametrize("text", ["every 59s", "every 367d", "every 0"])
def test_it_is_a_minute_at_least(text: str) -> None:
    with pytest.raises(UsageError, match="too often or too seldom"):
        times.again(text)


def test_a_day_that_never_comes_is_no_time() -> None:
    with pytest.raises(UsageError, match="never comes"):
        times.again("0 0 31 2 *")
    assert shown("0 0 29 2 *", "2096-03-01T00:00", 1, ZoneInfo("UTC")) == ["29 00:00 +0000"]


@pytest.mark.parametrize(
    ("field", "days"),
    [
        ("0", "Sun"),
        ("7", "Sun"),
        ("1-5", "Mon Tue Wed Thu Fri"),
        ("5-7", "Fri Sat Sun"),
        ("sat-mon", "Sat Sun Mon"),
        ("*/2", "Tue Thu Sat Sun"),
        ("1-5/2", "Mon Wed Fri"),
        ("mon,3", "Mon Wed"),
    ],
)
def test_days_of_the_week_are_cron_s(field: str, days: str) -> None:
    start = datetime(2026, 6, 7, 23, tzinfo=UTC).timestamp()  # a Sunday
    found = next_of(times.again(f"0 0 * * {field}"), start, UTC, start, 7)
    names = [f"{datetime.fromtimestamp(at, UTC):%a}" for at in found]
    assert sorted(set(names)) == sorted(days.split())


def test_of_two_restricted_days_either_is_enough() -> None:
    assert [day[:2] for day in shown("0 0 13 * 5", "2026-04-04T00:00", 4)] == [
        *("10", "13", "17", "24"),
    ]


def test_a_time_that_the_clock_leaves_out_is_the_first_after_it() -> None:
    assert shown("30 2 * * *", "2026-03-28T03:00", 2) == ["29 03:00 +0200", "30 02:30 +0200"]
    assert shown("at 2026-03-29 02:30", "2026-03-28T03:00", 2) == ["29 03:00 +0200"]
    assert shown("*/20 2-3 * * *", "2026-03-29T01:00", 3) == [
        *("29 03:00 +0200", "29 03:20 +0200", "29 03:40 +0200"),
    ]
    assert shown("at 12:00", "2011-12-29T12:30", 2, APIA) == ["31 00:00 +1400", "31 12:00 +1400"]
    assert shown("at 02:15", "2026-10-03T12:00", 1, LORD_HOWE) == ["04 02:30 +1100"]


def test_a_time_that_the_clock_shows_twice_is_the_first() -> None:
    assert shown("30 2 * * *", "2026-10-24T03:00", 2) == ["25 02:30 +0200", "26 02:30 +0100"]
    assert shown("every 1d", "2026-10-24T02:30", 2) == ["25 02:30 +0200", "26 02:30 +0100"]
    second = datetime(2026, 10, 25, 2, 10, tzinfo=BERLIN, fold=1).timestamp()
    (after,) = next_of(times.again("30 2 * * *"), second, BERLIN, 0.0, 1)
    assert f"{datetime.fromtimestamp(after, BERLIN):%d %H:%M}" == "26 02:30"


def test_what_has_no_hour_keeps_its_pace_while_clocks_are_set() -> None:
    for since in ("2026-03-29T01:10", "2026-10-25T01:10"):
        start = datetime.fromisoformat(since).replace(tzinfo=BERLIN).timestamp()
        for text in ("*/15 * * * *", "every 15m"):
            found = next_of(times.again(text), start, BERLIN, start, 20)
            assert {b - a for a, b in pairwise(found)} == {900.0}


ZONES = st.sampled_from(sorted(available_timezones())).map(ZoneInfo)
MOMENTS = st.integers(int(datetime(1990, 1, 1, tzinfo=UTC).timestamp()), 4_000_000_000).map(float)
CLOCKS = st.tuples(st.integers(0, 23), st.integers(0, 59))


@given(MOMENTS, ZONES, CLOCKS)
def test_a_time_of_day_comes_once_a_day(now: float, zone: ZoneInfo, clock: tuple[int, int]) -> None:
    rule = times.again(f"at {clock[0]:02}:{clock[1]:02}")
    found = next_of(rule, now, zone, now, 5)
    assert list(found) == sorted(set(found))
    assert found[0] > now
    days = [datetime.fromtimestamp(at, zone).date() for at in found]
    # A day that a zone leaves out has its time at the beginning of the next.
    assert all(b - a <= timedelta(days=1) for a, b in pairwise(days))
    for at in found:
        wall = datetime.fromtimestamp(at, zone)
        assert (wall.hour, wall.minute) == clock or _was_set(at, zone)
        assert not wall.fold


def _was_set(at: float, zone: ZoneInfo) -> bool:
    """Whether the clock was set on at that moment."""
    before, after = (datetime.fromtimestamp(t, zone).utcoffset() for t in (at - 1, at))
    assert before is not None
    assert after is not None
    return after > before


@given(
    MOMENTS, ZONES, st.sampled_from(["*/7 * * * *", "0 */5 * * *", "30 2 * * 0", "0 0 1,15 * *"])
)
def test_times_only_go_on_and_none_is_left_out_in_between(
    now: float, zone: ZoneInfo, text: str
) -> None:
    rule = times.again(text)
    found = next_of(rule, now, zone, now, 4)
    assert len(found) == 4
    assert all(a < b for a, b in pairwise((now, *found)))
    for earlier in (now, *found[:-1]):  # whenever one looks, the next is the same
        later = next(at for at in found if at > earlier)
        assert rule.after((earlier + later) / 2, zone, now) == later


@given(MOMENTS, MOMENTS, ZONES, st.integers(60, 366 * 86400))
def test_at_a_distance_the_next_is_after_now_and_no_further(
    since: float, now: float, zone: ZoneInfo, step: int
) -> None:
    found = times.again(f"every {step}s").after(now, zone, since)
    assert found is not None
    slack = 0 if step % 86400 else 26 * 3600  # a day is kept on the wall, whatever its length
    assert now < found <= now + step + slack


@given(st.floats(1e9, 4e9), ZONES, st.integers(60, 3600))
def test_what_is_made_now_comes_after_its_whole_distance(
    now: float, zone: ZoneInfo, step: int
) -> None:
    found = times.again(f"every {step}s").after(now, zone, begins(now))
    assert found is not None
    assert now + step - 0.002 < found <= now + step


@given(st.datetimes(datetime(1990, 1, 1), datetime(2099, 1, 1)), ZONES)  # noqa: DTZ001 - on a wall
def test_what_a_wall_shows_is_the_moment_at_which_it_does(wall: datetime, zone: ZoneInfo) -> None:
    wall = wall.replace(microsecond=0)
    moment = moment_of(wall, zone)
    there = datetime.fromtimestamp(moment, zone)
    assert there.replace(tzinfo=None) == wall or _was_set(moment, zone)


@given(st.text(max_size=30))
def test_any_words_are_times_or_a_usage_error(text: str) -> None:
    for words in (text.split(), [text], ["at", text], ["every", text], [*text][:5]):
        try:
            found, _ = read(words)
        except UsageError:
            continue
        assert times.again(found.text) == found
