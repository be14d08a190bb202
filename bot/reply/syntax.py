"""Reads a template of Docker's `--format`, from left to right, once.

What is not understood is told with what is: people know Go's templates from examples, and a phone's
keyboard is no place to find out by trying.
"""

from __future__ import annotations

import re

from bot.message import Code, Untrusted, msg
from bot.reply.template import (
    FUNCTIONS,
    LABEL,
    Expression,
    Field,
    Function,
    Literal,
    NoTemplate,
    Template,
)
from bot.reply.tokens import EXAMPLE, JSON, Tokens

_LONGEST = 1000  # characters
_DEEPEST = 8  # brackets within brackets, and pipes in a row
_OPERANDS = frozenset({"text", "number", "field"})
_TABLE = "table"
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_ESCAPED = {"t": "\t", "n": "\n"}


def read(text: str) -> Template:
    """The template.

    Raises:
        NoTemplate: it cannot be understood.
    """
    if len(text) > _LONGEST:
        raise NoTemplate(msg("A template has {most} characters at most.", most=_LONGEST))
    rest, table = text.strip(" "), False
    if rest == "json":
        return Template(text, _Reader(JSON).pieces())
    if rest == _TABLE or rest.startswith((f"{_TABLE} ", f"{_TABLE}\\t")):
        rest, table = rest.removeprefix(_TABLE).strip(" "), True
    pieces = _Reader(rest).pieces()
    if (pieces or not table) and all(isinstance(piece, str) for piece in pieces):
        raise NoTemplate(
            msg("{text} names no field.", text=Untrusted(text)),
            msg("Write {example}.", example=Code(EXAMPLE)),
        )
    return Template(text, pieces, table=table)


class _Reader:
    """Reads one template."""

    def __init__(self, text: str) -> None:
        self._tokens = Tokens(text)

    def pieces(self) -> tuple[str | Expression, ...]:
        """The texts and what stands between `{{` and `}}`."""
        pieces: list[str | Expression] = []
        while (text := self._tokens.opening()) is not None:
            pieces += (_plain(text), self._pipeline(0))
            if self._tokens.kind != "end":
                raise self._tokens.refused()
        return tuple(piece for piece in (*pieces, _plain(self._tokens.rest)) if piece != "")

    def _pipeline(self, depth: int) -> Expression:
        """What stands between brackets: each command's value is the last argument of the next."""
        value: Expression | None = None
        for _ in range(_DEEPEST if depth <= _DEEPEST else 0):
            value = self._command(depth, value)
            if not self._is_mark("|"):
                return value
            self._tokens.step()
        raise NoTemplate(msg("That is too much for one template."))

    def _command(self, depth: int, piped: Expression | None) -> Expression:
        """A function with its arguments, or one value."""
        last = () if piped is None else (piped,)
        if self._tokens.kind == "name":
            name = self._tokens.word
            if name not in FUNCTIONS:
                raise self._tokens.refused()
            self._tokens.step()
            return _function(name, (*self._operands(depth), *last))
        if piped is not None and self._tokens.word != f".{LABEL}":
            raise self._tokens.refused()
        value = self._operand(depth)
        if value == Field((LABEL,)):
            return _function(LABEL, (*self._operands(depth), *last))
        if self._tokens.kind in _OPERANDS or self._is_mark("("):
            raise self._tokens.refused()
        return value

    def _operands(self, depth: int) -> tuple[Expression, ...]:
        found: list[Expression] = []
        while self._tokens.kind in _OPERANDS or self._is_mark("("):
            found.append(self._operand(depth))
        return tuple(found)

    def _operand(self, depth: int) -> Expression:
        """A literal, a field, or brackets, and the fields of what that is."""
        kind, word = self._tokens.kind, self._tokens.word
        if kind == "field":
            return self._path((word[1:],) if word != "." else (), None)
        if self._is_mark("("):
            self._tokens.step()
            inner = self._pipeline(depth + 1)
            if not self._is_mark(")"):
                raise self._tokens.refused()
            return self._path((), inner)
        if kind not in {"text", "number"}:
            raise self._tokens.refused()
        self._tokens.step()
        return Literal(int(word) if kind == "number" else _unquoted(word))

    def _path(self, path: tuple[str, ...], base: Expression | None) -> Expression:
        """The field with what is right behind it: `.State.Status`, `(…).Source`."""
        self._tokens.step()
        while (path or base) and self._tokens.goes_on:
            path = (*path, self._tokens.word[1:])
            self._tokens.step()
        return base if base is not None and not path else Field(path, base)

    def _is_mark(self, mark: str) -> bool:
        return self._tokens.kind == "mark" and self._tokens.word == mark


def _function(name: str, arguments: tuple[Expression, ...]) -> Function:
    least, most = FUNCTIONS.get(name, (1, 1))
    if len(arguments) < least:
        raise NoTemplate(msg("{name} lacks a value.", name=Code(name)))
    if len(arguments) > most:
        raise NoTemplate(msg("{name} does not take so many values.", name=Code(name)))
    return Function(name, arguments)


def _plain(text: str) -> str:
    r"""Text between fields; `\t` and `\n` are what they are in Docker's templates."""
    return text.replace("\\t", "\t").replace("\\n", "\n")


def _unquoted(word: str) -> str:
    if word[0] != '"':
        return word[1:-1]
    return _ESCAPE.sub(lambda found: _ESCAPED.get(found[1], found[1]), word[1:-1])
