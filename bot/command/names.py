"""Names that something new is to get."""

from __future__ import annotations

import re
from typing import Any

import click

from bot.command.kinds import BadValue
from bot.message import Untrusted, msg

_LONGEST = 255


class _Name(click.ParamType[Any]):
    """A name that every driver takes, with at least so many characters."""

    name = "name"

    def __init__(self, least: int) -> None:
        self.least = least

    def convert(self, value: Any, _param: Any, _ctx: Any) -> str:  # noqa: ANN401 - Click's signature
        text = str(value)
        if not re.fullmatch(r"[a-zA-Z0-9][a-zA-Z0-9_.-]*", text):
            raise BadValue(
                msg("{value} can't be a name.", value=Untrusted(text)),
                msg("Letters and digits, please, and after the first also _ . and -"),
            )
        if not self.least <= len(text) <= _LONGEST:
            raise BadValue(
                msg("{value} can't be a name.", value=Untrusted(text)),
                msg("From {low} to {high} characters, please.", low=self.least, high=_LONGEST),
            )
        return text


class _Names(click.ParamType[Any]):
    """One or more names, with commas between them."""

    name = "name"

    def convert(self, value: Any, param: Any, ctx: Any) -> tuple[str, ...]:  # noqa: ANN401 - Click's signature
        one = _Name(1)
        return tuple(one.convert(word.strip(), param, ctx) for word in str(value).split(","))


NAMES = _Names()


def new_name(least: int) -> click.ParamType[Any]:
    """A name of at least so many characters."""
    return _Name(least)
