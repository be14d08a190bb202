"""The environment: every variable that begins with `PIERHEAD_` is a key, its parts joined by `__`.

None is passed over: a misspelt one would otherwise leave the file's value, or the default, in force
without a word. Names are upper case, as the system tells case apart.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.config.kinds import FromEnvironment
from bot.config.problem import Problem, dotted, shown
from bot.config.source import PREFIX, Keys, Source, Tree
from bot.message import msg

_CHATS = ("access", "chats")
_LONGEST = 200  # characters of a variable's name that are shown


def read(environ: Mapping[str, str]) -> Source:
    """What the environment says."""
    tree: Tree = {}
    places: dict[Keys, str] = {}
    for name in sorted(environ):  # so that a table given as a whole comes before its keys
        if name.startswith(PREFIX):
            keys = _keys(name.removeprefix(PREFIX))
            _plant(tree, keys, FromEnvironment(environ[name]))
            places[keys] = shown(name, _LONGEST)
    twice = _both_value_and_table(places)
    problems = tuple(
        Problem(dotted(keys), places.pop(keys), msg("It is a table: set its keys one by one."))
        for keys in twice
    )
    return Source(tree, places, problems=problems)


def _keys(name: str) -> Keys:
    if name != name.upper():
        return (name,)  # no key has capitals: it will be unknown, and the right spelling suggested
    first, second, chat, *rest = (*name.lower().split("__"), "", "", "")
    if (first, second) == _CHATS and chat.startswith("_"):
        # The shell allows no "-" in a name, and the id of a group begins with one.
        return (*_CHATS, "-" + chat[1:], *rest[:-3])
    return tuple(name.lower().split("__"))


def _plant(tree: Tree, keys: Keys, value: str) -> None:
    *tables, last = keys
    for table in tables:
        below: Any = tree.get(table)
        if not isinstance(below, dict):
            below = tree[table] = {}
        tree = below
    tree[last] = value


def _both_value_and_table(places: Mapping[Keys, str]) -> list[Keys]:
    tables = {keys[:n] for keys in places for n in range(1, len(keys))}
    return [keys for keys in places if keys in tables]
