"""Several measurements of one thing, and how those of several things are taken in turns."""

from __future__ import annotations

import statistics
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

Measure = Callable[[], Awaitable[float]]


@dataclass(frozen=True, slots=True)
class Sample:
    """The measurements of one thing, in order; at least one."""

    values: tuple[float, ...]

    @classmethod
    def of(cls, *values: float) -> Sample:
        """From values, or from the one that there is."""
        return cls(values)

    @property
    def median(self) -> float:
        """The middle one."""
        return statistics.median(self.values)

    @property
    def least(self) -> float:
        """The smallest."""
        return min(self.values)

    @property
    def most(self) -> float:
        """The largest."""
        return max(self.values)


async def in_turns(rounds: int, *measures: Measure, warm: int = 1) -> list[Sample]:
    """Measure A B A B …, `rounds` times, after `warm` rounds that do not count."""
    taken: list[list[float]] = [[] for _ in measures]
    for number in range(-warm, rounds):
        for values, measure in zip(taken, measures, strict=True):
            value = await measure()
            if number >= 0:
                values.append(value)
    return [Sample(tuple(values)) for values in taken]
