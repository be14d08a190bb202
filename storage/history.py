"""What containers have used: raw for a day, by five minutes for a month, by hours for two years.

A row is a block: all figures of one subject for some minutes, or, once a day is over, for that day,
with the least, the mean and the most. Blocks are only added, and removed when their time is over.
They grant nothing: no seal. One that can't be read is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import isnan, nan

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Float,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    func,
    select,
)
from sqlalchemy import tuple_ as row_of

from storage.packing import pack, unpack
from storage.schema import metadata
from storage.sql import upsert

# CPU in percent of a core; memory in bytes; the traffic in bytes a second.
METRICS = ("cpu", "memory", "received", "sent", "read", "written", "pids")
# The subject that is the host itself, whose figures are others: CPU in percent of all cores, the
# disk in percent; the rest in bytes, from `images` on what Docker takes of the disk.
HOST = ""
HOST_METRICS = ("cpu", "memory", "disk", "images", "containers", "volumes", "builds")
RAW, FINE, COARSE = 0, 300, 3600  # seconds
DAY = 86_400
LONGEST = 3600  # seconds of a raw block
KEPT = {RAW: DAY + LONGEST, FINE: 31 * DAY, COARSE: 731 * DAY}
_BATCH = 500
OF_EACH = 3  # least, mean, most

history = Table(
    "history",
    metadata,
    Column("host", Text, primary_key=True),
    Column("subject", Text, primary_key=True),
    Column("resolution", Integer, primary_key=True, autoincrement=False),
    Column("start", Float, primary_key=True),
    Column("data", LargeBinary, nullable=False),
    sqlite_with_rowid=False,  # the rows of a series lie together
)
Index("ix_history_resolution_start", history.c.resolution, history.c.start)


@dataclass(frozen=True, slots=True)
class Sample:
    """What a subject used at a moment; NaN for unknown.

    `figures` are in the order of METRICS, or of HOST_METRICS.
    """

    at: float
    figures: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Point:
    """A metric from `at` on for as long as the resolution says; of a raw one all three are one."""

    at: float
    least: float
    mean: float
    most: float


@dataclass(frozen=True, slots=True)
class Block:
    """A row, packed already: that takes longer than to write it."""

    host: str
    subject: str
    resolution: int
    start: float
    data: bytes


def raw_block(host: str, subject: str, samples: Sequence[Sample]) -> Block:
    """Samples of a few minutes, at least one."""
    start = samples[0].at
    columns = ([s.at - start for s in samples], *zip(*(s.figures for s in samples), strict=True))
    return Block(host, subject, RAW, start, pack(columns))


def add(connection: Connection, blocks: Sequence[Block]) -> None:
    """Store blocks; one of the same start is replaced."""
    for block in blocks:
        values = {column.name: getattr(block, column.name) for column in history.c}
        statement = upsert(connection, history).on_conflict_do_update(
            index_elements=["host", "subject", "resolution", "start"],
            set_={"data": block.data},
        )
        connection.execute(statement, values)


def series(
    connection: Connection,
    host: str,
    subject: str,
    metric: str,
    *,
    since: float,
    until: float,
    resolution: int = RAW,
) -> list[Point]:
    """A metric of a subject, in order. What of it is not summed up yet, is now."""
    which = (METRICS if subject else HOST_METRICS).index(metric)
    if resolution == RAW:
        return _raw(connection, host, subject, which, since, until)
    points = list(_summed(connection, (host, subject, resolution), which, since, until))
    rest = max(since, _day(points[-1].at) + DAY) if points else since
    raw = _raw(connection, host, subject, which, rest - rest % resolution, until)
    return points + _sum(raw, resolution)


def subjects(connection: Connection, host: str, since: float) -> list[str]:
    """Of whom something is known since then."""
    found = select(history.c.subject).where(_known(host, since)).distinct()
    return list(connection.scalars(found))


def unpacked(
    connection: Connection, key: tuple[str, str, int], since: float, until: float, columns: int
) -> Iterator[tuple[float, list[Sequence[float]]]]:
    """The blocks that begin in a span, unpacked."""
    host, subject, resolution = key
    rows = connection.execute(
        select(history.c.start, history.c.data)
        .where(history.c.host == host, history.c.subject == subject, _is(resolution))
        .where(history.c.start >= since, history.c.start < until)
        .order_by(history.c.start)
    )
    for start, data in rows:
        try:
            yield start, list(unpack(data, columns))
        except (ValueError, TypeError):
            continue


def known(connection: Connection, host: str, since: float) -> dict[str, float]:
    """By when each was measured for sure, of those of whom something is known since then."""
    rows = connection.execute(
        select(history.c.subject, history.c.resolution, func.min(history.c.start))
        .where(_known(host, since))
        .group_by(history.c.subject, history.c.resolution)
    )
    found: dict[str, float] = {}
    for subject, resolution, start in rows:
        at = start if resolution == RAW else start + DAY  # the day's block does not say when
        found[subject] = min(at, found.get(subject, at))
    return found


def unsummed(connection: Connection, host: str, now: float) -> list[tuple[str, float]]:
    """The days that are over (subject, start) of which there are raw blocks alone."""
    over = select(history.c.subject, history.c.start).where(
        history.c.host == host, history.c.start < _day(now)
    )
    raw = {(subject, _day(at)) for subject, at in connection.execute(over.where(_is(RAW)))}
    done = {(subject, at) for subject, at in connection.execute(over.where(_is(FINE)))}
    return sorted(raw - done)


def summed(connection: Connection, host: str, subject: str, day: float) -> list[Block]:
    """A day's blocks of the two resolutions, from its raw ones."""
    every = [_raw(connection, host, subject, n, day, day + DAY) for n in range(len(METRICS))]
    return [
        Block(host, subject, resolution, day, _packed(every, day, resolution))
        for resolution in (FINE, COARSE)
    ]


