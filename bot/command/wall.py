"""From what a clock on the wall shows to a moment, also on the days on which clocks are set.

A time that the clock leaves out is the first moment after the gap, one that it shows twice is the
first of the two.
"""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo


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
    old = offset_at(first, zone)
    while last - first > 1:
        middle = (first + last) // 2
        first, last = (middle, last) if offset_at(middle, zone) == old else (first, middle)
    return float(last)


def offset_at(moment: float, zone: tzinfo) -> timedelta:
    """How far the zone is from UTC then."""
    return datetime.fromtimestamp(moment, zone).utcoffset() or timedelta()
