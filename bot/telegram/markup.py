"""A text with marks, as Telegram understands it: as HTML, or as plain text with entities.

Both are made from the same value, so that what goes out when the HTML is refused says the same and
is no more tappable. Positions are in characters here, in UTF-16 units outside.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum
from html import escape
from typing import Any


class Kind(Enum):
    """What a mark makes of its text; the names are the Bot API's."""

    BOLD = "bold"
    CODE = "code"
    PRE = "pre"
    QUOTE = "expandable_blockquote"
    TAPPABLE = "bot_command"  # has no tag, apps find it; but it counts among the entities


_TAGS = {
    Kind.BOLD: ("<b>", "</b>"),
    Kind.CODE: ("<code>", "</code>"),
    Kind.PRE: ("<pre>", "</pre>"),
    Kind.QUOTE: ("<blockquote expandable>", "</blockquote>"),
}


@dataclass(frozen=True, slots=True)
class Mark:
    """A stretch of text. Marks never cross; one lies in another only inside a quote."""

    kind: Kind
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Rich:
    """A text with its marks, in order, the outer before the inner."""

    text: str
    marks: tuple[Mark, ...] = ()

    def part(self, start: int, end: int) -> Rich:
        """The stretch between two positions with what is marked of it."""
        inside = (m for m in self.marks if m.start < end and m.end > start)
        clipped = (
            replace(m, start=max(m.start, start) - start, end=min(m.end, end) - start)
            for m in inside
        )
        return Rich(self.text[start:end], tuple(clipped))

    def html(self) -> str:
        """For `parse_mode="HTML"`."""
        pieces: list[str] = []
        at = 0
        for position, tag in _tags(self.marks):
            pieces += (escape(self.text[at:position], quote=False), tag)
            at = position
        return "".join((*pieces, escape(self.text[at:], quote=False)))

    def entities(self) -> tuple[dict[str, Any], ...]:
        """For `entities`: the same marks, in UTF-16 units."""
        return tuple(
            {
                "type": mark.kind.value,
                "offset": units(self.text[: mark.start]),
                "length": units(self.text[mark.start : mark.end]),
            }
            for mark in self.marks
            if mark.kind in _TAGS
        )


def units(text: str) -> int:
    """The length of a text as Telegram counts it, in UTF-16 units."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le")) // 2


def fitting(text: str, limit: int) -> int:
    """How many characters of a text, from its beginning, fit into so many UTF-16 units."""
    end = min(len(text), limit)
    excess = units(text[:end]) - limit
    while excess > 0:
        end -= 1
        excess -= units(text[end])
    return end


def _tags(marks: tuple[Mark, ...]) -> Iterator[tuple[int, str]]:
    opened: list[Mark] = []
    for mark in marks:
        if mark.kind not in _TAGS:
            continue
        while opened and opened[-1].end <= mark.start:
            yield opened[-1].end, _TAGS[opened.pop().kind][1]
        opened.append(mark)
        yield mark.start, _TAGS[mark.kind][0]
    while opened:
        yield opened[-1].end, _TAGS[opened.pop().kind][1]
