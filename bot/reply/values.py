"""How secrets are searched for, and how a value is given: in quotes, or bare up to white space.

RE2 finds, over bytes: half a character cannot hide a secret. What it has found is taken apart by
`re`, from there on, with patterns that never go back (possessive ones).
"""

from __future__ import annotations

import re
from typing import Any

import re2

Region = tuple[int, int]

SEAM = b"\f"  # between the words of a list: white space, but neither a blank nor a line's end
# The next word of a command line, or of a list that was written as JSON.
NEXT = r"""(?:\\*["'],[ \t]*|[ \t\f]+)"""

# In a string within a string, too, whose quotes are `\"`, and `\\\"` is a quote within. What is cut
# off needs no second quote.
_VALUE = re.compile(
    rb"""(\\++)(["'])((?:(?!\2)[^\\\n]|\\++(?!\2)|\1\\++\2)*+)"""
    rb"""|(["'])((?:(?!\4)[^\\\n]|\\[^\n])*+)"""
    rb"""|((?:[^"'\- \t\r\n\f]|-++[^"\- \t\r\n\f])[^" \t\r\n\f]*+)"""
)
_QUOTE_ENDS, _APOSTROPHE_ENDS, _BARE_ENDS = r"\"\n", r"'\n", r"\s\""
_NOTHING = frozenset({b"null", b"none", b"nil", b"true", b"false", b"undefined"})


def compiled(pattern: str, *, ignore_case: bool = True) -> Any:  # noqa: ANN401 - re2 has no types
    """A pattern over the bytes of UTF-8, whatever they are."""
    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1
    options.case_sensitive = not ignore_case
    options.log_errors = False
    return re2.compile(pattern.encode("utf-8", "surrogatepass"), options)


def unmasked(ends: str) -> str:
    """A pattern: the beginning of what is no mask already, none of the ends before it."""
    return rf"(?:\xe2\x80\xa2)*(?:[^{ends}\xe2]|\xe2[^\x80]|\xe2\x80[^\xa2])"


# Where a value begins that is no mask already, so that a second look finds nothing again.
NEW_VALUE = (
    rf"""(?:\\*"{unmasked(_QUOTE_ENDS)}|\\*'{unmasked(_APOSTROPHE_ENDS)}|{unmasked(_BARE_ENDS)})"""
)


def value(data: bytes, at: int) -> Region | None:
    """Where the value is that begins here, if there is one; "none" tells that there is none."""
    match = _VALUE.match(data, at)
    if match is None or match[match.lastindex or 0].rstrip(b",;})]").lower() in _NOTHING:
        return None
    return match.span(match.lastindex or 0)
