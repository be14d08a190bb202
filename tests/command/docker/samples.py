"""Docker's verbs declared as commands of ours: with every flag, whatever becomes of its value."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import click

from bot.command.call import Call
from bot.command.params import Targets
from bot.command.spec import Command
from bot.hosts.types import Kind
from bot.message import msg
from bot.reference.dockers import Flag, Verb
from bot.reply import Reply, say

WORDS = "words"


def declared(verb: Verb) -> Command:
    """A command that takes what the verb takes."""
    return Command(
        path=tuple(verb.name.split()),
        handler=_nothing,
        permission="box.try",
        act=msg("try"),
        summary="Try.",
        description="",
        params=(*map(_option, verb.flags), *_arguments(verb)),
    )


def place(flag: Flag) -> str:
    """The name of its value."""
    return flag.name.replace("-", "_")


async def _nothing(_call: Call, **_values: Any) -> Reply:  # noqa: ANN401 - whatever is declared
    return say(msg("tried"))


def _option(flag: Flag) -> click.Option:
    names = [*flag.names, place(flag)]
    if flag.takes_value:
        return click.Option(names, type=str, multiple=flag.repeats)
    return click.Option(names, is_flag=True, default=flag.default == "true")


def _arguments(verb: Verb) -> Iterator[click.Argument]:
    if verb.most is None and verb.stops:
        yield click.Argument(["first"])
        yield click.Argument([WORDS], nargs=-1)
    elif verb.most is None:
        yield Targets(Kind.CONTAINER, WORDS, nargs=-1, required=verb.least > 0, among=None)
    else:
        for n in range(verb.most):
            yield click.Argument([f"word{n}"], required=n < verb.least)
