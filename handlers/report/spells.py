"""Lengths of time as pairs of seconds since the epoch: what they come to, and have in common."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

Spell = tuple[float, float]


def merged(found: Iterable[Spell], since: float, until: float) -> list[Spell]:
    """What of them lies within a time, in order, none over another."""
    spells: list[Spell] = []
    for start, end in sorted((max(a, since), min(b, until)) for a, b in found):
        if spells and start <= spells[-1][1]:
            spells[-1] = (spells[-1][0], max(end, spells[-1][1]))
        elif start < end:
            spells.append((start, end))
    return spells


def length(found: Iterable[Spell]) -> float:
    """Their seconds in all, of merged ones."""
    return sum(end - start for start, end in found)


def common(one: Sequence[Spell], other: Sequence[Spell]) -> float:
    """The seconds that lie in both, of merged ones."""
    return length((max(a, c), min(b, d)) for a, b in one for c, d in other if max(a, c) < min(b, d))
