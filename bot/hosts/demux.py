"""Takes a session's bytes apart: frames of two streams, or, from a terminal, all as one.

Unlike a log's, a frame is handed on as far as it has come: nothing of it is held back.
"""

from __future__ import annotations

from collections.abc import Iterator

from bot.hosts.frames import HEADER, STDOUT, header


class Demux:
    """From pieces of a connection to (stream, bytes). With `tty` there is one stream."""

    def __init__(self, *, tty: bool) -> None:
        self._tty = tty
        self._head = bytearray()
        self._stream = STDOUT
        self._left = 0

    def feed(self, piece: bytes) -> Iterator[tuple[int, bytes]]:
        """What the piece holds, by stream.

        Raises:
            Unexpected: if it is no frame.
        """
        if self._tty:
            yield STDOUT, piece
            return
        at = 0
        while at < len(piece):
            if not self._left:
                at = self._begin(piece, at)
                continue
            part = piece[at : at + self._left]
            self._left -= len(part)
            at += len(part)
            yield self._stream, part

    def _begin(self, piece: bytes, at: int) -> int:
        """Read a header, or a part of one; where what follows begins."""
        end = at + HEADER - len(self._head)
        self._head += piece[at:end]
        if len(self._head) == HEADER:
            self._stream, self._left = header(self._head)
            self._head.clear()
        return min(end, len(piece))
