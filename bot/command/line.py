"""From a typed line to words, as a terminal would split it, and as a phone's keyboard spoils it.

No shell runs here, so what only a shell understands is refused with the form to use. What a phone
changed by itself (long dashes, curly quotes) is repaired at the start of words only, and told.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.errors import UsageError
from bot.message import Code, msg

_LONGEST = 4096  # characters of a Telegram message
_LONG_DASH = "—–―"
_PLAIN_QUOTES = "\"'"
_CURLY_QUOTES = {  # what each closes with: languages differ
    "“": "”",
    "”": "”",
    "„": "“”",
    "«": "»",
    "‘": "’",
    "‚": "‘’",
}
_SINGLE = "‘‚"
_ESCAPED = frozenset('"\\$`')  # what a backslash makes plain in double quotes
_SHELL = frozenset("|><&;`") | {"$("}
COMPARING = frozenset("<>")
_CONTINUED = re.compile(r"\\\r?\n")
_FIRST = re.compile(r"\w{1,2}")


@dataclass(frozen=True, slots=True)
class Line:
    """The words of a line; `repaired` when what was run is not to the letter what was typed."""

    words: tuple[str, ...]
    repaired: bool = False


class ShellOnly(UsageError):
    """Something that only a shell understands, at the place `at` of the line `text`."""

    def __init__(self, mark: str, text: str, at: int) -> None:
        super().__init__(
            msg("No shell runs here, so {mark} can't be used.", mark=Code(mark)),
            msg("In quotes it is plain text. Nothing was run."),
        )
        self.text = text
        self.at = at


@dataclass(frozen=True, slots=True)
class Script:
    """A line as a shell would be given it: its words, with the shell's marks as letters of them.

    `starts` says where in `text` each word begins, `repairs` what of it a phone has changed.
    """

    words: tuple[str, ...]
    starts: tuple[int, ...]
    text: str
    repairs: tuple[tuple[int, int, str], ...]

    def since(self, word: int) -> str:
        """The text from a word on to its end, repaired."""
        at, parts = self.starts[word], []
        for start, end, instead in self.repairs:
            if start >= at:
                parts += [self.text[at:start], instead]
                at = end
        return "".join((*parts, self.text[at:])).rstrip()


def split(text: str) -> Line:
    """Split one line into words, by the quoting rules of a POSIX shell.

    Raises:
        UsageError: for an unbalanced quote, a second line, or, as `ShellOnly`, a shell's mark.
    """
    if len(text) > _LONGEST:
        raise UsageError(msg("That is too long: {most} characters at most.", most=_LONGEST))
    if "\0" in text:
        raise UsageError(msg("There is a NUL in it, which no command line can hold."))
    scanner = _Scanner(text.lstrip())
    return Line(tuple(word for _, word in scanner.run()), bool(scanner.repairs))


def script(text: str, marks: frozenset[str] = _SHELL) -> Script:
    """Split a line in which these of a shell's marks may stand, as letters.

    Raises:
        UsageError: for an unbalanced quote, a second line, or, as `ShellOnly`, another mark.
    """
    scanner = _Scanner(text, marks)
    found = tuple(scanner.run())
    starts, words = tuple(start for start, _ in found), tuple(word for _, word in found)
    return Script(words, starts, text, tuple(scanner.repairs))


class _Scanner:
    """One pass over the text; `at` is where it stands. `marks` of a shell are letters here."""

    def __init__(self, text: str, marks: frozenset[str] = frozenset()) -> None:
        self.text = text
        self.at = 0
        self.repairs: list[tuple[int, int, str]] = []
        self.marks = marks

    def run(self) -> Iterator[tuple[int, str]]:
        """Each word, and where it begins."""
        while self.at < len(self.text):
            if self.text[self.at] == "\n":
                self._end()
            elif self.text[self.at].isspace():
                self.at += 1
            elif not self._goes_on():
                yield self.at, self._word()

    def _end(self) -> None:
        """The line is over; so must be the message."""
        if self.text[self.at :].strip():
            raise UsageError(
                msg("One command a message, please."),
                msg("To go on in a second line, end the first with {mark}.", mark=Code("\\")),
            )
        self.at = len(self.text)

    def _word(self) -> str:
        start, parts = self.at, []
        while self.at < len(self.text) and not self.text[self.at].isspace():
            char = self.text[self.at]
            if char in _PLAIN_QUOTES:
                parts.append(self._quoted(char))
            elif self.at == start and char in _CURLY_QUOTES and self._closes(_CURLY_QUOTES[char]):
                parts.append(self._curly(_CURLY_QUOTES[char]))
            elif self.at == start and char in _LONG_DASH:
                parts.append(self._dashes())
            elif not self._goes_on():
                parts.append(self._letter())
        return "".join(parts)

    def _goes_on(self) -> bool:
        """Step over the end of a line that is continued in the next."""
        found = _CONTINUED.match(self.text, self.at)
        if found:
            self.at = found.end()
        return found is not None

    def _letter(self) -> str:
        """One character outside quotes; a backslash makes the next one plain."""
        char = self.text[self.at]
        if char == "\\" and self.at + 1 < len(self.text):
            self.at += 2
            return self.text[self.at - 1]
        self._refuse_shell(char)
        self.at += 1
        return char

    def _quoted(self, quote: str) -> str:
        """What stands between quotes; in double quotes a backslash escapes, as in a shell."""
        out: list[str] = []
        self.at += 1
        while self.at < len(self.text):
            char = self.text[self.at]
            if quote == '"' and self._goes_on():
                continue
            self.at += 1
            if char == quote:
                return "".join(out)
            if quote == '"' and char == "\\" and self.text[self.at : self.at + 1] in _ESCAPED:
                char = self.text[self.at]
                self.at += 1
            out.append(char)
        raise UsageError(msg("A quote is opened and never closed: {quote}", quote=Code(quote)))

    def _closes(self, closing: str) -> int:
        """Where one of these comes first after this place, 0 for nowhere."""
        found = (self.text.find(mark, self.at + 1) for mark in closing)
        return min((place for place in found if place > 0), default=0)

    def _curly(self, closing: str) -> str:
        start, self.at = self.at, self._closes(closing) + 1
        plain = "'" if self.text[start] in _SINGLE else '"'
        self.repairs += [(start, start + 1, plain), (self.at - 1, self.at, plain)]
        return self.text[start + 1 : self.at - 1]

    def _dashes(self) -> str:
        """A phone makes — of --; before a single letter it was a short option's -."""
        self.at += 1
        rest = _FIRST.match(self.text, self.at)
        dashes = "-" if rest and len(rest.group()) == 1 else "--"
        self.repairs.append((self.at - 1, self.at, dashes))
        return dashes

    def _refuse_shell(self, char: str) -> None:
        mark = "$(" if self.text.startswith("$(", self.at) else char
        if mark in _SHELL - self.marks:
            raise ShellOnly(mark, self.text, self.at)
