"""Pieces of Markdown: a table's line, code, plain words, a sentence with code in it."""

from __future__ import annotations

from collections.abc import Iterable

from bot.i18n import ENGLISH
from bot.message import Message
from bot.reply.words import Style, Words

_WORDS = Words("en", "UTC", ENGLISH, lambda: 0.0)


def line(*cells: Iterable[str]) -> str:
    """One line of a table; the parts of a cell stand below each other."""
    return f"| {' | '.join('<br>'.join(cell) for cell in cells)} |\n"


def code(words: str) -> str:
    """A command, an option or a name, as it is typed."""
    return f"`{_escaped(words)}`"


def plain(words: str) -> str:
    """Words that nothing in the table is broken by."""
    return _escaped(" ".join(words.split()))


def sentence(message: Message) -> str:
    """What a person would be told, in English."""
    runs = ((r.text, r.style is Style.CODE) for r in _WORDS.runs(message))
    return "".join(code(text) if is_code else _escaped(text) for text, is_code in runs)


def _escaped(words: str) -> str:
    return words.replace("|", r"\|")
