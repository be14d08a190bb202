"""How full the disk of a host is, as the history knows it, and when there will be no room left.

For reports and cards: `await space(database, host, now)`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import linear_regression

from storage import history
from storage.database import Database
from storage.history import COARSE, DAY, HOST, RAW, Point

_LOOKS_BACK = 21 * DAY
_ENOUGH = 3 * DAY  # of which something must be known to see where it goes
_FAR = 365 * DAY  # nobody knows what is in a year
DOCKERS = ("images", "containers", "volumes", "builds")


@dataclass(frozen=True, slots=True)
class Space:
    """Times are seconds since the epoch, None where nothing is known.

    `used` is in percent, as it was at `at`; `trend` is how many points it grows a day, None if too
    little is known. `sizes` has the bytes of each of DOCKERS, as they were counted at `counted`.
    """

    used: float | None = None
    at: float | None = None
    trend: float | None = None
    sizes: Mapping[str, float] | None = None
    counted: float | None = None

    @property
    def full(self) -> float | None:
        """When it is full, if it goes on so; None if that is unknown, or not within a year."""
        if self.used is None or self.at is None or self.trend is None or self.trend <= 0:
            return None
        left = (100.0 - self.used) / self.trend * DAY
        return self.at + left if left < _FAR else None


async def space(database: Database, host: str, now: float) -> Space:
    """What is known last, or was at a time `now` that is over.

    Raises:
        StorageError: the history can't be read.
    """

    async def points(metric: str, since: float, resolution: int) -> list[Point]:
        return await database.read(
            lambda c: history.series(
                c, host, HOST, metric, since=since, until=now, resolution=resolution
            )
        )

    hours = await points("disk", now - _LOOKS_BACK, COARSE)
    raw = await points("disk", now - DAY, RAW)  # of a past that is summed up there is none
    newest = (raw or [hour for hour in hours if hour.at >= now - DAY])[-1:]
    trend = _trend(hours)
    counts = {name: (await points(name, now - DAY, RAW))[-1:] for name in DOCKERS}
    sizes = {name: found[0].mean for name, found in counts.items() if found}
    counted = min((found[0].at for found in counts.values() if found), default=None)
    if not newest:
        return Space(sizes=sizes or None, counted=counted)
    return Space(newest[0].mean, newest[0].at, trend, sizes or None, counted)


def _trend(points: Sequence[Point]) -> float | None:
    """Points of percent a day, by the least squares."""
    if not points or points[-1].at - points[0].at < _ENOUGH:
        return None
    slope, _ = linear_regression([p.at / DAY for p in points], [p.mean for p in points])
    return slope
