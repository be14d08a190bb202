"""Amounts and times as Docker's own command line writes them, in English, for `--format`.

What a template asks for is data: a script may read it, and it looks as it does in a terminal.
(docker/go-units `size.go`, `duration.go`; docker/cli `formatter`.)
"""

from __future__ import annotations

import math
from datetime import datetime, tzinfo

SHORT = 12
_ALGORITHM = "sha256:"
_DECIMAL = ("B", "kB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB")
_BINARY = ("B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB", "ZiB", "YiB")
_MINUTE, _HOUR = 60, 3600
# Hours below which an age is told in the unit, and how many hours that has.
_COARSE = (
    (48, 1, "hours"),
    (24 * 14, 24, "days"),
    (24 * 60, 24 * 7, "weeks"),
    (24 * 365 * 2, 24 * 30, "months"),
)


def decimal(amount: float, digits: int = 3) -> str:
    """Bytes in powers of 1000: `35.6MB`."""
    return _scaled(amount, 1000, _DECIMAL, digits)


def binary(amount: float) -> str:
    """Bytes in powers of 1024: `1.523MiB`."""
    return _scaled(amount, 1024, _BINARY, 4)


def percent(share: float | None) -> str:
    """A share with two decimals, `--` where it is unknown."""
    return "--" if share is None else f"{share:.2f}%"


def short(id_: str, *, whole: bool = False) -> str:
    """An id without its algorithm, by its first twelve digits; or the `whole` of it."""
    return id_ if whole else id_.removeprefix(_ALGORITHM)[:SHORT]


def ago(seconds: float) -> str:
    """How long ago something was: `4 minutes ago`."""
    return f"{age(seconds)} ago"


def age(seconds: float) -> str:
    """A length of time, as coarse as Docker says it: `About an hour`."""
    whole = int(seconds) if math.isfinite(seconds) else 0
    if whole < _HOUR:
        return _minutes(whole)
    hours = int(seconds / _HOUR + 0.5)
    if hours == 1:
        return "About an hour"
    for below, unit, name in _COARSE:
        if hours < below:
            return f"{hours // unit} {name}"
    return f"{whole // _HOUR // (24 * 365)} years"


def stamp(epoch: float, zone: tzinfo) -> str:
    """A point in time as Go prints one: `2026-06-09 03:00:05 +0000 UTC`; "" for none that is."""
    try:
        return f"{datetime.fromtimestamp(epoch, zone):%Y-%m-%d %H:%M:%S %z %Z}"
    except (ValueError, OverflowError, OSError):
        return ""


def rfc3339(epoch: float, zone: tzinfo) -> str:
    """A point in time as `2026-06-09T03:00:05+00:00`; "" for none that is."""
    try:
        return datetime.fromtimestamp(epoch, zone).isoformat(timespec="seconds")
    except (ValueError, OverflowError, OSError):
        return ""


def _minutes(seconds: int) -> str:
    if seconds < 1:
        return "Less than a second"
    if seconds == 1:
        return "1 second"
    if seconds < _MINUTE:
        return f"{seconds} seconds"
    minutes = seconds // _MINUTE
    return "About a minute" if minutes == 1 else f"{minutes} minutes"


def _scaled(amount: float, base: int, units: tuple[str, ...], digits: int) -> str:
    place = 0
    while amount >= base and place < len(units) - 1:
        amount, place = amount / base, place + 1
    return f"{amount:.{digits}g}{units[place]}"
