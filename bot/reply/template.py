"""Templates of Docker's `--format`: as much of Go's as says something on a phone.

Fields, text between them, pipes, and a few functions; no loops, conditions or variables, so that
what a template can take is bounded by what it is filled with. They are read by `bot.reply.syntax`
and filled by `bot.reply.filling`. (docker/cli `templates`, Go `text/template`.)
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.message import Message

LABEL = "Label"
# How many arguments each takes, at least and at most.
FUNCTIONS = {
    "json": (1, 1),
    "upper": (1, 1),
    "lower": (1, 1),
    "title": (1, 1),
    "len": (1, 1),
    "join": (2, 2),
    "split": (2, 2),
    "truncate": (2, 2),
    "index": (2, 5),
}


class NoTemplate(ValueError):
    """What was written is no template that is understood here: what of it, and what would be."""

    def __init__(self, told: Message, *hints: Message) -> None:
        super().__init__(told.one)
        self.told = told
        self.hints = hints


@dataclass(frozen=True, slots=True)
class Literal:
    """A text or a number, as it is."""

    value: str | int


@dataclass(frozen=True, slots=True)
class Field:
    """What is at `path` within `base`; without a base, within all that there is."""

    path: tuple[str, ...]
    base: Expression | None = None


@dataclass(frozen=True, slots=True)
class Function:
    """A function of some values, or the method `Label` of a row."""

    name: str
    arguments: tuple[Expression, ...]


Expression = Literal | Field | Function


@dataclass(frozen=True, slots=True)
class Template:
    """What was written, and what it is made of; of a `table`, a tab begins the next column."""

    text: str
    pieces: tuple[str | Expression, ...]
    table: bool = False

    @property
    def bare(self) -> bool:
        """Whether it is `table` alone: the table that there is without it."""
        return self.table and not self.pieces

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields that it takes from what it is filled with; "" is all of them."""
        return tuple(dict.fromkeys(name for p in self.pieces for name in _fields(p)))


def _fields(piece: str | Expression) -> tuple[str, ...]:
    match piece:
        case Field(path, None):
            return (path[0] if path else "",)
        case Field(_, base):
            return _fields(base) if base is not None else ()
        case Function(name, arguments):
            own = ("Labels",) if name == LABEL else ()
            return (*own, *(found for argument in arguments for found in _fields(argument)))
        case _:
            return ()
