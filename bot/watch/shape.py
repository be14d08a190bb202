"""The shape of a line: what is left of it without what differs each time it is written."""

from __future__ import annotations

import re

_LONGEST = 300
# In this order: a UUID is hex too, and hex has digits. Each part is linear in the line.
_PARTS = (
    (re.compile(r'"[^"]*"|\'[^\']*\''), "<text>"),
    (re.compile(r"\b[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\b"), "<id>"),
    (re.compile(r"\b0x[0-9a-fA-F]+\b|\b(?=[a-f]*\d)[0-9a-f]{8,}\b"), "<id>"),
    (re.compile(r"\d+"), "<n>"),
)


def shape(line: str) -> str:
    """Lines that tell the same have the same, whatever numbers, names and times are in them."""
    line = line[:_LONGEST]
    for part, name in _PARTS:
        line = part.sub(name, line)
    return line
