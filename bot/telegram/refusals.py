"""Refused taps, counted: one row of the audit a person and hour, however many there were.

The first is recorded at once. What follows within the hour is counted, and recorded when the hour
is over, together with the next that is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bot.recent import Recent

_HOUR = 3600.0
_KNOWN = 1024


@dataclass(slots=True)
class _Seen:
    """Since when the hour counts, and how many are not recorded yet."""

    since: float
    count: int = 0


class Refusals:
    """Counts them; `clock` gives seconds since the epoch."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._seen: Recent[int, _Seen] = Recent(_KNOWN)

    def count(self, person: int) -> dict[int, int]:
        """One more of this person's; how many of whose are to be recorded now."""
        now = self._clock()
        self._seen.setdefault(person, _Seen(now - _HOUR)).count += 1
        return dict(self._due(now))

    def _due(self, now: float) -> Iterator[tuple[int, int]]:
        for person, seen in self._seen.items():
            if seen.count and now - seen.since >= _HOUR:
                yield person, seen.count
                seen.since, seen.count = now, 0
