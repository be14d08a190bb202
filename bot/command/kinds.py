"""The kinds of values that options take, each with the sentence for one that does not fit."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

import click

from bot.message import Code, Message, Untrusted, msg

_PART = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d|w)", re.ASCII)
_DATE = re.compile(r"\d{4}-\d\d-\d\d([T ][\d:.]{2,18}(Z|[+-]\d\d:?\d\d)?)?", re.ASCII)
_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, "w": 604800.0}
_OCTAL = re.compile(r"^([+-]?)0_?([0-7_]+)$")
_HOUR = 3600
_FOR_EVER = "-1"  # Docker's way to say: however long it takes
_YEARS = range(1970, 2200)
_FOREVER = 100 * 365 * 86400.0
_LONGEST = 40  # characters of a duration: what does not fit is looked at from each of them


class BadValue(click.UsageError):
    """A value that does not fit, told in our words."""

    def __init__(self, told: Message, *hints: Message) -> None:
        super().__init__(told.one)
        self.told = told
        self.hints = hints


def seconds(text: str) -> float:
    """A duration as Docker writes it (`1h30m`, `90s`, `5d`), or plain seconds.

    Raises:
        ValueError: if it is none, or longer than a century.
    """
    if re.fullmatch(r"\d{1,10}(\.\d{1,9})?", text, re.ASCII):
        total = float(text)
    elif 0 < len(text) <= _LONGEST and _PART.sub("", text) == "":
        total = sum(float(number) * _UNITS[unit] for number, unit in _PART.findall(text))
    else:
        raise ValueError(text)
    if total > _FOREVER:
        raise ValueError(text)
    return total


def whole_number(text: str) -> int | None:
    """A whole number as Go reads the value of a flag: 0x1f, 0o17, 1_000, and 017 is octal.

    None if it is none, or has more than 20 digits.
    """
    if not re.fullmatch(r"[+-]?[0-9][0-9a-zA-Z_]{0,20}", text, re.ASCII):
        return None
    try:
        return int(_OCTAL.sub(r"\g<1>0o\2", text), 0)
    except ValueError:
        return None


def _grace(text: str) -> int:
    """Whole seconds, as a number, which is all that Docker takes, or as a duration."""
    found = whole_number(text)
    if found is None:
        return math.ceil(seconds(text))
    if found < 0:
        raise ValueError(text)
    return found


class _Seconds(click.ParamType[Any]):
    """Whole seconds, rounded up: half a second of grace is not none. An hour is the most.

    For as long the change holds one of the few places that changes have on a host.
    """

    name = "seconds"

    def convert(self, value: Any, _param: Any, _ctx: Any) -> int:  # noqa: ANN401 - Click's signature
        try:
            found = _HOUR + 1 if str(value) == _FOR_EVER else _grace(str(value))
            if found <= _HOUR:
                return found
            raise BadValue(msg("An hour at most, please."))
        except ValueError as error:
            raise BadValue(
                msg("{value} is no duration.", value=Untrusted(str(value))),
                msg("Write {example}.", example=Code("30 / 90s / 5m / 1h30m")),
            ) from error


class _Whole(click.ParamType[Any]):
    """A whole number within bounds."""

    name = "number"

    def __init__(self, low: int, high: int) -> None:
        self.low = low
        self.high = high

    def convert(self, value: Any, _param: Any, _ctx: Any) -> int:  # noqa: ANN401 - Click's signature
        text = str(value)
        number = whole_number(text)
        if number is None or not self.low <= number <= self.high:
            raise BadValue(
                msg("{value} does not fit here.", value=Untrusted(text)),
                msg("A number from {low} to {high}, please.", low=self.low, high=self.high),
            )
        return number


class _Tail(_Whole):
    """Lines from the end; Docker's `all` is as many as fit.

    No number of Go's but a word that the Engine reads: 010 is ten.
    """

    name = "lines"

    def convert(self, value: Any, _param: Any, _ctx: Any) -> int:  # noqa: ANN401 - Click's signature
        if value == "all":
            return self.high
        return super().convert(re.sub(r"^0+(?=\d)", "", str(value)), _param, _ctx)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ago:
    """A point in time, given absolutely or as a duration before now.

    `absolute` is in seconds since the epoch, or as a clock on the reader's wall shows it.
    """

    absolute: float | datetime | None = None
    seconds: float = 0.0

    def epoch(self, now: float, zone: tzinfo) -> float:
        """The time in seconds since the epoch; `zone` is that of the reader's wall."""
        match self.absolute:
            case datetime():
                return self.absolute.replace(tzinfo=zone).timestamp()
            case None:
                return now - self.seconds
            case _:
                return self.absolute