def prune(connection: Connection, host: str, now: float) -> int:
    """Remove some of what is kept no longer; how many, 0 when all is done. Sum up days first.

    Another host's raw blocks may not be summed up yet: they stay, unless it is no longer there.
    """
    key = (history.c.host, history.c.subject, history.c.resolution, history.c.start)
    gone = 0
    for resolution, seconds in KEPT.items():
        over = history.c.start < now - seconds
        if resolution == RAW:
            over &= (history.c.host == host) | (history.c.start < now - KEPT[FINE])
        old = select(*key).where(_is(resolution), over).limit(_BATCH)
        statement = history.delete().where(row_of(*key).in_(old))
        gone += connection.execute(statement).rowcount
    return gone


def _known(host: str, since: float) -> ColumnElement[bool]:
    """The rows that tell of whom something is known since then.

    Hidden from the primary key, the host leaves it to the index of what is kept, which alone has
    all that is asked for: the other way the blocks of two years are walked through.
    """
    rows = history.c.resolution.in_((RAW, COARSE)) & (history.c.start >= since - DAY)
    return rows & (func.coalesce(history.c.host, "") == host)


def _is(resolution: int) -> ColumnElement[bool]:
    return history.c.resolution == resolution


def _day(at: float) -> float:
    return at - at % DAY


def _raw(
    connection: Connection, host: str, subject: str, which: int, since: float, until: float
) -> list[Point]:
    found: list[Point] = []
    # A block that began before may reach into the span.
    key = host, subject, RAW
    for start, (offsets, *columns) in unpacked(
        connection, key, since - LONGEST, until, 1 + len(METRICS)
    ):
        pairs = zip(offsets, columns[which], strict=True)
        found += [Point(start + o, v, v, v) for o, v in pairs if not isnan(v)]
    return sorted((p for p in found if since <= p.at < until), key=lambda p: p.at)


def _summed(
    connection: Connection, key: tuple[str, str, int], which: int, since: float, until: float
) -> Iterator[Point]:
    resolution = key[2]
    columns_of = 1 + OF_EACH * len(METRICS)
    for start, (slots, *columns) in unpacked(connection, key, _day(since), until, columns_of):
        mine = columns[OF_EACH * which : OF_EACH * (which + 1)]
        for slot, least, mean, most in zip(slots, *mine, strict=True):
            at = start + slot * resolution
            if since - resolution < at < until and not isnan(mean):
                yield Point(at, least, mean, most)


def _sum(points: Iterable[Point], resolution: int) -> list[Point]:
    """Points of a resolution, from raw ones in order."""
    slots: dict[float, list[float]] = {}
    for point in points:
        slots.setdefault(point.at - point.at % resolution, []).append(point.mean)
    return [Point(at, min(v), sum(v) / len(v), max(v)) for at, v in slots.items()]


def _packed(every: Sequence[Sequence[Point]], day: float, resolution: int) -> bytes:
    """The points of all metrics, in slots of a day."""
    sums = [{point.at: point for point in _sum(raw, resolution)} for raw in every]
    moments = sorted({at for points in sums for at in points})
    nothing = Point(nan, nan, nan, nan)
    columns: list[list[float]] = [[(at - day) / resolution for at in moments]]
    for points in sums:
        found = [points.get(at, nothing) for at in moments]
        columns += [[p.least for p in found], [p.mean for p in found], [p.most for p in found]]
    return pack(columns)
