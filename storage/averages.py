"""What was used on average: read from the history's blocks as they are, with no point made of each.

A report ranks all containers of a host by it, of which each has thousands of samples a day.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from math import fsum, isnan

from sqlalchemy import Connection

from storage.history import DAY, FINE, HOST_METRICS, LONGEST, METRICS, OF_EACH, RAW, unpacked

_Sums = defaultdict[float, list[float]]


def averages(
    connection: Connection,
    key: tuple[str, str],
    metrics: Sequence[str],
    since: float,
    until: float,
    resolution: int = RAW,
) -> dict[str, float]:
    """The mean of each metric of a host's subject (`key`); of one that is unknown there is none.

    Each five minutes of which something is known count the same, or each `resolution` seconds.
    """
    step = resolution or FINE
    known = METRICS if key[1] else HOST_METRICS
    found: Mapping[str, _Sums] = {metric: defaultdict(list) for metric in metrics}
    rest = since
    if resolution != RAW:
        for start, columns in _summed(connection, (*key, resolution), since, until):
            rest = max(rest, start + DAY)
            for metric, sums in found.items():
                means = columns[1 + OF_EACH * known.index(metric) + 1]
                times = (start + slot * resolution for slot in columns[0])
                _take(sums, times, means, (since, until), step)
    raw = unpacked(connection, (*key, RAW), rest - LONGEST, until, 1 + len(METRICS))
    for start, (offsets, *columns) in raw:
        for metric, sums in found.items():
            times = (start + offset for offset in offsets)
            _take(sums, times, columns[known.index(metric)], (rest, until), step)
    return {
        metric: fsum(fsum(slot) / len(slot) for slot in sums.values()) / len(sums)
        for metric, sums in found.items()
        if sums
    }


def _summed(
    connection: Connection, key: tuple[str, str, int], since: float, until: float
) -> Iterator[tuple[float, list[Sequence[float]]]]:
    return unpacked(connection, key, since - since % DAY, until, 1 + OF_EACH * len(METRICS))


def _take(
    sums: _Sums,
    times: Iterator[float],
    values: Sequence[float],
    span: tuple[float, float],
    step: int,
) -> None:
    since, until = span
    for at, value in zip(times, values, strict=True):
        if since <= at < until and not isnan(value):
            sums[at - at % step].append(value)
