"""Token buckets: what something costs comes off, and it refills with time."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass

from bot.recent import Recent

_KEPT = 4096
_CRUMB = 1e-6  # of a token: what rounding leaves; whoever has waited as told is let through


@dataclass(slots=True)
class _Bucket:
    level: float
    at: float


class Buckets:
    """Buckets by key: `size` tokens at most, `per_second` come back. The oldest are forgotten."""

    def __init__(self, size: float, per_second: float, clock: Callable[[], float]) -> None:
        self._size = size
        self._rate = per_second
        self._clock = clock
        self._kept: Recent[Hashable, _Bucket] = Recent(_KEPT)

    def missing(self, key: Hashable, cost: float = 1.0) -> float:
        """Seconds until `cost` can be taken; 0.0 if it can be now. Nothing is taken."""
        lacking = min(cost, self._size) - self._fresh(key).level
        return lacking / self._rate if lacking > _CRUMB else 0.0

    def take(self, key: Hashable, cost: float = 1.0) -> float:
        """Take what it costs; 0.0, or the seconds until it can be had, and nothing is taken."""
        wait = self.missing(key, cost)
        if not wait:
            self._fresh(key).level -= min(cost, self._size)
        return wait

    def owe(self, key: Hashable, cost: float) -> None:
        """Take what something has cost, which is known only now: what there is not, is a debt."""
        self._fresh(key).level -= cost

    def _fresh(self, key: Hashable) -> _Bucket:
        now = self._clock()
        bucket = self._kept.get(key) or _Bucket(self._size, now)
        elapsed = max(0.0, now - bucket.at)
        bucket.level = min(self._size, bucket.level + elapsed * self._rate)
        bucket.at = now
        self._kept[key] = bucket
        return bucket
