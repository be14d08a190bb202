"""How the values of `docker run` are read: text in, a plain value out, or a sentence with the form.

Nothing here looks at the world: the machine on which the bot runs is not the host, so that a path
that is not whole, or a variable without a value, can mean nothing.
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from typing import Any

import click

from bot.command.kinds import BadValue
from bot.message import Code, Message, Untrusted, msg

_LONGEST = 64 * 1024


class Reading(click.ParamType[Any]):
    """A value that a function reads; where it raises ValueError, `example` tells the form."""

    def __init__(self, name: str, read: Callable[[str], Any], example: str) -> None:
        self.name = name
        self._read = read
        self._example = example

    def convert(self, value: Any, _param: Any, _ctx: Any) -> Any:  # noqa: ANN401 - Click's signature
        """The value that the text stands for; one that was read already stays as it is."""
        if not isinstance(value, str):
            return value
        try:
            return self._read(value)
        except ValueError as error:
            raise BadValue(
                msg("{value} can't be read.", value=Untrusted(value)), _form(self._example)
            ) from error


def _form(example: str) -> Message:
    return msg("Write {example}.", example=Code(example))


def fields(text: str) -> tuple[str, ...]:
    """The fields between commas; one in double quotes may hold commas itself, as in a CSV file.

    Raises:
        ValueError: a quote stands where none can.
    """
    if "\n" in text or "\r" in text or len(text) > _LONGEST:
        raise ValueError(text)
    try:
        (found,) = csv.reader([text], strict=True)
    except csv.Error as error:
        raise ValueError(text) from error
    if any(not _is_plain(field) for field in _bare(text)):
        raise ValueError(text)
    return tuple(found)


def _bare(text: str) -> list[str]:
    """The fields that do not begin with a quote; Go's reader takes no quote in them."""
    bare, quoted, field = [], False, ""
    for char in text + ",":
        if char == '"' and (quoted or not field):
            quoted, field = not quoted, field + char
        elif char == "," and not quoted:
            if not field.startswith('"'):
                bare.append(field)
            field = ""
        else:
            field += char
    return bare


def _is_plain(field: str) -> bool:
    return '"' not in field


def boolean(text: str) -> bool:
    """As Go reads one.

    Raises:
        ValueError: if it is none.
    """
    if text in {"1", "t", "T", "true", "TRUE", "True"}:
        return True
    if text in {"0", "f", "F", "false", "FALSE", "False"}:
        return False
    raise ValueError(text)


def whole_path(text: str) -> str:
    """A path on the host.

    Raises:
        BadValue: if it begins somewhere: there is no current folder in a chat, nor a home.
    """
    if text.startswith((".", "~")):
        raise BadValue(
            msg("{path} begins in a folder that a chat does not have.", path=Untrusted(text)),
            msg("Write the whole path on the host, from {slash} on.", slash=Code("/")),
        )
    return text


def whole_number(text: str, low: int, high: int) -> int:
    """A whole number within bounds, in decimal digits.

    Raises:
        ValueError: if it is none.
    """
    sign, digits = text[:1] == "-", text.removeprefix("-")
    if not digits.isascii() or not digits.isdigit() or len(digits) > 19:  # noqa: PLR2004 - of 64 bits
        raise ValueError(text)
    number = -int(digits) if sign else int(digits)
    if not low <= number <= high:
        raise ValueError(text)
    return number
