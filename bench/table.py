"""The table that is printed: one row a figure, the ratio first, as machines are noisy."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from bench.sample import Sample

HEADINGS = ("", "ratio", "bound", "met", "Pierhead", "beside it")


@dataclass(frozen=True, slots=True)
class Bound:
    """What must be reached: in words, and whether a median (and the one beside it) does."""

    said: str
    holds: Callable[[float, float], bool]


@dataclass(frozen=True, slots=True)
class Row:
    """One figure of Pierhead's, and of what it is compared to where there is such a thing."""

    what: str
    unit: str
    ours: Sample
    beside: str = ""
    theirs: Sample | None = None
    bound: Bound | None = None

    @property
    def ratio(self) -> float | None:
        """How many times as much as the other, by the medians."""
        return self.ours.median / self.theirs.median if self.theirs else None

    @property
    def met(self) -> bool | None:
        """Whether the bound is kept, by the medians; None where there is none."""
        if self.bound is None:
            return None
        return self.bound.holds(self.ours.median, self.theirs.median if self.theirs else 0.0)


def at_most(limit: float, unit: str) -> Bound:
    """No more than so much."""
    return Bound(f"<= {limit:,g} {unit}".rstrip(), lambda ours, _: ours <= limit)


def at_least(limit: float, unit: str) -> Bound:
    """No less than so much."""
    return Bound(f">= {limit:,g} {unit}".rstrip(), lambda ours, _: ours >= limit)


def times(most: float, plus: float = 0.0, unit: str = "") -> Bound:
    """No more than so many times the other, and so much on top."""
    said = f"<= {most:g} x" + (f" + {plus:g} {unit}" if plus else "")
    return Bound(said, lambda ours, theirs: ours <= most * theirs + plus)


def show(rows: Iterable[Row]) -> str:
    """The rows as text, in columns."""
    lines = [HEADINGS, *(_cells(row) for row in rows)]
    widths = [max(len(cell) for cell in column) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(f"{cell:<{width}}" for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def _cells(row: Row) -> tuple[str, ...]:
    beside = f"{row.beside}: {_figure(row.theirs, row.unit)}" if row.theirs else row.beside
    return (
        row.what,
        "" if row.ratio is None else f"{row.ratio:.2f} x",
        row.bound.said if row.bound else "",
        {None: "", True: "yes", False: "NO"}[row.met],
        _figure(row.ours, row.unit),
        beside,
    )


def _figure(sample: Sample, unit: str) -> str:
    """The median, and in brackets the least and the most where there are several."""
    spread = ""
    if len(sample.values) > 1:
        spread = f" ({_number(sample.least)} to {_number(sample.most)})"
    return f"{_number(sample.median)} {unit}{spread}"


def _number(value: float) -> str:
    """Three digits that count, or all of a whole number."""
    if abs(value) >= 100 or value == int(value):  # noqa: PLR2004 - three digits before the point
        return f"{value:,.0f}"
    return f"{value:.2g}" if abs(value) < 1 else f"{value:.3g}"
