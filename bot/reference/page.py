"""The page itself: one table a noun, in the order of `handlers.COMMANDS`, then what each takes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path

from bot.access.policy import Role
from bot.command.grammar import usage
from bot.command.spec import Command
from bot.config.roles import BUILT_IN, flatten
from bot.reference.markdown import code, line, plain
from bot.reference.options import table
from handlers import COMMANDS

FILE = Path(__file__).parents[2] / "docs" / "commands.md"
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

Below the commands of a noun stand their options. Of `docker container` and `docker image` it is
every flag that Docker 28 has: *yes* where it does what it does there, *no* where it would make no
sense in a chat, with the reason that whoever types it is told, *own* where Docker has none. They
are spelled as with Docker: `--tail 5`, `--tail=5`, `-n5`, `-itm 5m`, `--rm=false`.
"""
_HEAD = """\
| Command | What it does | Permission | Danger |
|---|---|---|---|
"""


def text(commands: Iterable[Command] = COMMANDS) -> str:
    """The whole page, as Markdown."""
    shown = sorted((c for c in commands if not c.hidden), key=lambda c: not c.path[1:])
    chapters = groupby(shown, key=_noun)
    return "\n".join((_OPENING, *(_chapter(noun, tuple(found)) for noun, found in chapters)))


def _noun(command: Command) -> str:
    return command.path[0] if command.path[1:] else _OWN


def _chapter(noun: str, commands: tuple[Command, ...]) -> str:
    options = "".join(map(table, commands))
    return f"## {noun}\n\n{_HEAD}{''.join(map(_row, commands))}{options}"


def _row(command: Command) -> str:
    danger = command.danger.name.lower() + (", asks" if command.asks else "")
    permission = f"{code(command.permission)} ({_least_role(command.permission)})"
    return line(_names(command), _deeds(command), (permission,), (danger,))


def _names(command: Command) -> Iterator[str]:
    """The usage line, then every other name."""
    yield code(usage(command))
    names = (command.name, *command.aliases)
    yield from (code(f"/{name}") for name in names if f"/{name}" != command.spelling)


def _deeds(command: Command) -> Iterator[str]:
    yield from map(plain, filter(None, (command.summary, *command.description.split("\n\n"))))
    if command.feature:
        yield f"Exists only with {code(f'features.{command.feature}')}."


def _least_role(permission: str) -> str:
    globs = flatten({})
    return next((n for n in BUILT_IN if Role(n, globs[n]).grants(permission)), "none")
