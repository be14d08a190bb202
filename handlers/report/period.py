"""What happened on a host in a time, and how long it was watched at all."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from handlers.report.spells import Spell, common, length, merged
from storage.happenings import Happening, Kind

_WHOLE = 0.95  # of a time watched, from which on it may be called well


@dataclass(frozen=True, slots=True)
class Period:
    """A time in seconds since the epoch, and what is stored of it."""

    since: float
    until: float
    found: Sequence[Happening]

    @property
    def length(self) -> float:
        """Its seconds."""
        return self.until - self.since

    @property
    def watched(self) -> float:
        """For how many seconds of it the host was watched."""
        return length(self._seen(self.since))

    @property
    def whole(self) -> bool:
        """Whether as good as all of it was watched."""
        return self.watched >= _WHOLE * self.length

    def names(self, kind: Kind) -> list[tuple[str, int]]:
        """To whom it happened then, and how often; the most often first."""
        return Counter(h.subject for h in self._begun(kind)).most_common()

    def count(self, kind: Kind, but: frozenset[str] = frozenset()) -> int:
        """How often it happened then, to others `but` these."""
        return sum(h.subject not in but for h in self._begun(kind))

    @property
    def alerts(self) -> list[Happening]:
        """What fired then, or fired still."""
        return [h for h in self.found if h.kind is Kind.ALERT]

    @property
    def changed(self) -> bool:
        """Whether anything began or ended then; what went on all the time is none of it.

        What was so when a watch began, or is so at its end, did not begin or end then.
        """
        ends = {at for h in self._all(Kind.SEEN) for at in (h.at, h.until)}
        moments = (at for h in self.found if h.kind is not Kind.SEEN for at in (h.at, h.until))
        return any(at is not None and self._holds(at) and at not in ends for at in moments)

    def up(self, made: Mapping[str, float]) -> dict[str, float]:
        """The share of the time watched in which each was up, since it was made.

        Of whom nothing was watched there is none.
        """
        down: defaultdict[str, list[Spell]] = defaultdict(list)
        for one in self._all(Kind.DOWN):
            down[one.subject].append((one.at, one.until or one.at))
        shares = dict[str, float]()
        for name, since in made.items():
            seen = self._seen(max(since, self.since))
            if all_of_it := length(seen):
                away = common(merged(down[name], self.since, self.until), seen)
                shares[name] = 1 - away / all_of_it
        return shares

    def _seen(self, since: float) -> list[Spell]:
        spells = ((h.at, h.until or h.at) for h in self._all(Kind.SEEN))
        return merged(spells, since, self.until)

    def _all(self, kind: Kind) -> list[Happening]:
        return [h for h in self.found if h.kind is kind]

    def _begun(self, kind: Kind) -> list[Happening]:
        return [h for h in self._all(kind) if self._holds(h.at)]

    def _holds(self, at: float) -> bool:
        return self.since <= at < self.until
