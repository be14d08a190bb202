"""Where values come from: a tree of them, and for each key the place where it was given.

The environment wins over the file, key by key. A secret counts as one thing in its two spellings:
a token from the environment also beats a `token_file` in the file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.config.problem import Loc, Problem

Tree = dict[str, Any]
Keys = tuple[str, ...]

PREFIX = "PIERHEAD_"
SECTION = "telegram"
TOKEN, TOKEN_FILE = "token", "token_file"


@dataclass(frozen=True, slots=True)
class Source:
    """One source. A file's `name` is its path; `problems` are what kept it from being read."""

    tree: Tree = field(default_factory=dict)
    places: Mapping[Keys, str] = field(default_factory=dict)
    name: str = ""
    problems: tuple[Problem, ...] = ()
    open_to_all: bool = False


@dataclass(frozen=True, slots=True)
class Sources:
    """The environment over the file."""

    environment: Source
    file: Source

    def merged(self) -> Tree:
        """The values that count."""
        below = dict(self.file.tree)
        if _says_token(self.environment.tree) and isinstance(below.get(SECTION), dict):
            pair = {TOKEN, TOKEN_FILE}
            below[SECTION] = {k: v for k, v in below[SECTION].items() if k not in pair}
        return _merge(below, self.environment.tree)

    def place(self, loc: Loc) -> str:
        """Where the value of a key was given: by itself, or as a part of what is around it."""
        places = self.environment.places
        found = [places[k] for k in _around(loc) if k in places]
        if not self.in_file(loc):
            found += self.variables(loc)
        return next(iter(found), None) or self.line(loc) or variable(loc)

    def home(self, loc: Loc) -> str:
        """Where a key that is missing belongs: its table, or else any place that may give it."""
        if self.in_file(loc[:-1]):
            return self.line(loc[:-1])
        return next(iter(self.variables(loc[:-1])), self.file.name or variable(loc))

    def in_file(self, loc: Loc) -> bool:
        """Whether the file gives a key."""
        below: object = self.file.tree
        for key in map(str, loc):
            if isinstance(below, list):
                below = dict(zip(map(str, range(len(below))), below, strict=True))
            if not isinstance(below, dict) or key not in below:
                return False
            below = below[key]
        return True

    def line(self, loc: Loc) -> str:
        """The place in the file, as near as is known; empty without a file."""
        places = self.file.places
        return next((places[k] for k in _around(loc) if k in places), self.file.name)

    def variables(self, loc: Loc) -> list[str]:
        """The environment variables that set something at or below a key."""
        keys = tuple(map(str, loc))
        return [v for k, v in self.environment.places.items() if k[: len(keys)] == keys]

    def rank(self, problem: Problem) -> tuple[int, str, str]:
        """What problems are sorted by: the file from top to bottom, then the environment."""
        lines = list(self.file.places.values())
        if problem.place in lines:
            return (lines.index(problem.place), "", problem.key)
        last = -1 if problem.place == self.file.name else len(lines)
        return (last, problem.place, problem.key)


def variable(loc: Loc) -> str:
    """The environment variable of a key."""
    return PREFIX + "__".join(map(str, loc)).upper()


def _around(loc: Loc) -> list[Keys]:
    """A key, and the tables that it is in, from the inside out."""
    keys = tuple(map(str, loc))
    return [keys[:n] for n in range(len(keys), 0, -1)]


def _says_token(tree: Tree) -> bool:
    section = tree.get(SECTION)
    return isinstance(section, dict) and bool({TOKEN, TOKEN_FILE} & section.keys())


def _merge(below: Tree, above: Tree) -> Tree:
    merged = {**below, **above}
    for key in below.keys() & above.keys():
        if isinstance(above[key], dict):
            # A value where the file needs a table stays, so that it is told.
            table = isinstance(below[key], dict)
            merged[key] = _merge(below[key], above[key]) if table else below[key]
    return merged
