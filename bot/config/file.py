"""The file: its values, and the line of each key, which tomllib does not tell.

A statement is parsed by itself as soon as it is whole, so that finding the lines takes one pass and
the real parser: quotes, dots and lists over many lines are its business. tomllib's own words are
never shown, as they may quote the text.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from bot.config.problem import Problem, Refused, shown
from bot.config.reading import read as read_text
from bot.config.source import Keys, Source, Tree
from bot.message import msg

_LARGEST = 256 * 1024  # bytes: thousands of people
_LONGEST = (
    500  # lines of one statement; from a longer one on, keys are told with the line of their table
)
_PATH = 200  # characters of the path that are shown
_LINE = re.compile(r"\(at line (\d+), column \d+\)$")


def read(path: Path) -> Source:
    """What the file says, or why it could not be read."""
    name = shown(str(path), _PATH)
    try:
        content = read_text(path, _LARGEST)
    except Refused as refused:
        return Source(name=name, problems=(Problem("", name, refused.faults[0][1]),))
    try:
        tree = tomllib.loads(content.text)
    except (ValueError, RecursionError) as error:  # ValueError: also a number of 5,000 digits
        found = _LINE.search(str(error))
        broken = _not_toml(name, content.text, int(found[1]) if found else None)
        return Source(name=name, problems=(broken,))
    places = {keys: f"{name}:{line}" for keys, line in lines(content.text).items()}
    return Source(tree, places, name, open_to_all=content.open_to_all)


def _not_toml(name: str, text: str, line: int | None) -> Problem:
    if line is not None:
        reason = msg("This line is no TOML: text needs quotes, a list needs brackets.")
        return Problem("", f"{name}:{line}", reason)
    first = next((first for first, _, tree in _statements(text) if tree is None), 1)
    reason = msg("What begins here is no TOML: is a quote or a bracket still open?")
    return Problem("", f"{name}:{first}", reason)


def lines(text: str) -> dict[Keys, int]:
    """The line on which each key and table is first given, of a text that is known to be TOML.

    Of tables that come several times, `[[alert]]`, the number of each, from 0, is part of its keys.
    """
    found: dict[Keys, int] = {}
    table: Keys = ()
    many: Counter[Keys] = Counter()
    for first, statement, tree in _statements(text):
        given = list(_walk(tree or {}))
        if statement.lstrip().startswith("["):
            table, given = max(given, key=len, default=()), [()]
        if statement.lstrip().startswith("[["):
            found.setdefault(table, first)
            many[table] += 1
            table = (*table, str(many[table] - 1))
        for keys in given:
            found.setdefault((*table, *keys), first)
    return found


def _statements(text: str) -> Iterator[tuple[int, str, Tree | None]]:
    """Each statement with its first line and its values; at the end one that is not whole."""
    statement, first = "", 1
    for number, line in enumerate(text.split("\n"), 1):
        statement += line + "\n"
        tree = _parsed(statement)
        if tree is not None:
            yield first, statement, tree
            statement, first = "", number + 1
        elif number - first >= _LONGEST:
            break
    if statement:
        yield first, statement, None


def _parsed(statement: str) -> Tree | None:
    try:
        return tomllib.loads(statement)
    except (ValueError, RecursionError):
        return None


def _walk(tree: Tree) -> Iterator[Keys]:
    for key, value in tree.items():
        yield (key,)
        if isinstance(value, dict):
            yield from ((key, *rest) for rest in _walk(value))
        for number, one in enumerate(value if isinstance(value, list) else ()):
            if isinstance(one, dict):
                yield from ((key, str(number), *rest) for rest in _walk(one))
