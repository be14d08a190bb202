"""`--format`: declared by a command with the fields that it has, as `@formats(COLUMNS)`.

A template that is not understood, or names a field that is not there, is answered before anything
is asked of an Engine. What it makes of the rows is `handlers.formatted`'s.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import click

from bot.command.kinds import BadValue
from bot.command.spec import Handler, option
from bot.message import Untrusted, msg
from bot.reply.syntax import read
from bot.reply.template import NoTemplate, Template


class _Template(click.ParamType[Any]):
    """A template; with `fields`, of no others."""

    name = "template"

    def __init__(self, fields: frozenset[str] | None) -> None:
        self._fields = fields
        self._known = frozenset(map(str.lower, fields or ()))

    def convert(self, value: Any, _param: Any, _ctx: Any) -> Template:  # noqa: ANN401 - Click's signature
        try:
            template = read(str(value))
        except NoTemplate as error:
            raise BadValue(error.told, *error.hints) from error
        if self._fields is not None:
            for name in filter(None, template.fields):
                self._check(name)
        return template

    def _check(self, name: str) -> None:
        if name.lower() not in self._known:
            raise BadValue(
                msg("There is no field {name}.", name=Untrusted(f".{name}")),
                msg(
                    "There are: {fields}.", fields=Untrusted(", ".join(sorted(self._fields or ())))
                ),
            )


def formats(fields: Iterable[str] | None = None, *short: str) -> Callable[[Handler], Handler]:
    """Declare `--format`, passed on as `template`; without `fields` any path will do.

    `short` is `-f` where Docker's command has that.
    """
    return option(
        *short,
        "--format",
        "template",
        type=_Template(None if fields is None else frozenset(fields)),
        help="Only these fields: json, or a template",
    )
