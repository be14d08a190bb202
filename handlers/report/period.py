"""What happened on a host in a time, and how long it was watched at all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from storage.happenings import Happening, Kind

_WHOLE = 0.95  # of a time watched, from which on it may be called well


@dataclass(frozen=True, slots=True)
class Period:
    """A time in seconds since the epoch, and what is stored of it."""

    since: float
    until: float
    found: Sequence[Happening]

    @property
    def watched(self) -> float:
        """For how many seconds of it the host was watched."""
        total, end = 0.0, self.since
        for one in sorted((h for h in self.found if h.kind is Kind.SEEN), key=lambda h: h.at):
            until = min(one.until or one.at, self.until)
            total += max(until - max(one.at, end), 0.0)
            end = max(end, until)
        return total

    @property
    def whole(self) -> bool:
        """Whether as good as all of it was watched."""
        return self.watched >= _WHOLE * (self.until - self.since)

    def names(self, kind: Kind) -> list[tuple[str, int]]:
        """To whom it happened then, and how often; the most often first."""
        return Counter(h.subject for h in self._begun(kind)).most_common()

    def count(self, kind: Kind) -> int:
        """How often it happened then."""
        return len(self._begun(kind))

    @property
    def alerts(self) -> list[Happening]:
        """What fired then, or fired still."""
        return [h for h in self.found if h.kind is Kind.ALERT]

    def _begun(self, kind: Kind) -> list[Happening]:
        return [h for h in self.found if h.kind is kind and self.since <= h.at < self.until]
