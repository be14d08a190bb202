"""What `--format` makes of rows, wherever a command has it.

A list declares its columns once: their names are what `@formats(COLUMNS)` lets through, and their
functions what a field is of one thing. What is inspected is filled in as the Engine has it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from bot.command.call import Call
from bot.errors import UsageError
from bot.message import Code, Message, Untrusted, msg
from bot.reply import Button, Document, Filled, Reply, Text
from bot.reply.filling import misfit
from bot.reply.model import WIDTH
from bot.reply.template import Template

T = TypeVar("T")
ALL = msg("All of it. Secrets are masked.")


@dataclass(frozen=True, slots=True)
class Look:
    """How values are written: when it is now, for whom, and whether they are `whole`."""

    now: float
    zone: ZoneInfo
    whole: bool = False

    @classmethod
    def of(cls, call: Call, *, whole: bool = False) -> Look:
        """As the reader of a call looks at them."""
        return cls(call.services.clock(), call.zone, whole)


Columns = Mapping[str, Callable[[T, Look], Any]]


def filled(
    things: Iterable[T],
    columns: Columns[T],
    template: Template,
    look: Look,
    *,
    width: int | None = WIDTH,
) -> Filled:
    """The things as a template has them; only what it takes is made."""
    asked = {name.lower() for name in template.fields}
    used = {n: of for n, of in columns.items() if "" in asked or n.lower() in asked}
    rows = tuple({name: of(thing, look) for name, of in used.items()} for thing in things)
    return Filled(template, rows, width=width)


def formatted(
    call: Call,
    verdict: Message,
    things: Iterable[T],
    columns: Columns[T],
    template: Template,
    *,
    whole: bool = False,
) -> Reply:
    """A list as a template has it, below its verdict. `whole` is Docker's `--no-trunc`.

    A table that is to be whole is a file: a phone has no room for it.
    """
    body = filled(things, columns, template, Look.of(call, whole=whole))
    again = ((refresh(call),),)
    if not body.rows:
        return Reply((Text(verdict),), buttons=again)
    if not (whole and template.table):
        return Reply((Text(verdict), body), buttons=again)
    file = Document(Untrusted(f"{call.command.path[0]}.txt"), body, ALL)
    return Reply((Text(verdict),), documents=(file,), buttons=again)


def wholes(found: Iterable[bytes]) -> tuple[Mapping[str, Any], ...]:
    """What was inspected, each as JSON, as rows for a template."""
    return tuple(json.loads(whole) for whole in found)


def unfit(template: Template, whole: bytes) -> tuple[Message, ...]:
    """Why a template does not fit what was inspected, and what would; () if it does."""
    return misfit(template, json.loads(whole))


def refresh(call: Call) -> Button:
    """The same again, in the same message."""
    return Button(msg("Refresh"), call.argv, inplace=True, host=call.host.name)


def fitting(**given: bool) -> None:
    """Refuse options that would not be heard of together, by their names with `_` for `-`.

    Raises:
        UsageError: two of them were given.
    """
    names = [Code(f"--{name.replace('_', '-')}") for name, there in given.items() if there]
    if names[1:]:
        raise UsageError(msg("{one} and {other} don't go together.", one=names[0], other=names[1]))
