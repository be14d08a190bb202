"""Writes docs/commands.md from the declarations: `python -m bot.reference`.

One table a noun, in the order of `handlers.COMMANDS`. A test fails while the file is not current.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path

import click

from bot.access.policy import Role
from bot.command.grammar import usage
from bot.command.spec import Command
from bot.config.roles import BUILT_IN, flatten
from handlers import COMMANDS

FILE = Path(__file__).parents[1] / "docs" / "commands.md"
_OWN = "Pierhead itself"
_OPENING = """\
# Commands

Made from the code by `python -m bot.reference`; change it there.

Every command is understood as with `docker`, as in `/container restart web`, by its shortcut, and
with its words joined, which makes it tappable: `/container_restart`. `@name` right after the
command names the host, `@all` means all of them. In brackets is the least of the built-in roles
that may: each may all that the one before it may, `viewer`, `operator`, `admin`, `owner`.

What a command can do decides whether it asks first: a *disruptive* one asks if it comes from a
button, a *destructive* one always, with the exact list of what would go. `/start` asks as well: a
link of Telegram's can type it for somebody.
"""
_HEAD = """\
| Command | What it does | Permission | Danger |
|---|---|---|---|
"""


def text(commands: Iterable[Command] = COMMANDS) -> str:
    """The whole page, as Markdown."""
    shown = sorted((c for c in commands if not c.hidden), key=lambda c: not c.path[1:])
    chapters = groupby(shown, key=_noun)
    return "\n".join((_OPENING, *(_chapter(noun, found) for noun, found in chapters)))


def main() -> None:
    """Write the file."""
    FILE.write_text(text(), encoding="utf-8")


def _noun(command: Command) -> str:
    return command.path[0] if command.path[1:] else _OWN


def _chapter(noun: str, commands: Iterable[Command]) -> str:
    return f"## {noun}\n\n{_HEAD}{''.join(map(_row, commands))}"


def _row(command: Command) -> str:
    danger = command.danger.name.lower() + (", asks" if command.asks else "")
    permission = f"{_code(command.permission)} ({_least_role(command.permission)})"
    cells = (_names(command), _deeds(command), (permission,), (danger,))
    return f"| {' | '.join('<br>'.join(cell) for cell in cells)} |\n"


def _names(command: Command) -> Iterator[str]:
    """The usage line, then every other name."""
    yield _code(usage(command))
    names = (command.name, *command.aliases)
    yield from (_code(f"/{name}") for name in names if f"/{name}" != command.spelling)


def _deeds(command: Command) -> Iterator[str]:
    yield from map(_plain, filter(None, (command.summary, *command.description.split("\n\n"))))
    for param in command.params:
        if isinstance(param, click.Option) and not param.hidden:
            yield f"{_option(param)}: {_plain(param.help or '')}{_default(param)}"
    if command.feature:
        yield f"Exists only with {_code(f'features.{command.feature}')}."


def _option(param: click.Option) -> str:
    value = "" if param.is_flag else f" {param.type.name.upper()}"
    return ", ".join(_code(name + value) for name in param.opts)


def _default(param: click.Option) -> str:
    given = isinstance(param.default, str | int) and not param.is_flag
    return f" ({param.default} unless told)" if given else ""


def _least_role(permission: str) -> str:
    globs = flatten({})
    return next((n for n in BUILT_IN if Role(n, globs[n]).grants(permission)), "none")


def _code(words: str) -> str:
    return f"`{words}`".replace("|", r"\|")


def _plain(words: str) -> str:
    return " ".join(words.split()).replace("|", r"\|")


if __name__ == "__main__":
    main()
