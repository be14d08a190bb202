"""What is kept of a metric, as marks of a chart: as many as a phone can show."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import fsum

from bot.message import Message, Untrusted, msg
from bot.reply import Line, Mark, Unit
from storage import history
from storage.database import Connection, Database
from storage.history import COARSE, DAY, FINE, HOST, KEPT, RAW, Point

_MARKS = 96  # across a phone
_LEAST = 60.0  # seconds of a mark: several sweeps


@dataclass(frozen=True, slots=True)
class Metric:
    """What may be drawn: the columns of the history that it is the sum of."""

    name: Message
    columns: tuple[str, ...]
    unit: Unit


METRICS: Mapping[str, Metric] = {
    "cpu": Metric(msg("CPU"), ("cpu",), Unit.PERCENT),
    "mem": Metric(msg("memory"), ("memory",), Unit.BYTES),
    "net": Metric(msg("network"), ("received", "sent"), Unit.RATE),
    "io": Metric(msg("disk"), ("read", "written"), Unit.RATE),
    "pids": Metric(msg("processes"), ("pids",), Unit.COUNT),
}
FARTHEST = KEPT[COARSE]


@dataclass(frozen=True, slots=True)
class Span:
    """A time, in seconds since the epoch, that is looked at in steps of `step` seconds.

    `now` is when it is looked at, if that is not its end.
    """

    since: float
    until: float
    now: float | None = None

    @property
    def resolution(self) -> int:
        """The finest that is kept of all of it."""
        age = (self.now or self.until) - self.since
        return next((r for r in (RAW, FINE) if age <= KEPT[r]), COARSE)

    @property
    def step(self) -> float:
        """Seconds of a mark."""
        return max((self.until - self.since) / _MARKS, _LEAST, self.resolution)

    @property
    def gap(self) -> float:
        """Seconds without a mark that were not seen: one step may miss its sweep."""
        return 2.5 * self.step


async def line(database: Database, host: str, name: str, metric: Metric, span: Span) -> Line:
    """The marks of a container, or of the host itself (`HOST`)."""

    def read(connection: Connection) -> tuple[Mark, ...]:
        # Two years of it take a while to sum up: here that holds up nobody.
        columns = [
            history.series(
                connection,
                host,
                name,
                column,
                since=span.since,
                until=span.until,
                resolution=span.resolution,
            )
            for column in metric.columns
        ]
        return marks(summed(columns), span)

    return Line(Untrusted(name), await database.read(read))


def summed(columns: Sequence[Sequence[Point]]) -> list[Point]:
    """Columns of the same sweeps, added up; where one is unknown, so is the sum."""
    if len(columns) == 1:
        return list(columns[0])
    by_time = [{point.at: point for point in points} for points in columns]
    common = sorted(set(by_time[0]).intersection(*by_time[1:]))
    rows = ([points[at] for points in by_time] for at in common)
    return [
        Point(
            row[0].at,
            fsum(p.least for p in row),
            fsum(p.mean for p in row),
            fsum(p.most for p in row),
        )
        for row in rows
    ]


def marks(points: Iterable[Point], span: Span) -> tuple[Mark, ...]:
    """Points in steps of a span."""
    steps: dict[int, list[Point]] = {}
    length = span.step
    for point in points:
        steps.setdefault(int((point.at - span.since) // length), []).append(point)
    return tuple(
        Mark(
            found[0].at,
            min(p.least for p in found),
            fsum(p.mean for p in found) / len(found),
            max(p.most for p in found),
        )
        for _, found in sorted(steps.items())
    )


def mean(found: Line) -> float:
    """Of what was measured, 0 where nothing was."""
    return fsum(m.mean for m in found.marks) / len(found.marks) if found.marks else 0.0


async def subjects(database: Database, host: str, span: Span) -> list[str]:
    """The containers of which something is kept, of a time."""
    found = await database.read(lambda c: history.subjects(c, host, span.since))
    return [name for name in found if name != HOST]


def seen(found: Iterable[Line], span: Span) -> float:
    """For how many seconds of it anything was measured."""
    steps = {int((m.at - span.since) // span.step) for one in found for m in one.marks}
    return min(len(steps) * span.step, span.until - span.since)


__all__ = ["DAY", "FARTHEST", "METRICS", "Metric", "Span", "line", "mean", "seen", "subjects"]
