"""When something is to happen again and again, or once: cron, `every 15m`, `at 23:00`, as typed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from itertools import islice

from bot.command.kinds import seconds
from bot.command.recurrence import Cron, Every, Once, Rule
from bot.errors import UsageError
from bot.message import Code, Message, Span, Untrusted, msg

LEAST = 60  # seconds between two times
_MOST = 366 * 86400
_FIELDS = 5
_ONE = r"(\*|(\d{1,2}|[a-z]{3})(-(\d{1,2}|[a-z]{3}))?)(/\d{1,2})?"
_FIELD = re.compile(rf"{_ONE}(,{_ONE}){{0,60}}", re.ASCII | re.IGNORECASE)
_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)", re.ASCII)
_DATE = re.compile(r"(\d{4}-\d\d-\d\d)[T ]([012]?\d:\d\d)", re.ASCII)
_EXAMPLES = Code('"0 9 * * 1-5" / every 15m / at 23:00 / at 2026-12-01 09:00')


@dataclass(frozen=True, slots=True)
class Times:
    """A rule, and how it was typed: read again, that is the same rule. Times are epoch seconds."""

    text: str
    rule: Rule

    @property
    def paced(self) -> bool:
        """Whether it counts what has passed, whatever a wall shows."""
        return self.rule.paced

    def after(self, now: float, zone: tzinfo, since: float) -> float | None:
        """The first time after `now`; `since` is when the rule was made. None: it is over."""
        return self.rule.after(now, zone, since)

    def following(self, now: float, zone: tzinfo, since: float) -> Iterator[float]:
        """All times after `now`, in their order."""
        found = self.after(now, zone, since)
        while found is not None:
            yield found
            found = self.after(found, zone, since)


def read(words: Sequence[str]) -> tuple[Times, tuple[str, ...]]:
    """The times at the beginning of the words, and the words that follow.

    Raises:
        UsageError: they begin with no times, with an example.
    """
    match tuple(words):
        case ("every", span, *rest):
            return Times(f"every {span}", Every(_step(span))), tuple(rest)
        case ("at", day, clock, *rest) if _DATE.fullmatch(f"{day} {clock}"):
            return _at(f"{day} {clock}"), tuple(rest)
        case ("at", when, *rest):
            return _at(when), tuple(rest)
        case (one, *rest) if len(one.split()) == _FIELDS:
            return _cron(one.split()), tuple(rest)
        case many if len(many) >= _FIELDS and all(map(_FIELD.fullmatch, many[:_FIELDS])):
            return _cron(many[:_FIELDS]), many[_FIELDS:]
        case found:
            raise _unfit(" ".join(found[:2]))


def again(text: str) -> Times:
    """The times that were read before, from their text."""
    return read(text.split())[0]


def next_of(times: Times, now: float, zone: tzinfo, since: float, most: int) -> tuple[float, ...]:
    """The next times, at most so many."""
    return tuple(islice(times.following(now, zone, since), most))


def _step(text: str) -> int:
    try:
        found = seconds(text)
    except ValueError as error:
        raise _unfit(f"every {text}") from error
    if not LEAST <= found <= _MOST:
        told = msg("That is too often or too seldom: {text}.", text=Untrusted(f"every {text}"))
        between = msg("From {least} to {most}.", least=Span(LEAST), most=Span(_MOST))
        raise UsageError(told, between)
    return int(found)


def _at(text: str) -> Times:
    if clock := _CLOCK.fullmatch(text):
        hour, minute = int(clock[1]), int(clock[2])
        return Times(f"at {text}", Cron((str(minute), str(hour), "*", "*", "*")))
    if date := _DATE.fullmatch(text):
        try:
            wall = datetime.fromisoformat(f"{date[1]}T{date[2]:0>5}")
        except ValueError as error:
            raise _unfit(f"at {text}") from error
        return Times(f"at {date[1]} {date[2]}", Once(wall))
    raise _unfit(f"at {text}")


def _cron(fields: Sequence[str]) -> Times:
    text = " ".join(fields).lower()
    if not all(map(_FIELD.fullmatch, text.split())):
        raise _unfit(text)
    rule = Cron(tuple(text.split()))
    try:
        found = rule.after(0.0, UTC, 0.0)
    except ValueError as error:
        raise _unfit(text) from error
    if found is None:
        raise UsageError(msg("{text} never comes.", text=Untrusted(text)), _hint())
    return Times(text, rule)


def _unfit(text: str) -> UsageError:
    return UsageError(msg("{text} is no time that I understand.", text=Untrusted(text)), _hint())


def _hint() -> Message:
    return msg("Write {examples}.", examples=_EXAMPLES)
