"""The cells of a terminal's screen: the one place that knows pyte, which keeps them.

pyte gives up a piece of text at the first character that has no width, and cares for none at the
edge; so drawing is our own. It is never fed: its parser raises on what no program should send, and
keeps what has no end. Colours are not kept, a chat has none.
"""

from __future__ import annotations

import copy
from collections import defaultdict

import pyte
import wcwidth
from pyte.modes import DECAWM, DECTCEM, IRM, LNM
from pyte.screens import Char, Cursor, StaticDefaultDict

_BLANK = Char(" ")
_STUB = Char("")  # the second half of a wide character
_MARKS = 8  # characters in one cell: a letter, and what is set on it
_KEPT = 4096
_PRIVATE = 5  # pyte keeps DEC's own modes shifted by so many bits
_CURSOR_KEYS = 1
_OWN_MODES = frozenset({_CURSOR_KEYS, DECAWM >> _PRIVATE, DECTCEM >> _PRIVATE})
_MODES = frozenset({IRM, LNM})

_Cells = StaticDefaultDict[int, Char]


class _Row(_Cells):
    """A row of cells. `goes_on`: what was written did not fit, and goes on in the next one."""

    goes_on = False


class Grid(pyte.Screen):
    """pyte's screen: as large as it is, whatever it is told."""

    def __init__(self, columns: int, rows: int) -> None:
        super().__init__(columns, rows)
        self.buffer = defaultdict(lambda: _Row(_BLANK))
        self._main: tuple[dict[int, _Cells], Cursor] | None = None
        self._known: dict[str, tuple[Char, int]] = {}

    @property
    def moves_cursor(self) -> bool:
        """Whether the program has asked for the other codes of the arrow keys (DECCKM)."""
        return _CURSOR_KEYS << _PRIVATE in self.mode

    def row(self, y: int) -> tuple[list[str], bool]:
        """The text of each cell of a row, and whether it goes on in the next."""
        cells = self.buffer[y]
        shown = [cells[x].data for x in range(self.columns)]
        return shown, isinstance(cells, _Row) and cells.goes_on

    def draw(self, data: str) -> None:
        """Put characters where the cursor is, and move it."""
        self._goes_on(self.cursor.y, on=False)
        for character in data.translate(self.g1_charset if self.charset else self.g0_charset):
            cell, width = self._cell(character)
            if width == 0:
                self._mark(character)
            elif width > 0:
                self._put(cell, width)

    def switch(self, modes: list[int], *, on: bool, own: bool) -> None:
        """Set or reset modes, DEC's `own` or the standard's: those that matter here."""
        known = _OWN_MODES if own else _MODES
        change = self.set_mode if on else self.reset_mode
        change(*(mode for mode in modes if mode in known), private=own)

    def alternate(self, *, on: bool) -> None:
        """Go to the second screen, which full-screen programs use, or back."""
        if on and self._main is None:
            self._main = dict(self.buffer), copy.copy(self.cursor)
            self.buffer.clear()
        elif not on and self._main is not None:
            rows, self.cursor = self._main
            self.buffer.clear()
            self.buffer.update(rows)
            self.margins = self._main = None

    def reset(self) -> None:
        """Begin anew."""
        super().reset()
        self.g1_charset = self.g0_charset  # as xterm has it: what is no text often shifts out
        self._main = None

    def save_cursor(self) -> None:
        """Remember where the cursor is: one place, as terminals do."""
        super().save_cursor()
        del self.savepoints[:-1]

    def erase_in_line(self, how: int = 0, private: bool = False) -> None:  # noqa: FBT001, FBT002 - pyte's signature
        """Erase the rest of the row (0), its beginning (1), or all of it (2)."""
        super().erase_in_line(how, private)
        if how != 1:
            self._goes_on(self.cursor.y, on=False)

    def erase_in_display(self, how: int = 0, *_: object, **__: object) -> None:
        """Erase the rest of the screen (0), its beginning (1), or all of it (2, 3)."""
        super().erase_in_display(how)
        here = self.cursor.y
        gone = {0: range(here, self.lines), 1: range(here)}.get(how, range(self.lines))
        for y in gone:
            self._goes_on(y, on=False)

    def index(self) -> None:
        """Down a row; at the lower margin all move up."""
        if self.cursor.y == self._margins()[1]:
            self.scroll(1)
        else:
            self.cursor_down()

    def reverse_index(self) -> None:
        """Up a row; at the upper margin all move down."""
        if self.cursor.y == self._margins()[0]:
            self.scroll(-1)
        else:
            self.cursor_up()

    def scroll(self, count: int) -> None:
        """Move what is between the margins up, or down if that is negative."""
        top, bottom = self._margins()
        buffer = self.buffer
        order = range(top, bottom + 1) if count > 0 else range(bottom, top - 1, -1)
        for y in order:
            if top <= y + count <= bottom and y + count in buffer:
                buffer[y] = buffer[y + count]
            else:
                buffer.pop(y, None)

    def _margins(self) -> tuple[int, int]:
        return self.margins or (0, self.lines - 1)

    def _goes_on(self, y: int, *, on: bool) -> None:
        row = self.buffer[y]
        if isinstance(row, _Row):
            row.goes_on = on

    def _cell(self, character: str) -> tuple[Char, int]:
        found = self._known.get(character)
        if found is None:
            found = Char(character), wcwidth.wcwidth(character)
            if len(self._known) < _KEPT:
                self._known[character] = found
        return found

    def _put(self, cell: Char, width: int) -> None:
        cursor = self.cursor
        if cursor.x + width > self.columns:
            if DECAWM in self.mode:
                self._goes_on(cursor.y, on=True)
                self.carriage_return()
                self.index()
                self._goes_on(cursor.y, on=False)
            else:
                cursor.x = self.columns - width
        if IRM in self.mode:
            self.insert_characters(width)
        row = self.buffer[cursor.y]
        row[cursor.x] = cell
        if width > 1:
            row[cursor.x + 1] = _STUB
        cursor.x += width

    def _mark(self, character: str) -> None:
        """Set an accent, or whatever has no width, on what was drawn last."""
        row, x = self.buffer[self.cursor.y], self.cursor.x - 1
        if x > 0 and row[x] is _STUB:
            x -= 1
        if x >= 0 and len(row[x].data) < _MARKS:
            row[x] = Char(row[x].data + character)
