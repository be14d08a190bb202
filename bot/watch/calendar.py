"""When alerts are held back, and when they make no sound: windows, quiet hours, silences."""

from __future__ import annotations

import fnmatch
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.errors import UsageError
from bot.message import Code, msg
from bot.watch.subject import Selector, Subject, selector

LONGEST = 7 * 86_400.0  # seconds of a silence: never for ever
_DAY = 1440
EVERY_DAY = frozenset(range(7))


@dataclass(frozen=True, slots=True)
class Window:
    """A time of the day, in minutes of a zone's clock, on the days on which it begins (0: Monday).

    One that ends before it begins goes on until the next day; one that is `end == start` lasts
    until the same time of the next day.
    """

    start: int
    end: int
    zone: str
    days: frozenset[int] = EVERY_DAY

    def covers(self, now: float) -> bool:
        """Whether that moment (seconds since the epoch) is in it."""
        then = datetime.fromtimestamp(now, ZoneInfo(self.zone))
        minute, today = then.hour * 60 + then.minute, then.weekday()
        length = (self.end - self.start) % _DAY or _DAY
        if minute >= self.start:
            return today in self.days and minute - self.start < length
        yesterday = (then - timedelta(days=1)).weekday()
        return yesterday in self.days and minute + _DAY - self.start < length


@dataclass(frozen=True, slots=True)
class Maintenance:
    """A window in which what it picks is not told."""

    window: Window
    on: Selector
    rule: str = "*"


@dataclass(frozen=True, slots=True)
class Silence:
    """Until then (seconds since the epoch), what it picks is not told. `by` made it."""

    id: str
    on: Selector
    until: float
    by: str
    rule: str = "*"
    comment: str = ""


def scope(words: Sequence[str]) -> tuple[Selector, ...]:
    """What is held back of a host: names like `web*`, each by itself, and `project:NAME`.

    Raises:
        UsageError: it can't be understood, or goes by what is not known of an alert any more.
    """
    names = [word for word in words if ":" not in word or word.startswith("name:")]
    others = [word for word in words if word not in names]
    found = tuple(selector(" ".join((name, *others))) for name in names or [""])
    for on in found:
        if on.label or on.host != "*":
            raise UsageError(
                msg("What is held back goes by {names} alone.", names=Code("web* / project:media"))
            )
    return found


def picks(held: Maintenance | Silence, rule: str, subject: Subject) -> bool:
    """Whether an alert is one that is held back. Labels are not known any more then."""
    named = fnmatch.fnmatchcase(rule, held.rule)
    return named and held.on.fits(subject, subject.name, {})
