"""`.dockerignore`: which members of a context stay behind, as `docker build` decides it.

The patterns are those of moby's patternmatcher: from the root, `*` and `?` stop at a slash, `**`
does not, `!` takes back what an earlier line left out, and what matches a folder matches all in it.
They are somebody's, so they run on an engine that takes linear time.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import re2

from bot.archive.bad import BadArchive
from bot.message import Untrusted, msg

NAME = ".dockerignore"
_MOST, _LONGEST, _TURNS = 1000, 1024, 100
_ANYTHING = frozenset("*?[]\\")
_WITHIN = "(?:/.*)?"  # what is in a folder that matches


@dataclass(frozen=True, slots=True)
class Ignore:
    """The patterns, those that follow each other with one meaning as one: `back` takes back."""

    turns: tuple[tuple[bool, Any], ...]

    def __call__(self, name: str) -> bool:
        """Whether a member stays behind; of all that match, the last pattern counts."""
        for back, pattern in reversed(self.turns):
            if pattern.fullmatch(name):
                return not back
        return False


def parse(content: bytes) -> Ignore:
    """The patterns of a file.

    Raises:
        BadArchive: one is none, or they are more than are meant.
    """
    lines = list(_lines(content.decode("utf-8-sig", "replace")))
    if len(lines) > _MOST or any(len(line) > _LONGEST for _, line in lines):
        raise _bad("…")
    turns = [
        (back, [line for _, line in each]) for back, each in groupby(lines, lambda one: one[0])
    ]
    if len(turns) > _TURNS:
        raise _bad("!")
    return Ignore(tuple((back, _compiled(patterns)) for back, patterns in turns))


def _lines(text: str) -> Iterator[tuple[bool, str]]:
    for line in text.split("\n"):
        pattern = line.strip()
        if not pattern or line.startswith("#"):
            continue
        back = pattern.startswith("!")
        clean = posixpath.normpath(pattern.removeprefix("!").strip()).lstrip("/")
        if back and not pattern[1:].strip():
            raise _bad(pattern)
        if clean not in {"", "."}:
            yield back, clean


def _compiled(patterns: list[str]) -> Any:  # noqa: ANN401 - re2 has no types
    try:
        for pattern in patterns:
            re2.compile(_expression(pattern))  # each for itself: together they might make sense
        return re2.compile("|".join(f"(?:{_expression(one)}){_WITHIN}" for one in patterns))
    except re2.error:
        raise _bad(next(iter(patterns))) from None


def _expression(pattern: str) -> str:
    """As a regular expression for a whole name."""
    if pattern.startswith("**") and not pattern.startswith("**/"):
        rest = pattern[2:]
        if not _ANYTHING & set(rest):
            return f".*{re2.escape(rest)}"
    found, at = "", 0
    while at < len(pattern):
        sign, at = pattern[at], at + 1
        if sign == "*" and pattern.startswith("*", at):
            at += 2 if pattern.startswith("/", at + 1) else 1
            found += "(?:.*/)?" if at < len(pattern) else ".*"
        elif sign == "*":
            found += "[^/]*"
        elif sign == "?":
            found += "[^/]"
        elif sign == "\\" and at < len(pattern):
            found, at = found + re2.escape(pattern[at]), at + 1
        elif sign in "[]^-":
            found += sign
        else:
            found += re2.escape(sign)
    return found


def _bad(pattern: str) -> BadArchive:
    return BadArchive(
        msg(
            "{name} has a line that is no pattern: {line}",
            name=Untrusted(NAME),
            line=Untrusted(pattern[:80]),
        )
    )
