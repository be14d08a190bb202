"""A table as lines of monospace text, aligned by what a phone shows, not by what Python counts.

A Chinese letter or an emoji takes two columns, an accent none. The first column is the one that is
cut; the others only where they alone are wider than the screen.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from bot.reply.model import Table
from bot.reply.redact import Redactor
from bot.reply.untrusted import CUT, without_half_escape
from bot.reply.words import Words

_LEAST = 10  # columns that the first one keeps
_GAP = 2


def width(text: str) -> int:
    """How many columns a text takes."""
    return len(text) if text.isascii() else sum(map(_columns, text))


def fit(text: str, columns: int) -> str:
    """The text, cut with "…" so that it takes no more columns than that."""
    if width(text) <= columns:
        return text
    taken = 1  # for the "…"
    for position, character in enumerate(text):
        taken += _columns(character)
        if taken > columns:
            return without_half_escape(text[:position]) + CUT
    return text


def lines(table: Table, words: Words, redactor: Redactor) -> list[str]:
    """The rows, head first, none wider than the table's width, if it has one."""
    rows = [[words.plain(value) for value in row] for row in (table.head, *table.rows) if row]
    if redactor.regions("\n".join(cell for row in rows for cell in row)):
        rows = [[redactor.text(cell) for cell in row] for row in rows]
    count = max(map(len, rows), default=0)
    filled = [row + [""] * (count - len(row)) for row in rows]
    widths = _widths(filled, table.width)
    return [_line(row, widths, table.right) for row in filled]


@lru_cache(4096)
def _columns(character: str) -> int:
    if unicodedata.category(character) in {"Mn", "Me"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _widths(rows: Sequence[Sequence[str]], room: int | None) -> list[int]:
    widths = [max(map(width, column)) for column in zip(*rows, strict=True)]
    if not widths or room is None:
        return widths
    room -= _GAP * (len(widths) - 1)
    first = min(widths[0], _LEAST)
    while len(widths) > 1 and first + sum(widths[1:]) > room and max(widths[1:]) > 1:
        widest = max(range(1, len(widths)), key=widths.__getitem__)
        widths[widest] -= 1
    widths[0] = max(min(widths[0], room - sum(widths[1:])), 0)
    return widths


def _line(row: Sequence[str], widths: Sequence[int], right: frozenset[int]) -> str:
    cells = []
    for column, (text, columns) in enumerate(zip(row, widths, strict=True)):
        shown = fit(text, columns)
        blank = " " * (columns - width(shown))
        cells.append(blank + shown if column in right else shown + blank)
    return (" " * _GAP).join(cells).rstrip()
