"""The value of what stands between a template's braces, of one row, for no more than some work.

Values are those of JSON, and printed as Go prints them: `true`, `[a b]`, `map[key:value]`. All that
is read or written is counted, so that no template takes long, whatever it is filled with.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from bot.message import Message, Untrusted, msg
from bot.reply.template import LABEL, Expression, Field, Function, Literal
from bot.reply.untrusted import CUT

Row = Mapping[str, Any]
WORK = 4_000_000  # characters that are read and written
_VALUE = 65_536  # characters of a value that a function other than `json` looks at
_DEEPEST = 32
_LISTED = 40
_NONE = "<no value>"


class Misfit(Exception):
    """There is no such thing in what the template is filled with: what not, and what there is."""

    def __init__(self, told: Message, *hints: Message) -> None:
        super().__init__(told.one)
        self.told = (told, *hints)


class Enough(Exception):
    """The work that may be done has been done."""


class Evaluation:
    """One row, and the work that is `left`. Of a `flat` one, labels print as `a=b,c=d`."""

    def __init__(self, row: Row, *, flat: bool = False, left: int = WORK) -> None:
        self.left = left
        self.labels = row.get("Labels") if flat else None
        self._row = {name: _joined(value) for name, value in row.items()} if flat else row

    def printed(self, expression: Expression) -> str:
        """What is printed of an expression; of what is not there, what Go prints.

        Raises:
            Enough: it would be too much.
        """
        try:
            return self.shown(self.value(expression))
        except Misfit:
            return _NONE

    def value(self, expression: Expression) -> Any:  # noqa: ANN401 - whatever JSON can hold
        """What an expression is.

        Raises:
            Misfit: there is no such thing.
            Enough: it would be too much.
        """
        match expression:
            case Literal(value):
                return value
            case Field(path, base):
                return _at(self._row if base is None else self.value(base), path)
            case Function(name, arguments):
                return _FUNCTIONS[name](self, *(self.value(argument) for argument in arguments))

    def shown(self, value: Any, depth: int = _DEEPEST) -> str:  # noqa: ANN401 - as above
        """A value as Go prints it."""
        if not isinstance(value, (Mapping, list)):
            return self.spent(_scalar(value))
        if not depth:
            return CUT
        if isinstance(value, list):
            return f"[{' '.join(self.shown(item, depth - 1) for item in value)}]"
        pairs = (f"{key}:{self.shown(value[key], depth - 1)}" for key in sorted(value))
        return f"map[{' '.join(pairs)}]"

    def text(self, value: Any) -> str:  # noqa: ANN401 - as above
        """A value as a text, of which a function takes no more than a part."""
        return self.spent(self.shown(value)[:_VALUE])

    def spent(self, text: str) -> str:
        """The text, whose length is counted."""
        self.spend(len(text))
        return text

    def spend(self, amount: int) -> None:
        """Count what is about to be done."""
        self.left -= amount + 1
        if self.left < 0:
            raise Enough


def _at(value: Any, path: Sequence[str]) -> Any:  # noqa: ANN401 - as above
    for place, name in enumerate(path):
        there = value if isinstance(value, Mapping) else {}
        key = name if name in there else _alike(name, there)
        if key is None:
            raise _lacking(path[: place + 1], there)
        value = there[key]
    return value


def _alike(name: str, there: Row) -> str | None:
    """The one key that differs in case alone: `.ID` is `.Id`, and phones write capitals."""
    found = [key for key in there if key.lower() == name.lower()]
    return found[0] if len(found) == 1 else None


def _lacking(path: Sequence[str], there: Row) -> Misfit:
    told = msg("There is no field {name}.", name=Untrusted("." + ".".join(path)))
    known = sorted(there)
    if not known:
        return Misfit(told)
    names = ", ".join(known[:_LISTED]) + (f", {CUT}" if len(known) > _LISTED else "")
    return Misfit(told, msg("There are: {fields}.", fields=Untrusted(names)))


def _scalar(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return _NONE if value is None else str(value)


def _joined(value: Any) -> Any:  # noqa: ANN401 - as above
    """Labels as Docker's lists print them."""
    if not isinstance(value, Mapping):
        return value
    return ",".join(sorted(f"{name}={text}" for name, text in value.items()))


def _json(of: Evaluation, value: Any) -> str:  # noqa: ANN401 - as above
    try:
        written = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    except RecursionError:
        return CUT
    return of.spent(written)


def _len(of: Evaluation, value: Any) -> int:  # noqa: ANN401 - as above
    return len(value if isinstance(value, (Mapping, list)) else of.text(value))


def _join(of: Evaluation, value: Any, mark: Any) -> str:  # noqa: ANN401 - as above
    if isinstance(value, Mapping):
        value = sorted(of.shown(item) for item in value.values())
    if not isinstance(value, list):
        return of.text(value)
    between = of.text(mark)
    of.spend(len(between) * len(value))
    return of.spent(between.join(of.shown(item) for item in value))


def _split(of: Evaluation, value: Any, mark: Any) -> list[str]:  # noqa: ANN401 - as above
    text, between = of.text(value), of.text(mark)
    return text.split(between) if between else list(text)


def _truncate(of: Evaluation, value: Any, length: Any) -> str:  # noqa: ANN401 - as above
    return of.text(value)[: length if isinstance(length, int) else None]


def _index(of: Evaluation, value: Any, *keys: Any) -> Any:  # noqa: ANN401 - as above
    """What is at a key or a place; at a key that is not there, nothing, as in Go."""
    for key in keys:
        if isinstance(value, Mapping):
            value = value.get(of.text(key), "")
        elif isinstance(value, list) and isinstance(key, int) and 0 <= key < len(value):
            value = value[key]
        else:
            raise Misfit(msg("There is nothing at {key}.", key=Untrusted(of.text(key))))
    return value


def _label(of: Evaluation, name: Any) -> str:  # noqa: ANN401 - as above
    labels = of.labels if isinstance(of.labels, Mapping) else {}
    return str(labels.get(of.text(name), ""))


_FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "json": _json,
    "len": _len,
    "join": _join,
    "split": _split,
    "index": _index,
    "truncate": _truncate,
    "upper": lambda of, value: of.text(value).upper(),
    "lower": lambda of, value: of.text(value).lower(),
    "title": lambda of, value: of.text(value).title(),
    LABEL: _label,
}
