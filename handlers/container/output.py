"""What a process prints: its last lines to look at, and all of it as a document, within bounds.

A hundred megabytes a second cost no more memory than a line. Of what is too much the beginning and
the end are kept, cut where a line ends: half of a secret would not be known for one.
"""

from __future__ import annotations

import string
from collections import deque
from dataclasses import dataclass, field

from bot.hosts.frames import decoded
from bot.message import Message, Size, Untrusted, msg
from bot.reply import Block, Document, Excerpt, Text

_HEAD, _END = 2 * 1024 * 1024, 128 * 1024
_LINE = 512  # bytes of a line that is shown
_LINES = 40
_ROOM = 2400  # characters of a message
_BINARY = 4096  # bytes in which a NUL tells that it is no text
_WORD = (string.ascii_letters + string.digits + "_-+/=.").encode()


@dataclass(slots=True)
class Output:
    """One stream of it; `size` is how many bytes there were."""

    size: int = 0
    _head: bytearray = field(default_factory=bytearray)
    _end: bytearray = field(default_factory=bytearray)
    _lines: deque[bytes] = field(default_factory=lambda: deque(maxlen=_LINES))
    _open: bytearray = field(default_factory=bytearray)
    _full: bool = False  # the line that has begun has all that is shown of it
    _cut: bool = False

    def feed(self, piece: bytes) -> None:
        """Take some more of it."""
        self.size += len(piece)
        room = _HEAD - len(self._head)
        self._head += piece[:room]
        if rest := piece[room:]:
            self._end += rest[-_END:]
            if len(self._end) > 2 * _END:
                del self._end[:-_END]
        self._show(piece)

    @property
    def excerpt(self) -> tuple[Excerpt, ...]:
        """Its last lines, as many as a message has room for; nothing of what is no text."""
        if not self.size or self.is_binary:
            return ()
        kept: list[str] = []
        room = _ROOM
        for line in (bytes(self._open), *reversed(self._lines)):
            text = decoded(line).raw
            room -= len(text) + 1
            if room < 0 and kept:
                break
            kept.append(text)
        return (Excerpt(Untrusted("\n".join(reversed(kept)))),)

    @property
    def text(self) -> str:
        """The beginning of it, as text."""
        return decoded(bytes(self._head)).raw

    def document(self, name: str) -> tuple[Document, ...]:
        """All of it, if the excerpt does not show that."""
        if not self.is_binary and self._fits:
            return ()
        return (Document(Untrusted(name), self._content(), self._caption()),)

    @property
    def is_binary(self) -> bool:
        """Whether it is no text."""
        return b"\0" in self._head[:_BINARY]

    @property
    def _fits(self) -> bool:
        lines = self._head.count(b"\n") + 1
        return self.size <= _ROOM and lines <= _LINES and not self._cut

    def _content(self) -> bytes:
        """The beginning and, of a text, the end; whole lines, where there are any."""
        if self.size <= _HEAD or self.is_binary:
            return bytes(self._head)
        if self.size <= _HEAD + len(self._end):
            return bytes(self._head + self._end)
        head = self._head[: self._head.rfind(b"\n") + 1] or self._head
        end = self._end[-_END:]
        return bytes(head) + b"\n[...]\n\n" + bytes(end[end.find(b"\n") + 1 :])

    def _caption(self) -> Message | None:
        left_out = self.size - len(self._head) - (0 if self.is_binary else len(self._end))
        if left_out <= 0:
            return None
        if self.is_binary:
            return msg("The first {part} of {size}", part=Size(_HEAD), size=Size(self.size))
        return msg("{size}; the middle of it is left out.", size=Size(self.size))

    def _show(self, piece: bytes) -> None:
        """Take the last lines of it; of a long one the beginning, by which a secret is known."""
        at = len(piece)
        for _ in range(_LINES + 1):
            at = piece.rfind(b"\n", 0, at)
            if at < 0:
                break
        else:
            self._open.clear()
            self._full = False
            piece = piece[at + 1 :]
        *ended, rest = piece.split(b"\n")
        for line in ended:
            self._grow(line)
            self._lines.append(bytes(self._open))
            self._open.clear()
            self._full = False
        self._grow(rest)

    def _grow(self, part: bytes) -> None:
        room = 0 if self._full else _LINE - len(self._open)
        self._open += part[:room]
        if len(part) > room and not self._full:
            self._full = self._cut = True
            del self._open[len(self._open.rstrip(_WORD)) or _LINE :]  # no half of a secret either


def printed(out: Output, err: Output) -> tuple[Block, ...]:
    """The last lines of both, the errors apart."""
    binary = (Text(msg("It is no text: see the document.")),) if out.is_binary else ()
    if errors := err.excerpt:
        return (*out.excerpt, *binary, Text(msg("On its error output:")), *errors)
    return (*out.excerpt, *binary)
