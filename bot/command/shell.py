"""How to say what only a shell understands: the line that hands it to one in the container.

`/exec web ls | wc -l` can't be run, for no shell runs here: `/exec web sh -c 'ls | wc -l'` can.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable

from bot.command.grammar import passed_on
from bot.command.line import COMPARING, Line, Script, ShellOnly, script, split
from bot.command.registry import Registry
from bot.command.spec import Command
from bot.errors import UsageError
from bot.message import Untrusted, msg
from bot.reply.untrusted import safe

_PLAIN = frozenset('"$`\\!')  # a shell would see more in these between double quotes
_SHOWN = 256  # characters: of more a message shows the beginning only
_PROGRAMS = frozenset({"container create", "container exec", "container run"})


def with_shell(
    error: ShellOnly, registry: Registry, offered: Callable[[Command], bool]
) -> UsageError:
    """The error with the line to send instead; as it is where there is none, or none `offered`."""
    try:
        line = _line(error, script(error.text), registry, offered)
    except UsageError:
        return error
    if line is None:
        return error
    return UsageError(
        error.message,
        msg("This gives it to a shell: {line}", line=Untrusted(line)),
        msg("Nothing was run."),
    )


def compared(error: ShellOnly, registry: Registry) -> Line | None:
    """The line, if its command compares: there `cpu > 80%` is no work of a shell.

    Raises:
        ShellOnly: another mark stands in it.
    """
    try:
        command, _ = registry.resolve(Line(script(error.text).words))
    except UsageError:
        return None
    if not command.compares:
        return None
    read = script(error.text, COMPARING)
    return Line(read.words, bool(read.repairs))


def _line(
    error: ShellOnly, read: Script, registry: Registry, offered: Callable[[Command], bool]
) -> str | None:
    """The line, where the mark stands in what a command hands on to a program."""
    command, words = registry.resolve(Line(read.words))
    if command.name not in _PROGRAMS or not offered(command):
        return None
    first = len(read.words) - len(passed_on(command, words))
    if first == len(read.words) or error.at <= read.starts[first]:
        return None
    line = f"{shlex.join(read.words[:first])} sh -c {_quoted(read.since(first))}"
    shown = len(line) <= _SHOWN and safe(Untrusted(line)) == line
    return line if shown and split(line).words[first:-1] == ("sh", "-c") else None


def _quoted(script: str) -> str:
    """In the quotes that a person would take."""
    return f'"{script}"' if "'" in script and _PLAIN.isdisjoint(script) else shlex.quote(script)
