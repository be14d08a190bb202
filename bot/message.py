"""What is said, before it has words.

A `Message` is an English template (the id in the catalogues) with the values that go into it. It is
put into words last, in the reader's language (`bot.reply.words`). A value is typed, so that mypy
refuses a bare `str`: text from outside travels as `Untrusted` until `bot.reply` has made it safe.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Untrusted:
    """Text that somebody else wrote: a name, a label, a log line. Has no `str()` on purpose."""

    raw: str

    def __str__(self) -> str:
        raise TypeError("untrusted text must pass bot.reply before it is shown")

    def __format__(self, spec: str) -> str:
        return str(self)


@dataclass(frozen=True, slots=True)
class Code:
    """Our own text to be shown in monospace, never tappable: a usage line, an option."""

    text: str


@dataclass(frozen=True, slots=True)
class Tappable:
    """A command of ours that the reader may tap, such as `/help`."""

    text: str


@dataclass(frozen=True, slots=True)
class Size:
    """An amount of memory or disk, in bytes."""

    bytes: int


@dataclass(frozen=True, slots=True)
class Span:
    """A length of time, in seconds: shown human, as in "4 min"."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Moment:
    """A point in time, in seconds since the epoch: shown in the reader's time zone."""

    epoch: float


@dataclass(frozen=True, slots=True)
class Percent:
    """A share in percent: 12.5 is 12.5 %. May exceed 100 (several cores)."""

    value: float


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody by the name given at enrolment and their Telegram id, shown by its last 4 digits."""

    name: Untrusted
    id: int


@dataclass(frozen=True, slots=True)
class Names:
    """Several values as one list of the reader's language: "a, b and c"."""

    items: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Message:
    """A sentence to be worded: `one` or, by `count`, `many`, with `{fields}` of `values`.

    `{field!c}` begins with a capital letter.
    """

    one: str
    many: str | None = None
    count: int = 0
    values: Mapping[str, Value] = field(default_factory=lambda: MappingProxyType({}), hash=False)

    def having(self, **values: Value) -> Message:
        """The same sentence with more values."""
        return replace(self, values=MappingProxyType({**self.values, **values}))


Value = (
    Message | Untrusted | Code | Tappable | Size | Span | Moment | Percent | Person | Names | int
)


def msg(text: str, /, **values: Value) -> Message:
    """A sentence; its text must be a literal, so that the extractor sees it."""
    return Message(text, values=MappingProxyType(values))


def plural(one: str, many: str, /, count: int, **values: Value) -> Message:
    """A sentence whose form depends on `count`, which it may name as `{count}`."""
    return Message(one, many, count, MappingProxyType({"count": count, **values}))
