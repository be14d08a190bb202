"""Which moments a rule is: those of cron, at a distance, or one.

APScheduler knows the arithmetic of cron, and that is all that is taken of it. Its timers go by the
system's clock, where time here is injected, and its job store would be a second truth beside our
rows. It reckons on a wall clock without daylight saving; what a wall shows becomes a moment here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import ClassVar, Protocol

from apscheduler.triggers.cron import CronTrigger

from bot.command.wall import moment_of, offset_at

_DAY = 86400
_MS = 1000
_WEEK = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_LONGEST_WAIT = timedelta(days=8 * 366)  # from one 29 February to the next, over 2100


class Rule(Protocol):
    """Which moments it is."""

    @property
    def paced(self) -> bool:
        """Whether it counts what has passed, whatever a wall shows."""

    def after(self, now: float, zone: tzinfo, since: float) -> float | None:
        """The first moment after `now`; `since` is when it was made. None: there is none."""


@dataclass(frozen=True, slots=True)
class Cron:
    """The five fields, as cron reads them: of two restricted days either is enough.

    Without an hour or a day it goes on at the same pace while the clock is set.
    """

    fields: tuple[str, ...]
    paced: ClassVar[bool] = False

    def after(self, now: float, zone: tzinfo, since: float) -> float | None:
        """As of `Rule`."""
        del since
        steady = self.fields[1:] == ("*",) * 4
        here = timezone(offset_at(now, zone)) if steady else zone
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

    @property
    def paced(self) -> bool:
        """As of `Rule`."""
        return self.step % _DAY != 0

    def after(self, now: float, zone: tzinfo, since: float) -> float | None:
        """As of `Rule`."""
        count = int((now - since) // self.step) - 1  # the clock may have been set by hours since
        while (moment := self._moment(count, zone, since)) <= now:
            count += 1
        return moment

    def _moment(self, count: int, zone: tzinfo, since: float) -> float:
        """So many of the distances on."""
        span = count * self.step
        if self.paced:
            return round(since * _MS) / _MS + span
        wall = datetime.fromtimestamp(int(since), zone).replace(tzinfo=None)
        return moment_of(wall + timedelta(seconds=span), zone)


@dataclass(frozen=True, slots=True)
class Once:
    """At one time on the wall."""

    wall: datetime
    paced: ClassVar[bool] = False

    def after(self, now: float, zone: tzinfo, since: float) -> float | None:
        """As of `Rule`."""
        del since
        moment = moment_of(self.wall, zone)
        return moment if moment > now else None


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
