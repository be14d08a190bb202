"""What people read, kept as files, so that a change of it is seen: `UPDATE_GOLDENS=1` writes them.

A golden is the message with Telegram's tags, and its keyboard below.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from sandbox import Seen
from tests.e2e.talk import screen

FOLDER = Path(__file__).parent / "goldens"
COLUMNS = 34
LINES = 16  # a screen of twelve, the verdict, and a note or two


@dataclass(frozen=True)
class Goldens:
    """Those of one language."""

    language: str

    def file(self, name: str, content: str) -> str:
        """What a file was agreed to hold."""
        path = FOLDER / f"{name}.txt"
        if os.environ.get("UPDATE_GOLDENS"):
            path.write_text(content)
        return path.read_text()

    def check(self, name: str, seen: Seen) -> None:
        """The message is as it was agreed to be, and fits a phone."""
        path, said = FOLDER / f"{name}.{self.language}.txt", written(seen)
        if os.environ.get("UPDATE_GOLDENS"):
            path.write_text(said)
        assert said == path.read_text()
        assert len(screen(seen)) <= LINES
        assert all(len(line) <= COLUMNS for line in monospace(seen))


def written(seen: Seen) -> str:
    """The message and its keyboard, as a file."""
    rows = ("".join(f"[{label}]" for label in row) for row in seen.buttons)
    return "\n".join((seen.html, *rows)) + "\n"


def monospace(seen: Seen) -> list[str]:
    """The lines of the tables and excerpts."""
    units = seen.text.encode("utf-16-le")
    pieces = (
        units[2 * e.offset : 2 * (e.offset + e.length)].decode("utf-16-le")
        for e in seen.entities
        if e.type == "pre"
    )
    return [line for piece in pieces for line in piece.splitlines()]
