r"""Text that somebody else wrote, made safe to show: what cannot be seen is shown as an escape.

A container's name or log may carry terminal sequences, text that runs backwards, letters without
width, or a hundred accents on one letter. Nothing of it is dropped: it is written out, as `\x1b` or
`\u202e`, so that the reader sees what is there. `str.isprintable` decides what can be seen, by
Unicode's categories (Cc, Cf, Cs, Co, Cn, Zl, Zp, Zs); the blanks that it lets pass are listed.
"""

from __future__ import annotations

import re
import unicodedata

from bot.message import Untrusted

CUT = "…"
_KNOWN = 4096
_TAB = 4
_MARKS = 4  # on one letter; Vietnamese needs 2, Hebrew with cantillation 3 or 4
_NAME = 64
# Letters and signs without ink, and what changes the look of the sign before it.
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0") | {
    chr(code)
    for first, last in ((0x180B, 0x180F), (0xFE00, 0xFE0F), (0xE0100, 0xE01EF))
    for code in range(first, last + 1)
}
# "Show the sign before me as an emoji" (or as text): harmless behind a sign, and only there.
_LOOSE_STYLE = re.compile("(?<![^\x00-\x7f\\w\ufe0e\ufe0f])[\ufe0e\ufe0f]")
_STYLE = {0xFE0E: "\ufe0e", 0xFE0F: "\ufe0f"}
_CROWD = re.compile(rf"[^\x00-\x7f\w]{{{_MARKS + 1},}}")
_HALF_ESCAPE = re.compile(r"\\(?:x[0-9a-f]?|u[0-9a-f]{0,3}|U[0-9a-f]{0,7})?\Z")
_UNFIT = re.compile(r"[^\w.@+=-]+")


def safe(text: Untrusted, *, lines: bool = False, limit: int | None = None) -> str:
    """The text with everything invisible written out, cut with "…" to `limit` characters.

    With `lines`, line ends stay and tabs become spaces; else they are written out as well.
    """
    raw = text.raw if limit is None else text.raw[: 2 * limit + 2]
    shown = _lines(raw) if lines else _shown(raw)
    return shown if limit is None else cut(shown, limit)


def cut(shown: str, limit: int) -> str:
    """What was made safe, in at most `limit` characters; an escape is never cut in two."""
    if len(shown) <= limit:
        return shown
    return without_half_escape(shown[: max(limit - 1, 0)]) + CUT


def without_half_escape(shown: str) -> str:
    """What was made safe and then cut, less an escape that lost its end."""
    half = _HALF_ESCAPE.search(shown, max(len(shown) - 10, 0))
    return shown[: half.start()] if half else shown


def file_name(text: Untrusted) -> str:
    """A name that no system takes for a path, an option or a hidden file; at most 64 characters."""
    name = _UNFIT.sub("_", safe(text)).lstrip(".-_")
    stem, dot, suffix = name.rpartition(".")
    if len(name) > _NAME and stem and len(suffix) < _NAME // 4:
        name = stem[: _NAME - len(dot + suffix)] + dot + suffix
    return name[:_NAME].rstrip(".") or "file"


def _lines(raw: str) -> str:
    if raw.isascii() and raw.replace("\n", "").isprintable():
        return raw
    whole = raw.replace("\r\n", "\n").expandtabs(_TAB)
    return "\n".join(map(_shown, whole.split("\n")))


def _shown(line: str) -> str:
    if line.isascii():
        return line if line.isprintable() else line.translate(_ESCAPES)
    if any(mark in line for mark in _STYLE.values()):
        line = _LOOSE_STYLE.sub(lambda m: _escape(ord(m[0])), line)
    return _CROWD.sub(_thinned, line.translate(_ESCAPES))


def _thinned(crowd: re.Match[str]) -> str:
    """Signs in a row, of which no letter may carry more than a few marks."""
    marks = {c: _escape(ord(c)) for c in set(crowd[0]) if unicodedata.category(c)[0] == "M"}
    kept: list[str] = []
    row = 0
    for character in crowd[0] if marks else (crowd[0],):
        row = row + 1 if character in marks else 0
        kept.append(character if row <= _MARKS else marks[character])
    return "".join(kept)


def _escape(code: int) -> str:
    r"""As Python writes it: `\n`, `\x1b`, `\u202e`, `\U000e0041`."""
    return ascii(chr(code))[1:-1]


class _Escapes(dict[int, str]):
    """For `str.translate`: looked up once a character, remembered up to a bound."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        visible = character.isprintable() and character not in _BLANK
        shown = character if visible else _escape(code)
        if len(self) < _KNOWN:
            self[code] = shown
        return shown


_ESCAPES = _Escapes(_STYLE)
