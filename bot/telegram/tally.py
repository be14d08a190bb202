"""How many came that are not worth a row each: counted by person, until that is recorded.

What is recorded is a number a person and hour, however many there were.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from bot.recent import Recent

_HOUR = 3600.0
_KNOWN = 1024


@dataclass(slots=True)
class _Seen:
    """A person: since when the hour counts, how often, and how many of these are recorded.

    Less than none are recorded where the hour before has left some.
    """

    since: float
    count: int = 0
    recorded: int = 0


class Tally:
    """Counts them; `clock` gives seconds since the epoch."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._seen: Recent[int, _Seen] = Recent(_KNOWN)

    def count(self, person: int) -> int:
        """One more of this person's; how many there were in their hour."""
        now = self._clock()
        seen = self._seen.get(person)
        if seen is None:
            seen = _Seen(now)
        elif now - seen.since > _HOUR:
            seen = _Seen(now, recorded=seen.recorded - seen.count)
        seen.count += 1
        self._seen[person] = seen
        return seen.count

    def counted(self) -> list[tuple[int, int]]:
        """(person, number) that are not yet recorded."""
        return [(p, s.count - s.recorded) for p, s in self._seen.items() if s.count > s.recorded]

    def recorded(self, counts: Iterable[tuple[int, int]]) -> None:
        """So many of them are recorded now."""
        for person, count in counts:
            if person in self._seen:
                self._seen[person].recorded += count
