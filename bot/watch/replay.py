"""What a rule would have done with figures of the past: read and followed up as those of now.

What goes by events can't be replayed, and nor can a share of memory: the limit is not stored.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from bot.watch.alert import Alert, Reading, advance, meaning
from bot.watch.condition import OF_HOST, Threshold
from bot.watch.reading import of_host, readings
from bot.watch.rule import Rule
from bot.watch.subject import Subject
from bot.watch.watched import Watched
from storage.history import HOST

# A figure that rules name, by those of the history that it is the sum of.
STORED: Mapping[str, tuple[str, ...]] = {
    "cpu": ("cpu",),
    "mem_bytes": ("memory",),
    "net": ("received", "sent"),
    "io": ("read", "written"),
    "pids": ("pids",),
    "host_cpu": ("cpu",),
    "disk": ("disk",),
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

    Of a rule about hosts it is the one host. A figure counts for `good` seconds; what is older is
    not known.
    """
    alerts: dict[Subject, Alert] = {}
    found: list[Firing] = []

    def firing(subject: Subject) -> bool:
        return subject in alerts and alerts[subject].firing

    every = [one for one, _ in series.values()]
    for now, known in _moments(series, good):
        for subject, reading in _readings(rule, every, now, known, firing).items():
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


def _readings(
    rule: Rule,
    every: Sequence[Watched],
    now: float,
    known: Mapping[str, float],
    firing: Callable[[Subject], bool],
) -> Mapping[Subject, Reading]:
    if isinstance(rule.when, Threshold) and rule.when.when.metric in OF_HOST:
        (host,) = (one.subject for one in every)
        return of_host(rule, rule.when, host.host, known.get(HOST), firing=firing(host))
    return readings(rule, every, now, firing=firing, figures=partial(_known, known))


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
