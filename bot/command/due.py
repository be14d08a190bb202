"""When a schedule is due next, on a clock that may be set.

A clock that was ahead has led to times that are still to come. Cron's are left to pass, if it was
by hours only: what has run at four does not run again when it is four again. At a distance it goes
on from the clock as it is now, at moments that no run of it was ever named after.
"""

from __future__ import annotations

from dataclasses import replace
from zoneinfo import ZoneInfo

from bot.command.times import again
from storage.schedules import Schedule

SLIP = 1.0  # seconds by which a clock is corrected now and then
_WRONG = 3 * 3600.0  # a clock set back by more than that was wrong, and what it led to as well
_MS = 1000


def next_at(one: Schedule, now: float) -> float | None:
    """The first time after `now`; None: it is over."""
    return again(one.times).after(now, ZoneInfo(one.zone), one.since)


def astray(one: Schedule, now: float) -> bool:
    """Whether its next time was reckoned on a clock that was too far ahead to wait for it."""
    return one.reckoned_at > now + (SLIP if again(one.times).paced else _WRONG)


def reckoned(one: Schedule, now: float) -> Schedule:
    """The same with its next time as of now."""
    if again(one.times).paced and astray(one, now):
        one = replace(one, since=afresh(one.since, now))
    return replace(one, next_at=next_at(one, now), reckoned_at=now)


def begins(now: float) -> float:
    """When what is made now counts from: the millisecond that runs are named after, and no later.

    A moment later, and its first time would be at once.
    """
    return int(now * _MS) / _MS


def afresh(since: float, now: float) -> float:
    """From when on it counts anew: now or just before, a millisecond aside of all times before.

    A run is named after its time, to the millisecond, and none is begun twice.
    """
    moment, aside = int(now * _MS), round(since * _MS) + 1
    return (moment - (moment - aside) % _MS) / _MS
