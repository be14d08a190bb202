"""Writes docs/commands.md from the declarations: `python -m bot.reference`.

A test fails while the file is not current.
"""

from bot.reference.page import FILE, text

__all__ = ["FILE", "text"]
