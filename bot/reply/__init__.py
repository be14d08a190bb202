"""What a handler gives back, and the one place where text from outside is made safe to show."""

from bot.reply.chart import Chart, Line, Mark, Unit
from bot.reply.model import (
    Block,
    Button,
    Document,
    Excerpt,
    Filled,
    Fold,
    Outcome,
    Reply,
    Table,
    Text,
    Verb,
    say,
)

__all__ = [
    "Block",
    "Button",
    "Chart",
    "Document",
    "Excerpt",
    "Filled",
    "Fold",
    "Line",
    "Mark",
    "Outcome",
    "Reply",
    "Table",
    "Text",
    "Unit",
    "Verb",
    "say",
]
