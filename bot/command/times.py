"""When something is to happen again and again, or once: cron, `every 15m`, `at 23:00`.

APScheduler knows the arithmetic of cron, and that is all that is taken of it. Its timers go by the
system's clock, where time here is injected, and its job store would be a second truth beside our
rows. It reckons on a wall clock without daylight saving; what a wall shows becomes a moment here: a
time that the clock leaves out is the first moment after the gap, one that it shows twice is the
first of the two.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from itertools import islice
from typing import Protocol

from apscheduler.triggers.cron import CronTrigger

from bot.command.kinds import seconds
from bot.errors import UsageError
from bot.message import Code, Message, Span, Untrusted, msg

LEAST = 60  # seconds between two times
_DAY = 86400
_MOST = 366 * _DAY
_FIELDS = 5
_ONE = r"(\*|(\d{1,2}|[a-z]{3})(-(\d{1,2}|[a-z]{3}))?)(/\d{1,2})?"
_FIELD = re.compile(rf"{_ONE}(,{_ONE}){{0,60}}", re.ASCII | re.IGNORECASE)
_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)", re.ASCII)
_DATE = re.compile(r"(\d{4}-\d\d-\d\d)[T ]([012]?\d:\d\d)", re.ASCII)
_WEEK = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_LONGEST_WAIT = timedelta(days=8 * 366)  # from one 29 February to the next, over 2100
_EXAMPLES = Code('"0 9 * * 1-5" / every 15m / at 23:00 / at 2026-12-01 09:00')


class Rule(Protocol):
    """Which moments it is."""

    def after(self, now: float, zone: tzinfo, since: float) -> float | None:
        """The first moment after `now`; `since` is when it was made. None: there is none."""


@dataclass(frozen=True, slots=True)
class Times:
    """A rule, and how it was typed: read again, that is the same rule. Times are epoch seconds."""

    text: str
    rule: Rule

    def after(self, now: float, zone: tzinfo, since: float) -> float | None:
        """The first time after `now`; `since` is when the rule was made. None: it is over."""
        return self.rule.after(now, zone, since)

    def following(self, now: float, zone: tzinfo, since: float) -> Iterator[float]:
        """All times after `now`, in their order."""
        found = self.after(now, zone, since)
        while found is not None:
            yield found
            found = self.after(found, zone, since)


@dataclass(frozen=True, slots=True)
class Cron:
    """The five fields, as cron reads them: of two restricted days either is enough.

    Without an hour or a day it goes on at the same pace while the clock is set.
    """

    fields: tuple[str, ...]

    def after(self, now: float, zone: tzinfo, since: float) -> float | None:
        """As of `Rule`."""
        del since
        steady = self.fields[1:] == ("*",) * 4
        here = timezone(_offset(now, zone)) if steady else zone
        wall = datetime.fromtimestamp(now, here).replace(tzinfo=None)
        while (found := self._next(wall)) is not None:
            if (moment := moment_of(found, here)) > now:
                return moment
            wall = found
        return None

    def _next(self, wall: datetime) -> datetime | None:
        """The next on the wall."""
        begin = (wall + timedelta(seconds=1)).replace(microsecond=0, tzinfo=UTC)
        found = (trigger.get_next_fire_time(None, begin) for trigger in self._triggers(begin))
        return min((one.replace(tzinfo=None) for one in found if one is not None), default=None)

    def _triggers(self, begin: datetime) -> tuple[CronTrigger, ...]:
        minute, hour, day, month, weekday = self.fields
        either = not (day.startswith("*") or weekday.startswith("*"))
        days = ((day, "*"), ("*", weekday)) if either else ((day, weekday),)
        return tuple(
            CronTrigger(
                minute=minute,
                hour=hour,
                day=of_month,
                month=month,
                day_of_week=_weekdays(of_week),
                timezone=UTC,
                end_date=begin + _LONGEST_WAIT,  # 31 February never comes
            )
            for of_month, of_week in days
        )


@dataclass(frozen=True, slots=True)
class Every:
    """At a distance in seconds, counted from when it was made; whole days keep the time of day."""

    step: int

    def after(self, now: float, zone: tzinfo, since: float) -> float | None:
        """As of `Rule`."""
        start = int(since)
        if self.step % _DAY:
            return start + ((now - start) // self.step + 1) * self.step
        wall = datetime.fromtimestamp(start, zone).replace(tzinfo=None)
        count = int((now - start) // self.step) - 1  # the clock may have been set by hours since
        while (moment := moment_of(wall + timedelta(seconds=count * self.step), zone)) <= now:
            count += 1
        return moment


@dataclass(frozen=True, slots=True)
class Once:
    """At one time on the wall."""

    wall: datetime

    def after(self, now: float, zone: tzinfo, since: float) -> float | None:
        """As of `Rule`."""
        del since
        moment = moment_of(self.wall, zone)
        return moment if moment > now else None


def moment_of(wall: datetime, zone: tzinfo) -> float:
    """When a wall clock there shows this, in seconds since the epoch.

    What it shows twice is the first time; what it never shows is the moment at which it is set.
    """
    there = wall.replace(tzinfo=zone)
    before, after = there.utcoffset(), there.replace(fold=1).utcoffset()
    if before is None or after is None or before >= after:
        return there.timestamp()
    # In a gap, fold=0 is reckoned as before it: too late by what has not yet passed of it.
    return _changes(there.timestamp() - (after - before).total_seconds(), there.timestamp(), zone)


def _changes(low: float, high: float, zone: tzinfo) -> float:
    """The second between two moments from which on the zone is another's distance from UTC."""
    first, last = int(low), int(high)
    old = _offset(first, zone)
    while last - first > 1:
        middle = (first + last) // 2
        first, last = (middle, last) if _offset(middle, zone) == old else (first, middle)
    return float(last)


