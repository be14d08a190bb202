"""Where an axis has its ticks: few, at values and times that one would say."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import datetime, timedelta, tzinfo

_MOST = 4  # ticks of either axis: more does not fit a phone in large type
_MINUTE, _HOUR, _DAY = 60, 3600, 86_400
# Seconds between two ticks. From a day on they are days of the calendar.
_STEPS = (
    *(_MINUTE * n for n in (1, 2, 5, 10, 15, 30)),
    *(_HOUR * n for n in (1, 2, 3, 6, 12)),
    *(_DAY * n for n in (1, 2, 3, 5, 7, 14, 30, 60, 90, 180, 365)),
)
_NICE = (1, 2, 5, 10)


def heights(most: float, *, whole: bool = False) -> list[float]:
    """Ticks from 0 to at least `most`; `whole`: there is nothing between two whole numbers."""
    rough = max(most, 1e-9) / _MOST
    power = 10 ** math.floor(math.log10(rough))
    step = next(nice * power for nice in _NICE if nice * power >= rough * (1 - 1e-9))
    if whole:
        step = max(step, 1)
    return [n * step for n in range(math.ceil(most / step - 1e-9) + 1)] if most > 0 else [0, step]


def moments(since: float, until: float, zone: tzinfo) -> Iterator[datetime]:
    """Ticks within a time, at round times of the zone's clock."""
    step = next((s for s in _STEPS if (until - since) / s <= _MOST), _STEPS[-1])
    first = datetime.fromtimestamp(since, zone).replace(hour=0, minute=0, second=0, microsecond=0)
    days, seconds = divmod(step, _DAY)
    at, count = first, 0
    while at.timestamp() <= until:
        if at.timestamp() >= since:
            yield at
        count += 1
        # On the clock, so that a day with 23 hours shows the same times as any other.
        at = first + timedelta(days=days * count, seconds=seconds * count)
