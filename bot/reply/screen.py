"""What a terminal would show of a program's output.

Its bytes are taken apart here. Whatever comes, the screen stays as large as it is, nothing raises,
and nothing is answered: no output can type. A row that goes on in the next is one line, so that a
secret is found across the edge.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable

from bot.reply.grid import Grid

_CURSOR = "█"
_UNENDED = 4096  # characters of a string (a title, say) that never ends
_HALF = 64  # characters of a sequence that has begun
_FAR = 999
_ALTERNATE = frozenset({47, 1047, 1049})

_TOKEN = re.compile(
    r"(?P<text>[^\x00-\x1f\x7f-\x9f]+)"
    r"|(?P<control>[\x08-\x0f])"
    r"|\x1b\[(?P<private>[<-?]?)(?P<numbers>[0-9:;]*)(?P<between>[ -/]*)(?P<final>[@-~])"
    r"|(?P<string>\x1b[PX\]^_])"
    r"|\x1b(?P<escape>(?!\[)[ -/]*[0-~])"
    r"|(?P<half>\x1b(?:\[[0-?]*[ -/]*|[ -/]*)?\Z)"
)
_STRING_END = re.compile("\x07|\x1b\\\\|\x9c|\x18|\x1a")
# What moves, erases or shifts, and how many numbers it takes.
_MOVES = {
    "@": ("insert_characters", 1),
    "A": ("cursor_up", 1),
    "B": ("cursor_down", 1),
    "C": ("cursor_forward", 1),
    "D": ("cursor_back", 1),
    "E": ("cursor_down1", 1),
    "F": ("cursor_up1", 1),
    "G": ("cursor_to_column", 1),
    "H": ("cursor_position", 2),
    "L": ("insert_lines", 1),
    "M": ("delete_lines", 1),
    "P": ("delete_characters", 1),
    "X": ("erase_characters", 1),
    "`": ("cursor_to_column", 1),
    "a": ("cursor_forward", 1),
    "d": ("cursor_to_line", 1),
    "e": ("cursor_down", 1),
    "f": ("cursor_position", 2),
    "r": ("set_margins", 2),
    "s": ("save_cursor", 0),
    "u": ("restore_cursor", 0),
}
_PLAIN = {
    "\x08": ("backspace",),
    "\t": ("tab",),
    "\n": ("linefeed",),
    "\x0b": ("linefeed",),
    "\x0c": ("linefeed",),
    "\r": ("carriage_return",),
    "\x0e": ("shift_out",),
    "\x0f": ("shift_in",),
    "7": ("save_cursor",),
    "8": ("restore_cursor",),
    "D": ("index",),
    "E": ("index", "carriage_return"),
    "H": ("set_tab_stop",),
    "M": ("reverse_index",),
    "c": ("reset",),
}
_LAST_ERASE = {"J": 3, "K": 2}


class Screen:
    """A terminal of so many columns and rows; takes bytes, gives text."""

    def __init__(self, columns: int, rows: int) -> None:
        self._grid = Grid(columns, rows)
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._held = ""
        self._string = 0  # characters that may still come of a string, which shows nothing

    @property
    def moves_cursor(self) -> bool:
        """Whether the program has asked for the other codes of the arrow keys."""
        return self._grid.moves_cursor

    def feed(self, data: bytes) -> None:
        """Show some more. A byte takes 1 to 8 µs."""
        text = self._held + self._decoder.decode(data)
        self._held, at = "", 0
        while at < len(text):
            at = self._skip(text, at) if self._string else self._step(text, at)

    def text(self, *, cursor: bool = False) -> str:
        """What is on it, without what is blank at its end; `cursor` shows where that is."""
        lines, line = [], ""
        for y in range(self._grid.lines):
            cells, goes_on = self._grid.row(y)
            if cursor:
                self._show_cursor(cells, y)
            line += "".join(cells)
            if not goes_on:
                lines.append(line.rstrip(" "))
                line = ""
        return "\n".join((*lines, line)).rstrip("\n ")

    def _show_cursor(self, cells: list[str], y: int) -> None:
        place = self._grid.cursor
        here = y == place.y and place.x < self._grid.columns and not place.hidden
        if here and cells[place.x] == " ":
            cells[place.x] = _CURSOR

    def _step(self, text: str, at: int) -> int:
        """Do what stands there; where the next begins."""
        found = _TOKEN.match(text, at)
        if found is None:
            return at + 1  # what no terminal knows
        kind = "final" if found["final"] else found.lastgroup
        match kind:
            case "text":
                self._grid.draw(found["text"])
            case "control" | "escape":
                self._plain(found[kind])
            case "final":
                self._sequence(found)
            case "string":
                self._string = _UNENDED
            case _:
                self._held = text[at:] if len(text) - at <= _HALF else ""
        return found.end()

    def _skip(self, text: str, at: int) -> int:
        """Leave out a string; one that does not end is given up."""
        end = _STRING_END.search(text, at, at + self._string)
        if end is not None:
            self._string = 0
            return end.end()
        if len(text) - at > self._string:
            at, self._string = at + self._string, 0
            return at
        self._held = "\x1b" if text.endswith("\x1b") else ""
        self._string -= len(text) - at - len(self._held)
        return len(text)

    def _plain(self, code: str) -> None:
        """A control character, or an escape without numbers."""
        if code[0] in "()" and len(code) > 1:
            self._grid.define_charset(code[1], mode=code[0])
        for name in _PLAIN.get(code, ()):
            self._call(name)

    def _sequence(self, found: re.Match[str]) -> None:
        """A control sequence: what moves, erases or sets something; else nothing."""
        final, private = found["final"], found["private"]
        if found["between"] or private not in {"", "?"} or ":" in found["numbers"]:
            return
        numbers = [int(number[-5:] or 0) for number in found["numbers"].split(";")]
        if final in "hl":
            if private and _ALTERNATE & set(numbers):
                self._grid.alternate(on=final == "h")
            self._grid.switch(numbers, on=final == "h", own=bool(private))
        elif final in _LAST_ERASE and numbers[0] <= _LAST_ERASE[final]:
            self._call("erase_in_display" if final == "J" else "erase_in_line", numbers[0])
        elif final in "ST" and not private:
            count = min(numbers[0] or 1, _FAR)
            self._grid.scroll(count if final == "S" else -count)
        elif final == "g":
            self._grid.clear_tab_stop(numbers[0])
        elif final in _MOVES and not private:
            name, most = _MOVES[final]
            self._call(name, *(min(number, _FAR) or None for number in numbers[:most]))

    def _call(self, name: str, *numbers: int | None) -> None:
        work: Callable[..., None] = getattr(self._grid, name)
        work(*numbers)
