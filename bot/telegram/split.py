"""A long text in as many messages as it takes, cut where it hurts least.

Telegram takes 4,096 characters after parsing (counted in UTF-16 units here, which is stricter) and
silently drops what comes after the 100th entity: a name that thereby fell out of its code would be
tappable, so that a message ends before. Such a text stays below the 32,768 bytes of raw HTML too:
an escaped character takes 5 bytes at most, a pair of tags 37.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from bot.reply.untrusted import without_half_escape
from bot.telegram.markup import Rich, fitting

LIMIT = 4096
CAPTION = 1024
MARKS = 90  # less than 100: apps find some in our own words, too


def split(rich: Rich, limit: int = LIMIT) -> list[Rich]:
    """The text in parts of at most `limit` UTF-16 units and `MARKS` marks, none of them blank."""
    return [part for part in _parts(rich, limit) if part.text.strip()]


def _parts(rich: Rich, limit: int) -> Iterator[Rich]:
    text, start = rich.text, 0
    while start < len(text):
        end = _end(rich, start, limit)
        yield rich.part(start, end)
        start = end + 1 if text[end : end + 1] == "\n" else end


def _end(rich: Rich, start: int, limit: int) -> int:
    """Where the part that begins at `start` ends: a line, else a word, else what may be cut."""
    text = rich.text
    furthest = min(start + fitting(text[start : start + limit], limit), _crowded(rich, start))
    if furthest >= len(text):
        return len(text)
    middle = start + (furthest - start) // 2
    for mark in "\n ":
        found = text.rfind(mark, middle, furthest + 1)
        if found > start:
            return found
    whole = start + len(without_half_escape(text[start:furthest]))
    end = whole if whole > middle else furthest
    while end > middle and unicodedata.category(text[end])[0] == "M":
        end -= 1
    return max(end, start + 1)


def _crowded(rich: Rich, start: int) -> int:
    """Where one mark too many begins."""
    ahead = [mark for mark in rich.marks if mark.end > start]
    return max(ahead[MARKS].start, start + 1) if len(ahead) > MARKS else len(rich.text)
