"""From a typed line to words, as a terminal would split it, and as a phone's keyboard spoils it.

No shell runs here, so what only a shell understands is refused with the form to use. What a phone
changed by itself (long dashes, curly quotes) is repaired at the start of words only, and told.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.errors import UsageError
from bot.message import Code, msg

_LONG_DASH = "—–―"
_QUOTES = {'"': '"', "'": "'", "“": "”", "„": "“", "«": "»", "‘": "’"}
_SHELL = ("|", ">", "<", "&", ";", "`", "$(")
_CONTINUED = re.compile(r"[ \t]*\\\r?\n[ \t]*")


@dataclass(frozen=True, slots=True)
class Line:
    """The words of a line; `repaired` when what was run is not to the letter what was typed."""

    words: tuple[str, ...]
    repaired: bool = False


def split(text: str) -> Line:
    """Split one line into words, by the quoting rules of a POSIX shell.

    Raises:
        UsageError: for an unbalanced quote, a second line, or what only a shell can do.
    """
    return _Scanner(_CONTINUED.sub(" ", text.strip())).run()


class _Scanner:
    """One pass over the text; `at` is where it stands."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.repaired = False

    def run(self) -> Line:
        words: list[str] = []
        while self.at < len(self.text):
            if self.text[self.at] == "\n":
                raise UsageError(
                    msg("One command a message, please."),
                    msg("To go on in a second line, end the first with {mark}.", mark=Code("\\")),
                )
            if self.text[self.at].isspace():
                self.at += 1
            else:
                words.append(self._word())
        return Line(tuple(words), self.repaired)

    def _word(self) -> str:
        start, parts = self.at, []
        while self.at < len(self.text) and not self.text[self.at].isspace():
            char = self.text[self.at]
            if char in "\"'" or (char in _QUOTES and self.at == start and self._pairs(char)):
                parts.append(self._quoted(char))
            elif char in _LONG_DASH and self.at == start:
                parts.append(self._dashes())
            elif char == "\\" and self.at + 1 < len(self.text):
                parts.append(self.text[self.at + 1])
                self.at += 2
            else:
                self._refuse_shell()
                parts.append(char)
                self.at += 1
        return "".join(parts)

    def _pairs(self, quote: str) -> bool:
        return _QUOTES[quote] in self.text[self.at + 1 :]

    def _quoted(self, quote: str) -> str:
        """What stands between quotes; in double quotes a backslash escapes, as in a shell."""
        close = _QUOTES[quote]
        out: list[str] = []
        self.at += 1
        self.repaired |= quote not in "\"'"
        while self.at < len(self.text):
            char = self.text[self.at]
            self.at += 1
            if char == close:
                return "".join(out)
            if quote == '"' and char == "\\" and self.text[self.at : self.at + 1] in {'"', "\\"}:
                char = self.text[self.at]
                self.at += 1
            out.append(char)
        raise UsageError(msg("A quote is opened and never closed: {quote}", quote=Code(quote)))

    def _dashes(self) -> str:
        """A phone makes — of --; before a single letter it was a short option's -."""
        self.at += 1
        self.repaired = True
        rest = re.match(r"\w+", self.text[self.at :])
        return "-" if rest and len(rest.group()) == 1 else "--"

    def _refuse_shell(self) -> None:
        for mark in _SHELL:
            if self.text.startswith(mark, self.at):
                raise UsageError(
                    msg("No shell runs here, so {mark} can't be used.", mark=Code(mark)),
                    msg("In quotes it is plain text. Nothing was run."),
                    msg("For a shell in a container: {form}", form=Code("sh -c '…'")),
                )
