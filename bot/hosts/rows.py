"""Takes an answer of one JSON value a line apart, whatever pieces the network gives."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass(slots=True)
class Rows:
    """Lines of at most `longest` bytes. A longer one is left out, and `dropped` tells that."""

    longest: int
    dropped: bool = False
    _open: bytearray = field(default_factory=bytearray)
    _skips: bool = False

    def feed(self, piece: bytes) -> Iterator[bytes]:
        """The lines that this piece ends, blank ones aside."""
        *ended, begun = piece.split(b"\n")
        for part in ended:
            self._grow(part)
            if line := self._end().strip():
                yield line
        self._grow(begun)

    def _grow(self, part: bytes) -> None:
        if len(self._open) + len(part) > self.longest:
            self._open.clear()
            self._skips = True
        if not self._skips:
            self._open += part

    def _end(self) -> bytes:
        line = bytes(self._open)
        self.dropped |= self._skips
        self._open.clear()
        self._skips = False
        return line
