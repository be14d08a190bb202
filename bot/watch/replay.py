"""What a rule would have done with figures of the past: read and followed up as those of now.

Nothing is stored of events, so what goes by those can't be replayed; nor what goes by a share of
the memory limit, which is not stored either.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from bot.watch.alert import Alert, advance, meaning
from bot.watch.condition import Threshold
from bot.watch.reading import readings
from bot.watch.rule import Rule
from bot.watch.subject import Subject
from bot.watch.watched import Watched

# A figure that rules name, by those of the history that it is the sum of.
STORED: Mapping[str, tuple[str, ...]] = {
    "cpu": ("cpu",),
    "mem_bytes": ("memory",),
    "net": ("received", "sent"),
    "io": ("read", "written"),
    "pids": ("pids",),
}

Figure = tuple[float, float]  # when, in seconds since the epoch, and what


@dataclass(frozen=True, slots=True)
class Firing:
    """Once that it would have fired; `ended` is none if it still would."""

    subject: Subject
    since: float
    ended: float | None = None


def stored(rule: Rule) -> tuple[str, ...]:
    """The figures of the history that a rule goes by; () if they are not stored."""
    return STORED.get(rule.when.when.metric, ()) if isinstance(rule.when, Threshold) else ()


def replay(
    rule: Rule, series: Mapping[str, tuple[Watched, Sequence[Figure]]], good: float
) -> list[Firing]:
    """What would have fired, in order. `series` are containers, with their figures in order.

    A figure counts for `good` seconds; what is older is not known.
    """
    alerts: dict[Subject, Alert] = {}
    found: list[Firing] = []
    for now, known in _moments(series, good):
        for subject, reading in readings(
            rule,
            (one for one, _ in series.values()),
            now,
            firing=lambda subject: subject in alerts and alerts[subject].firing,
            figures=partial(_known, known),
        ).items():
            before = alerts.get(subject)
            if before is None and not meaning(rule, reading):
                continue
            before = before or Alert(rule.name, subject, rule.severity)
            after = alerts[subject] = advance(before, rule, reading, now)
            if before.firing and not after.firing:
                found.append(Firing(subject, before.since, now))
    still = (Firing(a.subject, a.since) for a in alerts.values() if a.firing)
    return sorted((*found, *still), key=lambda one: one.since)


def spread(points: Iterable[Figure], length: float, step: float) -> Iterator[Figure]:
    """Means of `length` seconds as figures of every `step`, since a look counts no longer."""
    for at, value in points:
        for n in range(int(length / step)):
            yield at + n * step, value


def _known(known: Mapping[str, float], one: Watched, _metric: str) -> float | None:
    return known.get(one.name)


def _moments(
    series: Mapping[str, tuple[Watched, Sequence[Figure]]], good: float
) -> Iterator[tuple[float, Mapping[str, float]]]:
    """Each moment at which something was read, and all that was known then."""
    read: dict[float, dict[str, float]] = {}
    for name, (_, figures) in series.items():
        for at, value in figures:
            read.setdefault(at, {})[name] = value
    last: dict[str, Figure] = {}
    for now in sorted(read):
        last |= {name: (now, value) for name, value in read[now].items()}
        yield now, {name: value for name, (at, value) in last.items() if now - at < good}
