"""What a rule's condition says now of every subject that the rule is about.

A service has several containers at times: it is as bad as the worst of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from fnmatch import fnmatchcase

from bot.watch.alert import Reading
from bot.watch.condition import Condition, Logged, Native, Restarts, Threshold
from bot.watch.probe import Probe
from bot.watch.rule import Rule
from bot.watch.subject import Subject
from bot.watch.watched import Watched

_PULSE = 60.0  # seconds for which memory that was out counts, where nothing ended of it
# What does not run uses nothing and is asked nothing: that is known, and not stale.
_WELL, _BAD, _UNKNOWN = Reading(holds=False), Reading(holds=True), Reading(holds=None)
_STOPPED = Reading(holds=False, stopped=True)
LINES = "log"  # the figure of a rule that looks at a log: the lines that match

Figures = Callable[[Watched, str], float | None]


def unknown(_: Watched, _metric: str) -> float | None:
    """No figures."""
    return None


def readings(
    rule: Rule,
    containers: Iterable[Watched],
    now: float,
    *,
    firing: Callable[[Subject], bool],
    figures: Figures = unknown,
    reachable: bool = True,
) -> Mapping[Subject, Reading]:
    """By subject. An Engine that does not answer leaves all of it unknown."""
    found: dict[Subject, Reading] = {}
    for one in containers:
        subject = one.subject
        if not rule.on.fits(subject, one.name, one.labels):
            continue
        if not reachable:
            found[subject] = _UNKNOWN
            continue
        if _lives(rule.when) and not one.running:
            new = _STOPPED
        else:
            new = _one(rule.when, one, now, figures, firing)
        found[subject] = _worse(found[subject], new) if subject in found else new
    return found


def of_host(
    rule: Rule, when: Threshold, host: str, value: float | None, *, firing: bool
) -> Mapping[Subject, Reading]:
    """What a figure of the host itself says, if the rule is about that host."""
    if not fnmatchcase(host, rule.on.host):
        return {}
    holds = None if value is None else when.holds(value, firing=firing)
    return {Subject(host): Reading(holds, value)}


def _lives(when: Condition) -> bool:
    """Whether it can only hold of what runs."""
    return isinstance(when, Threshold) or when is Native.UNHEALTHY


def _one(
    when: Condition,
    one: Watched,
    now: float,
    figures: Figures,
    firing: Callable[[Subject], bool],
) -> Reading:
    match when:
        case Threshold():
            value = figures(one, when.when.metric)
            if value is None:
                return _UNKNOWN
            return Reading(when.holds(value, firing=firing(one.subject)), value)
        case Restarts(most, seconds):
            count = sum(0 <= now - at < seconds for at in one.ends)
            return Reading(count > most, count)
        case Logged(most=most):
            lines = figures(one, LINES)
            unsure = lines is None and firing(one.subject)
            return Reading(None if unsure else (lines or 0) > most, lines)
        case Probe():
            return _UNKNOWN  # that is said of no container
        case _:
            return _BAD if _native(when, one, now) else _WELL


def _native(when: Native, one: Watched, now: float) -> bool:
    match when:
        case Native.EXITED:
            return one.code is not None and not one.killed_by_memory
        case Native.OOM:
            lately = one.oom is not None and 0 <= now - one.oom < _PULSE
            return one.killed_by_memory or lately
        case Native.UNHEALTHY:
            return one.health == "unhealthy"
        case Native.GONE:
            return one.gone is not None
        case Native.UNREACHABLE:
            return False  # that is said of a host


def _worse(one: Reading, other: Reading) -> Reading:
    """What holds is worse than what is unknown, that worse than what is well; then the figure."""
    return max(one, other, key=lambda r: ((False, None, True).index(r.holds), r.value or 0.0))
