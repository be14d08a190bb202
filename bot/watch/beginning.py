"""The beginning of a text that may hold secrets, cut before those are masked.

Half a secret is one that nothing recognizes, so what is cut in two is left out: back to a blank or
a quote.
"""

from __future__ import annotations

import re

_CUT = "…"
_LAST = re.compile(r"[^\s\"']+\Z")


def beginning(text: str, most: int) -> str:
    """At most so many characters of it, with a "…" where there is more."""
    if len(text) <= most:
        return text
    whole = text[:most] if text[most].isspace() else _LAST.sub("", text[:most])
    return whole.rstrip() + _CUT
