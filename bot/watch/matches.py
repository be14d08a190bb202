"""How many lines of a log have matched lately, by their shape: bounded, however many there are."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass, field

from bot.hosts.pattern import Pattern
from bot.recent import Recent
from bot.watch.beginning import beginning
from bot.watch.shape import shape

_SLOTS = 60  # parts of the time in which is counted
_SHAPES = 20  # of each part; lines of any more count, and are not told apart
_EXAMPLES = 40
_SHOWN = 3
_LONGEST = 300  # characters of a line that is shown
_OTHER = ""


@dataclass(slots=True)
class Matches:
    """Of one rule and one subject, in the last `seconds`. `begun` is since when it is read.

    Times are monotonic, in seconds. `sampled` is when part of the log was last passed over.
    """

    pattern: Pattern
    seconds: float
    begun: float
    sampled: float | None = None
    _slots: deque[tuple[int, Counter[str]]] = field(default_factory=deque)
    _examples: Recent[str, str] = field(default_factory=lambda: Recent(_EXAMPLES))

    def take(self, line: str, now: float) -> None:
        """Count a line, if it matches."""
        if next(self.pattern.runs(f"{line}\n".encode("utf-8", "replace")), None) is None:
            return
        number = self._number(now)
        if not self._slots or self._slots[-1][0] != number:
            self._slots.append((number, Counter()))
            self._forget(now)
        shown = beginning(line, _LONGEST)
        shapes, form = self._slots[-1][1], shape(shown)
        if form not in shapes and len(shapes) >= _SHAPES:
            form = _OTHER
        shapes[form] += 1
        self._examples[form] = shown

    def count(self, now: float) -> int:
        """How many there were."""
        self._forget(now)
        return sum(shapes.total() for _, shapes in self._slots)

    def is_sampled(self, now: float) -> bool:
        """Whether there may have been more."""
        return self.sampled is not None and now - self.sampled < self.seconds

    def lines(self, now: float) -> tuple[str, ...]:
        """The commonest, each once, with how often it came."""
        self._forget(now)
        every = sum((shapes for _, shapes in self._slots), Counter())
        return tuple(
            f"{count} × {self._examples.get(form, form)}"
            for form, count in every.most_common(_SHOWN)
        )

    def _number(self, now: float) -> int:
        return int(now * _SLOTS // self.seconds)

    def _forget(self, now: float) -> None:
        oldest = self._number(now) - _SLOTS
        while self._slots and self._slots[0][0] <= oldest:
            self._slots.popleft()
