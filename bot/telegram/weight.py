"""How much there is to render: whether a reply is made at once, or in a thread beside the loop."""

from __future__ import annotations

from pathlib import Path

from bot.message import Message, Names, Untrusted, Value
from bot.reply import Block, Document, Excerpt, Filled, Fold, Reply, Table, Text

_LEAST = 16  # characters, about, of a value that has no length of its own
_UNKNOWN = 1 << 20  # what a template makes of its rows is not known before


def weight(reply: Reply) -> int:
    """About how many characters are to be put into words and made safe."""
    blocks = sum(map(_block, reply.blocks))
    return blocks + sum(map(_document, reply.documents))


def _document(document: Document) -> int:
    content = document.content
    if isinstance(content, bytes):
        return len(content)
    return 0 if isinstance(content, Path) else _block(content)


def _block(block: Block) -> int:
    match block:
        case Text(message):
            return _value(message)
        case Excerpt(text):
            return _value(text)
        case Table(rows):
            return sum(_value(cell) for cells in rows for cell in cells)
        case Filled():
            return _UNKNOWN
        case Fold(inner):
            return sum(map(_block, inner))


def _value(value: Value) -> int:
    match value:
        case Message():
            return len(value.one) + sum(map(_value, value.values.values()))
        case Names(items):
            return sum(map(_value, items))
        case Untrusted(raw):
            return len(raw)
        case _:
            return _LEAST