def moment(text: str) -> Ago:
    """`10m`, a Unix time, or RFC 3339, whose zone may lack: as `docker logs --since` takes it.

    Raises:
        ValueError: if it is none.
    """
    if re.fullmatch(r"\d{9,11}(\.\d{1,9})?", text, re.ASCII):
        return Ago(absolute=float(text))
    if _DATE.fullmatch(text):
        found = datetime.fromisoformat(text)
        if found.year not in _YEARS:
            raise ValueError(text)
        return Ago(absolute=found.timestamp() if found.tzinfo else found)
    return Ago(seconds=seconds(text))


def _moment(text: str) -> Ago:
    try:
        return moment(text)
    except ValueError as error:
        raise BadValue(
            msg("{value} is no time.", value=Untrusted(text)),
            msg("Write {example}.", example=Code("10m / 2h / 2026-06-09T03:00")),
        ) from error


class _Since(click.ParamType[Any]):
    """A point in time."""

    name = "time"

    def convert(self, value: Any, _param: Any, _ctx: Any) -> Ago:  # noqa: ANN401 - Click's signature
        return value if isinstance(value, Ago) else _moment(str(value))


class _Filter(click.ParamType[Any]):
    """`name=web`, `label=tier=web`, `status=exited`."""

    name = "filter"

    def __init__(self, *keys: str) -> None:
        self.keys = keys

    def convert(self, value: Any, _param: Any, _ctx: Any) -> tuple[str, str]:  # noqa: ANN401 - Click's signature
        key, mark, wanted = str(value).partition("=")
        if key not in self.keys or not mark:
            raise BadValue(
                msg("There is no filter {value}.", value=Untrusted(str(value))),
                msg("Filters: {keys}.", keys=Code(", ".join(self.keys))),
            )
        if key == "until":
            _moment(wanted)
        return key, wanted


class _Signal(click.ParamType[Any]):
    """A signal by name or number, as `docker kill` takes it."""

    name = "signal"

    def convert(self, value: Any, _param: Any, _ctx: Any) -> str:  # noqa: ANN401 - Click's signature
        text = str(value).upper()
        if not re.fullmatch(r"(SIG)?[A-Z]{2,8}[0-9]{0,2}([+-]\d{1,2})?|\d{1,2}", text, re.ASCII):
            raise BadValue(
                msg("{value} is no signal.", value=Untrusted(str(value))),
                msg("Write {example}.", example=Code("TERM / HUP / KILL / 9")),
            )
        return text


class _Choice(click.ParamType[Any]):
    """One of a few words."""

    name = "word"

    def __init__(self, *words: str) -> None:
        self.words = words

    def convert(self, value: Any, _param: Any, _ctx: Any) -> str:  # noqa: ANN401 - Click's signature
        word = str(value).lower()
        if word not in self.words:
            raise BadValue(
                msg(
                    "{value} is none of these: {words}.",
                    value=Untrusted(str(value)),
                    words=Code(", ".join(self.words)),
                ),
            )
        return word


SECONDS = _Seconds()
SINCE = _Since()
TAIL = _Tail(0, 10_000)
SIGNAL = _Signal()
PAGE = _Whole(1, 10_000)


def whole(low: int, high: int) -> click.ParamType[Any]:
    """A whole number from `low` to `high`."""
    return _Whole(low, high)


def choice(*words: str) -> click.ParamType[Any]:
    """One of a few words, in any case."""
    return _Choice(*words)


def filters(*keys: str) -> click.ParamType[Any]:
    """A filter, with the keys that are understood."""
    return _Filter(*keys)


def as_engine_filters(pairs: tuple[tuple[str, str], ...]) -> dict[str, list[str]]:
    """Repeated `--filter` values as the Engine takes them: {key: [values]}."""
    found: dict[str, list[str]] = {}
    for key, value in pairs:
        found.setdefault(key, []).append(value)
    return found