def _offset(moment: float, zone: tzinfo) -> timedelta:
    return datetime.fromtimestamp(moment, zone).utcoffset() or timedelta()


def read(words: Sequence[str]) -> tuple[Times, tuple[str, ...]]:
    """The times at the beginning of the words, and the words that follow.

    Raises:
        UsageError: they begin with no times, with an example.
    """
    match tuple(words):
        case ("every", span, *rest):
            return Times(f"every {span}", Every(_step(span))), tuple(rest)
        case ("at", day, clock, *rest) if _DATE.fullmatch(f"{day} {clock}"):
            return _at(f"{day} {clock}"), tuple(rest)
        case ("at", when, *rest):
            return _at(when), tuple(rest)
        case (one, *rest) if len(one.split()) == _FIELDS:
            return _cron(one.split()), tuple(rest)
        case many if len(many) >= _FIELDS and all(map(_FIELD.fullmatch, many[:_FIELDS])):
            return _cron(many[:_FIELDS]), many[_FIELDS:]
        case found:
            raise _unfit(" ".join(found[:2]))


def again(text: str) -> Times:
    """The times that were read before, from their text."""
    return read(text.split())[0]


def next_of(times: Times, now: float, zone: tzinfo, since: float, most: int) -> tuple[float, ...]:
    """The next times, at most so many."""
    return tuple(islice(times.following(now, zone, since), most))


def _step(text: str) -> int:
    try:
        found = seconds(text)
    except ValueError as error:
        raise _unfit(f"every {text}") from error
    if not LEAST <= found <= _MOST:
        told = msg("That is too often or too seldom: {text}.", text=Untrusted(f"every {text}"))
        between = msg("From {least} to {most}.", least=Span(LEAST), most=Span(_MOST))
        raise UsageError(told, between)
    return int(found)


def _at(text: str) -> Times:
    if clock := _CLOCK.fullmatch(text):
        hour, minute = int(clock[1]), int(clock[2])
        return Times(f"at {text}", Cron((str(minute), str(hour), "*", "*", "*")))
    if date := _DATE.fullmatch(text):
        try:
            wall = datetime.fromisoformat(f"{date[1]}T{date[2]:0>5}")
        except ValueError as error:
            raise _unfit(f"at {text}") from error
        return Times(f"at {date[1]} {date[2]}", Once(wall))
    raise _unfit(f"at {text}")


def _cron(fields: Sequence[str]) -> Times:
    text = " ".join(fields).lower()
    if not all(map(_FIELD.fullmatch, text.split())):
        raise _unfit(text)
    rule = Cron(tuple(text.split()))
    try:
        found = rule.after(0.0, UTC, 0.0)
    except ValueError as error:
        raise _unfit(text) from error
    if found is None:
        raise UsageError(msg("{text} never comes.", text=Untrusted(text)), _hint())
    return Times(text, rule)


def _weekdays(field: str) -> str:
    """Cron's days of the week by name: APScheduler's 0 is Monday, cron's is Sunday, and so is 7.

    Raises:
        ValueError: they are none.
    """
    if field == "*":
        return field
    days: set[str] = set()
    for part in field.split(","):
        span, _, step = part.partition("/")
        first, _, last = ("0-6" if span == "*" else span).partition("-")
        low = _weekday(first)
        high = _weekday(last) if last else 6 if step else low
        high += 7 if high < low else 0
        days |= {_WEEK[day % 7] for day in range(low, high + 1, int(step or 1))}
    return ",".join(sorted(days))


def _weekday(text: str) -> int:
    day = int(text) if text.isdecimal() else _WEEK.index(text)
    if day not in range(8):
        raise ValueError(text)
    return day


def _unfit(text: str) -> UsageError:
    return UsageError(msg("{text} is no time that I understand.", text=Untrusted(text)), _hint())


def _hint() -> Message:
    return msg("Write {examples}.", examples=_EXAMPLES)
