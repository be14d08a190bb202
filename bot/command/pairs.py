"""Values of the form `key=value`, as Docker's `--label` and `--opt` take them."""

from __future__ import annotations

from typing import Any

import click

from bot.command.kinds import BadValue
from bot.message import Code, Untrusted, msg


class _Pair(click.ParamType[Any]):
    """A key and its value, "" where none is given; with `several`, pairs with commas between."""

    def __init__(self, name: str, *, several: bool) -> None:
        self.name = name
        self.several = several

    def convert(self, value: Any, _param: Any, _ctx: Any) -> tuple[Any, ...]:  # noqa: ANN401 - Click's signature
        text = str(value)
        return tuple(map(_split, text.split(","))) if self.several else _split(text)


def _split(text: str) -> tuple[str, str]:
    key, _, given = text.partition("=")
    if not key.strip():
        raise BadValue(
            msg("{value} has no key.", value=Untrusted(text)),
            msg("Write {example}.", example=Code("key=value")),
        )
    return key, given


def pair(name: str, *, several: bool = False) -> click.ParamType[Any]:
    """A pair, or a tuple of several, which the usage line calls `name`."""
    return _Pair(name, several=several)
