"""Amounts and times in words: "9.2 GB", "1 min 44 s", "Tue 9 June 03:17".

What has words is a message, so that translators see it. Digits and dates of languages other than
English are Babel's; English is simple enough to be written here, which keeps Babel from being
loaded, and a list of 150 containers fast.
"""

from __future__ import annotations

import math
from datetime import datetime
from functools import lru_cache

from bot.message import Message, msg, plural

_MINUTE, _HOUR, _DAY = 60, 3600, 86400
_SOON = 5 * _MINUTE
_HOURS_ALONE = 10
_GROUPED = 1000
_STEP = 1000
_LAST = 999.5  # what is less does not become 1000 when it is rounded
_WHOLE_FROM = 100
_REMEMBERED = 4096
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_UNITS = (
    msg("{number} B"),
    msg("{number} kB"),
    msg("{number} MB"),
    msg("{number} GB"),
    msg("{number} TB"),
    msg("{number} PB"),
)


@lru_cache(_REMEMBERED)
def number(value: float, locale: str) -> str:
    """A number with the digits, groups and decimal mark of the language."""
    if isinstance(value, int) and -_GROUPED < value < _GROUPED:
        return str(value)
    if locale == "en":
        return f"{value:,}"
    from babel.numbers import format_decimal  # noqa: PLC0415 - see above

    return format_decimal(value, locale=locale)


def size(amount: int) -> tuple[Message, float]:
    """The unit of an amount of bytes and the figure before it: Docker's units, powers of 1000."""
    value: float = amount
    for unit in _UNITS:
        if abs(value) < _LAST or unit is _UNITS[-1]:
            break
        value /= _STEP
    return unit, rounded(value)


def rounded(value: float) -> float:
    """One decimal below 100, none above; none where it would be a zero."""
    figure = round(value, 1 if abs(value) < _WHOLE_FROM else None)
    return int(figure) if figure == int(figure) else figure


def span(seconds: float) -> Message:
    """A length of time, as coarse as one would say it.

    Seconds count below five minutes, minutes below ten hours, hours below two days.
    """
    whole = max(int(seconds), 0) if math.isfinite(seconds) else 0
    if whole < _MINUTE:
        return msg("{seconds} s", seconds=whole)
    if whole < _SOON and whole % _MINUTE:
        return msg("{minutes} min {seconds} s", minutes=whole // _MINUTE, seconds=whole % _MINUTE)
    if whole < _HOUR:
        return msg("{minutes} min", minutes=whole // _MINUTE)
    hours, minutes = divmod(whole // _MINUTE, _MINUTE)
    if whole < 2 * _DAY:
        if minutes and hours < _HOURS_ALONE:
            return msg("{hours} h {minutes} min", hours=hours, minutes=minutes)
        return msg("{hours} h", hours=hours)
    return plural("{count} day", "{count} days", whole // _DAY)


def moment(then: datetime, now: datetime, locale: str) -> str:
    """A point in time: the time of day, and the day if it is not today's, the year if another."""
    if then.date() == now.date():
        return f"{then:%H:%M}"
    if locale == "en":
        year = "" if then.year == now.year else f" {then.year}"
        return f"{_DAYS[then.weekday()]} {then.day} {_MONTHS[then.month - 1]}{year} {then:%H:%M}"
    from babel.dates import format_datetime  # noqa: PLC0415 - see above

    year = "" if then.year == now.year else " y"
    return format_datetime(then, f"EEE d MMMM{year} HH:mm", locale=locale)


def day(then: datetime, locale: str) -> str:
    """A day in as few letters as an axis has room for: "9 Jun"."""
    if locale == "en":
        return f"{then.day} {_MONTHS[then.month - 1][:3]}"
    from babel.dates import format_datetime  # noqa: PLC0415 - see above

    return format_datetime(then, "d MMM", locale=locale)
