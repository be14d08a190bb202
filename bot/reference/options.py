"""The table of a command's options: what is understood, what is Pierhead's own, what is refused."""

from __future__ import annotations

from collections.abc import Iterator

import click

from bot.command.grammar import options
from bot.command.params import Refused
from bot.command.spec import Command
from bot.reference.dockers import Flag, verbs
from bot.reference.markdown import code, line, plain, sentence

_HEAD = "| Option | Here | What it does, or why not |\n|---|---|---|\n"
_PLAIN_HEAD = "| Option | What it does |\n|---|---|\n"


def table(command: Command) -> str:
    """What the command takes, "" if it takes nothing."""
    flags = next((v.flags for v in verbs() if v.name == command.name), None)
    rows = "".join(_plain_rows(command) if flags is None else _rows(command, flags))
    head = _PLAIN_HEAD if flags is None else _HEAD
    return rows and f"\n### {command.name}\n\n{head}{rows}"


def _plain_rows(command: Command) -> Iterator[str]:
    for param in options(command):
        yield line((_names(param),), (_help(param),))
    for names, why in _refusals(command):
        yield line((names,), (f"Not in a chat: {why}",))


def _rows(command: Command, flags: tuple[Flag, ...]) -> Iterator[str]:
    """In Docker's order; then what is Pierhead's own; then what is refused."""
    places = {name: n for n, flag in enumerate(flags) for name in flag.names}
    known = [(_place(param, places), param) for param in options(command)]
    for place, param in sorted(known, key=lambda k: k[0]):
        yield line((_names(param),), ("own" if place == len(places) else "yes",), (_help(param),))
    for names, why in _refusals(command):
        yield line((names,), ("no",), (why,))


def _place(param: click.Option, places: dict[str, int]) -> int:
    return min(places.get(name, len(places)) for name in param.opts)


def _refusals(command: Command) -> Iterator[tuple[str, str]]:
    """The options that are refused, those for the same reason together, by the first's name."""
    refused = [p for p in command.params if isinstance(p, Refused)]
    reasons: dict[str, list[str]] = {}
    for param in sorted(refused, key=lambda p: p.opts[-1]):
        reasons.setdefault(sentence(param.why), []).append(", ".join(map(code, param.opts)))
    for why, names in reasons.items():
        yield "<br>".join(names), why


def _names(param: click.Option) -> str:
    value = "" if param.is_flag else f" {param.type.name.upper()}"
    return ", ".join(code(name + value) for name in param.opts)


def _help(param: click.Option) -> str:
    given = isinstance(param.default, str | int) and not param.is_flag
    return plain(param.help or "") + (f" ({param.default} unless told)" if given else "")
