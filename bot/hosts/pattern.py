"""A person's pattern for lines, on RE2: its time is linear, whatever the pattern.

`(a+)+$` on 28 letters held Python's `re` for 34 s. Here a text of many lines is searched as a
whole: never across a line's end, `^` and `$` being those of lines, without the slower groups.
"""

from __future__ import annotations

from collections.abc import Iterator

import re2

from bot.errors import UsageError
from bot.message import Untrusted, msg

_LONGEST = 500


class Pattern:
    """A compiled pattern.

    Raises:
        UsageError: if it is none, or too long.
    """

    def __init__(self, text: str) -> None:
        options = re2.Options()
        options.log_errors = False
        options.never_nl = True
        options.never_capture = True
        if len(text) > _LONGEST:
            raise UsageError(msg("The pattern is too long."))
        try:
            re2.compile(text.encode("utf-8", "replace"), options)
            # Only what is right by itself gets a group around it, so that "a)(b" stays wrong. A
            # match goes on to the end of its line, so that a line is found once, and through the
            # lines below that match as well: a match costs the same, however long it is. A line's
            # end is the byte between `$` and `^`: `never_nl` would let no `\n` match.
            whole = rf"(?m)(?:{text}).*(?:$\C^.*(?:{text}).*)*"
            options.max_mem *= 2  # what fits once fits twice
            self._regexp = re2.compile(whole.encode("utf-8", "replace"), options)
        except re2.error as error:
            shown, why = Untrusted(text), Untrusted(_why(error))
            raise UsageError(
                msg("{pattern} is not a pattern: {why}", pattern=shown, why=why)
            ) from error

    @property
    def size(self) -> int:
        """How much it is, in steps of its program: what a letter costs at worst grows with it."""
        found: int = self._regexp.programsize
        return found

    def runs(self, text: bytes) -> Iterator[tuple[int, int]]:
        """Where in `text` the lines stand that match, in order; their ends included.

        A run is one line, or several that follow one another. `text` is empty or ends with a line's
        end.
        """
        position = 0
        # Without the last line's end: after it there is no line that could be empty.
        for found in self._regexp.finditer(text, 0, len(text) - 1) if text else ():
            hit, end = found.span()
            # Not what is found behind broken UTF-8, or empty, in a line that was found already.
            if hit >= position:
                start = text.rfind(b"\n", position, hit) + 1 or position
                position = text.find(b"\n", end) + 1
                yield start, position


def _why(error: Exception) -> str:
    told = error.args[0] if error.args else ""
    return told.decode("utf-8", "replace") if isinstance(told, bytes) else str(told)
