"""The words of a template, one after the other, and the text around what has braces."""

from __future__ import annotations

import re

from bot.message import Code, Untrusted, msg
from bot.reply.template import FUNCTIONS, NoTemplate

EXAMPLE = "json / '{{.Names}}: {{.Status}}' / 'table {{.ID}}\\t{{.Names}}'"
JSON = "{{json .}}"
_MOST = 256
_TOKEN = re.compile(
    r"""(?P<end>\s*(?:(?<=\s)-)?\}\})|(?P<blank>\s+)|(?P<text>"(?:[^"\\]|\\.)*"|`[^`]*`|“[^”]*”)"""
    r"""|(?P<number>-?[0-9]{1,9})(?![\w.])|(?P<field>\.[^\W\d]\w*|\.)|(?P<name>[^\W\d]\w*)"""
    r"""|(?P<mark>[()|])""",
    re.DOTALL,
)


class Tokens:
    """A template with a place in it: the `word`, its `kind`, and whether blanks stand before it."""

    def __init__(self, text: str) -> None:
        self.kind = ""
        self.word = ""
        self.spaced = False
        self._text = text
        self._at = 0
        self._count = 0

    def opening(self) -> str | None:
        """The text up to the next `{{`, which is stepped over; None if there is none."""
        start = self._text.find("{{", self._at)
        if start < 0:
            return None
        trims = self.trims
        text = self._text[self._at : start]
        self._at = start + 2
        if self._text.startswith("-", self._at) and self._text[self._at + 1 :][:1].isspace():
            text, self._at = text.rstrip(), self._at + 1
        self.step()
        return text.lstrip() if trims else text

    @property
    def rest(self) -> str:
        """The text behind the last `}}`."""
        text = self._text[self._at :]
        return text.lstrip() if self.trims else text

    @property
    def trims(self) -> bool:
        """Whether it stands at a `-}}`, which takes the blanks behind it away."""
        return self.kind == "end" and self.word.lstrip().startswith("-")

    @property
    def goes_on(self) -> bool:
        """Whether the word is a field of what stands right before it."""
        return self.kind == "field" and not self.spaced and self.word != "."

    def step(self) -> None:
        """Go on to the next word.

        Raises:
            NoTemplate: there is none, or one that no template has.
        """
        self.spaced = False
        while True:
            found = _TOKEN.match(self._text, self._at)
            if found is None:
                self.word = self._text[self._at : self._at + 1]
                raise self.refused() if self.word else _unfinished()
            self.kind, self.word = found.lastgroup or "", found[0]
            self._at = found.end()
            if self.kind != "blank":
                break
            self.spaced = True
        self._count += 1
        if self._count > _MOST:
            raise NoTemplate(msg("That is too much for one template."))

    def refused(self) -> NoTemplate:
        """That the word makes no sense where it stands, and what would."""
        return NoTemplate(
            msg("A template can't have {what} here.", what=Untrusted(self.word.strip())),
            msg("I know fields and {functions}.", functions=Code(", ".join(FUNCTIONS))),
            msg("Write {example}.", example=Code(EXAMPLE)),
        )


def _unfinished() -> NoTemplate:
    return NoTemplate(
        msg("A template needs {end} after {begin}.", end=Code("}}"), begin=Code("{{")),
        msg("With blanks in it, put it between quotes: {example}", example=Code(f"'{JSON}'")),
    )
