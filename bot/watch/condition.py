"""When a rule holds: a figure past a threshold, or something that Docker itself calls bad.

`cpu > 80%` fires above 80 and, without a `clear`, is over at 80; with `clear` at `cpu < 70%` it is
over below 70 only (hysteresis). `restarts > 3 in 10m` counts ends that nobody asked for, and
`log /ERROR|FATAL/ > 5 in 10m` lines of the log.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from bot.command.kinds import seconds
from bot.errors import UsageError
from bot.hosts.pattern import Pattern
from bot.message import Code, Names, Untrusted, msg
from bot.watch.probe import Probe

_EXPRESSION = re.compile(r"([a-z_]+) ?([<>]=?) ?(\d{1,12}(?:\.\d{1,6})?) ?([A-Za-z%]*)", re.ASCII)
_RESTARTS = re.compile(r"restarts ?> ?(\d{1,3}) in (\d{1,4}[smh])", re.ASCII)
_LOGGED = re.compile(r"log /(.+)/ ?> ?(\d{1,3}) in (\d{1,4}[smh])", re.ASCII | re.DOTALL)
_LARGEST = 5000  # steps of a pattern's program: of 2,048 letters some 20 ms
_TYPED = 64  # characters of what can't be read that are said again
_BYTES = {"B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12}
_SPANS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
_COMPARE: Mapping[str, Callable[[float, float], bool]] = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}


class Unit(StrEnum):
    """What a figure is counted in."""

    PERCENT = "%"
    BYTES = "B"
    RATE = "B/s"
    COUNT = ""
    SPAN = "d"


METRICS: Mapping[str, Unit] = {
    "cpu": Unit.PERCENT,
    "mem": Unit.PERCENT,
    "mem_bytes": Unit.BYTES,
    "net": Unit.RATE,
    "io": Unit.RATE,
    "pids": Unit.COUNT,
    "age": Unit.SPAN,
    "host_cpu": Unit.PERCENT,
    "host_mem": Unit.PERCENT,
    "disk": Unit.PERCENT,
}
# Of these the host itself is the subject.
OF_HOST = frozenset({"host_cpu", "host_mem", "disk"})


class Native(StrEnum):
    """What needs no threshold."""

    EXITED = "exited"
    OOM = "oom"
    UNHEALTHY = "unhealthy"
    GONE = "gone"
    UNREACHABLE = "unreachable"


@dataclass(frozen=True, slots=True)
class Restarts:
    """Ended more than `most` times in `seconds`, and nobody had asked for it."""

    most: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Bound:
    """A side of a threshold."""

    metric: str
    sign: str
    limit: float

    def holds(self, value: float) -> bool:
        """Whether a figure is on that side."""
        return _COMPARE[self.sign](value, self.limit)


@dataclass(frozen=True, slots=True)
class Threshold:
    """A figure past a limit; `clear`, if there is one, says when that is over."""

    when: Bound
    clear: Bound | None = None

    def holds(self, value: float, *, firing: bool) -> bool:
        """Whether it holds, for an alert that fires already or does not yet."""
        if firing and self.clear is not None:
            return not self.clear.holds(value)
        return self.when.holds(value)


@dataclass(frozen=True, slots=True)
class Logged:
    """Lines of the log that match a pattern (RE2) came more than `most` times in `seconds`."""

    pattern: str
    most: int
    seconds: float


Condition = Threshold | Restarts | Native | Probe | Logged


def condition(when: str, clear: str | None = None) -> Condition:
    """Read a condition, and when it is over.

    Raises:
        UsageError: it can't be understood.
    """
    text = " ".join(when.split())
    if text in set(Native):
        _refuse(clear)
        return Native(text)
    if found := _RESTARTS.fullmatch(text):
        _refuse(clear)
        return Restarts(int(found[1]), seconds(found[2]))
    if found := _LOGGED.fullmatch(when.strip()):
        _refuse(clear)
        _searchable(found[1])
        return Logged(found[1], int(found[2]), seconds(found[3]))
    if text.partition(" ")[0] == "log":
        raise UsageError(
            msg(
                "I can't read {text}: write it like {example},"
                " in quotes if there is a space in the pattern.",
                text=Untrusted(when.strip()[:_TYPED]),
                example=Code("log /ERROR|FATAL/ > 5 in 10m"),
            )
        )
    bound = _bound(text)
    over = None if clear is None else _bound(" ".join(clear.split()))
    if over is not None and not _opposed(bound, over):
        raise UsageError(
            msg(
                "{clear} can't end {when}: it must be the same figure, on the other side.",
                clear=Untrusted(clear or ""),
                when=Untrusted(text),
            )
        )
    return Threshold(bound, over)


def _searchable(pattern: str) -> None:
    """Refuse, now, what is no pattern, or one that takes too long for each line of a log."""
    if Pattern(pattern).size > _LARGEST:
        raise UsageError(msg("The pattern takes too much work: let it repeat fewer times."))


def written(when: Condition) -> tuple[str, str | None]:
    """A condition as it is typed, and when it is over if that was said."""
    match when:
        case Threshold(bound, clear):
            return _typed(bound), None if clear is None else _typed(clear)
        case Restarts(most, length):
            return f"restarts > {most} in {length:g}s", None
        case Logged(pattern, most, length):
            return f"log /{pattern}/ > {most} in {length:g}s", None
        case Probe(address):
            return f"probe {address}", None
        case Native():
            return when.value, None


def _typed(bound: Bound) -> str:
    unit = METRICS[bound.metric]
    if unit in {Unit.PERCENT, Unit.COUNT}:
        return f"{bound.metric} {bound.sign} {_plain(bound.limit)}{unit.value}"
    if unit is Unit.SPAN:
        name, factor = next(
            (n, f) for n, f in reversed(_SPANS.items()) if bound.limit % f == 0 or f == 1
        )
        return f"{bound.metric} {bound.sign} {_plain(bound.limit / factor)}{name}"
    name, factor = next((n, f) for n, f in reversed(_BYTES.items()) if bound.limit >= f or f == 1)
    return f"{bound.metric} {bound.sign} {_plain(bound.limit / factor)} {name}"


def _plain(number: float) -> str:
    return f"{number:.6f}".rstrip("0").rstrip(".")


def _bound(text: str) -> Bound:
    found = _EXPRESSION.fullmatch(text)
    if found is None:
        raise UsageError(
            msg(
                "I can't read {text}: write a figure and its limit like {one}, {two}"
                " or {three}, or one of {words}.",
                text=Untrusted(text[:_TYPED]),
                one=Code("cpu > 80%"),
                two=Code("mem_bytes > 1 GB"),
                three=Code("restarts > 3 in 10m"),
                words=Names(tuple(Code(word) for word in Native)),
            )
        )
    metric, sign, number, unit = found.groups()
    if metric not in METRICS:
        known = Names(tuple(Code(name) for name in METRICS))
        raise UsageError(
            msg("There is no figure {name}: there are {known}.", name=Code(metric), known=known)
        )
    return Bound(metric, sign, float(number) * _factor(metric, unit))


def _factor(metric: str, unit: str) -> float:
    """What a figure's unit multiplies it with."""
    match METRICS[metric]:
        case Unit.PERCENT:
            known: Mapping[str, int] = {"%": 1}
        case Unit.BYTES | Unit.RATE:
            known, unit = _BYTES, unit.upper()
        case Unit.SPAN:
            known = _SPANS
        case _:
            known = {"": 1}
    if unit not in known:
        units = Names(tuple(Code(one) for one in known if one))
        raise UsageError(
            msg("{metric} is counted in {units}.", metric=Code(metric), units=units)
            if units.items
            else msg("{metric} is a plain number: it has no unit.", metric=Code(metric))
        )
    return known[unit]


def _opposed(bound: Bound, clear: Bound) -> bool:
    """Whether the second can end the first: they never hold both."""
    if bound.metric != clear.metric or bound.sign[0] == clear.sign[0]:
        return False
    if bound.sign[0] == ">":
        return clear.limit <= bound.limit
    return clear.limit >= bound.limit


def _refuse(clear: str | None) -> None:
    if clear is not None:
        raise UsageError(msg("{word} is for a figure with a limit only.", word=Code("clear")))
