"""Sifts a log block by block: bytes in, the last matching lines out.

What would be slow is Python for each line. So the frames of a block are only joined, the pattern
searches the joined text of each stream as a whole, and of what matches only the last lines are cut
out, as bytes: what is shown in the end is all that is decoded. Memory is a block, the line that
goes on in the next one, and what is kept.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import deque
from collections.abc import Iterator
from itertools import accumulate, islice

from bot.hosts.answer import Refused
from bot.hosts.frames import ENGINE, HEADER, LINE, STDOUT, decoded, header
from bot.hosts.pattern import Pattern
from bot.hosts.types import LogLine

# A line is searched up to here where it goes on and on, the rest of it dropped.
_LONGEST = 256 * 1024
# The length of a time stamp of RFC 3339: at least, and at most with its offset and a space.
_STAMP_MIN, _STAMP_MAX = 20, 36
_LINES = re.compile(rb"[^\n]*\n|[^\n]+")
_CARRIED = -1
_FAILED = 500

_Kept = tuple[int, bytes, bytes | None]  # stream, text, time stamp


class _Stream:
    """One stream of the log: its text in this block, and where each piece of it came from."""

    def __init__(self) -> None:
        self.carry = b""
        self.at: bytes | None = None
        self._full = False
        self.begin()

    def begin(self) -> None:
        """Go on to the next block."""
        self._parts, self._origins = [self.carry], [_CARRIED]
        self._starts: list[int] = []

    def add(self, part: bytes, origin: int) -> None:
        """The next piece, which stands at `origin` in the block."""
        if self._full:
            end = part.find(b"\n")
            if end < 0:
                return
            part, self._full = part[end:], False
        self._parts.append(part)
        self._origins.append(origin)

    def whole_lines(self) -> bytes:
        """The lines that ended in this block; what is left is carried over."""
        text = b"".join(self._parts)
        end = text.rfind(b"\n") + 1
        self.carry = text[end : end + _LONGEST]
        self._full = self._full or len(text) - end > _LONGEST
        return text[:end]

    def origin(self, offset: int) -> int:
        """Where in the block that stands which is at `offset` in the text."""
        if not self._starts:
            self._starts = list(accumulate(map(len, self._parts[:-1]), initial=0))
        return self._origins[bisect_right(self._starts, offset) - 1]


class Sieve:
    """Takes the blocks of one log in order. Not for several threads at once."""

    def __init__(self, pattern: Pattern, keep: int, *, tty: bool, stamped: bool) -> None:
        self.matched = 0
        self.read = 0
        self._pattern = pattern
        self._kept: deque[_Kept] = deque(maxlen=keep)
        self._keep = keep
        self._tty = tty
        self._stamped = stamped
        self._rest = b""
        self._streams = (_Stream(), _Stream())

    @property
    def lines(self) -> tuple[LogLine, ...]:
        """The last lines that match, oldest first."""
        return tuple(
            LogLine(stream, decoded(text), at.decode() if at else None)
            for stream, text, at in self._kept
        )

    def block(self, data: bytes) -> None:
        """Search the next bytes of the log.

        Raises:
            Unexpected: if it is no log.
            Refused: if the Engine says that it can't read on.
        """
        self.read += len(data)
        self._sift(self._rest + data)

    def finish(self) -> None:
        """Search what is left without a line's end."""
        if self._tty and self._rest:
            self._sift(self._rest + b"\n")
        for stream in self._streams:
            stream.begin()
            if stream.carry:
                stream.add(b"\n", _CARRIED)
        self._search(b"")

    def _sift(self, block: bytes) -> None:
        for stream in self._streams:
            stream.begin()
        cut = _lines if self._tty else _frames
        self._rest = block[cut(block, self._streams, stamped=self._stamped) :]
        self._search(block)

    def _search(self, block: bytes) -> None:
        found = [
            hit
            for number, stream in enumerate(self._streams, STDOUT)
            for hit in self._hits(block, number, stream)
        ]
        # Two streams were searched one after the other; they were written in turns.
        found.sort(key=lambda hit: hit[0])
        self._kept.extend(line for _, line in found)

    def _hits(self, block: bytes, number: int, stream: _Stream) -> Iterator[tuple[int, _Kept]]:
        """The last lines that match in one stream, each with its place in the block."""
        text = stream.whole_lines()
        runs: deque[tuple[int, int]] = deque(maxlen=self._keep)
        for start, stop in self._pattern.runs(text):
            self.matched += text.count(b"\n", start, stop)
            runs.append((start, stop))
        for offset, line in reversed(list(islice(_backwards(text, runs), self._keep))):
            origin = stream.origin(offset)
            yield origin, (number, line, self._at(block, stream, origin))
        if self._stamped:
            stream.at = self._at(block, stream, stream.origin(len(text)))

    def _at(self, block: bytes, stream: _Stream, origin: int) -> bytes | None:
        """The time stamp of what stands there; of a line that goes on, that of its beginning."""
        if not self._stamped or origin == _CARRIED:
            return stream.at
        end = _after_stamp(block, origin)
        return block[origin : end - 1] if end > origin else None


def _frames(block: bytes, streams: tuple[_Stream, _Stream], *, stamped: bool) -> int:
    """Hand out the whole frames of a block; how far they go."""
    position, end = 0, len(block)
    returns = b"\r\n" in block
    while (start := position + HEADER) <= end:
        kind, size = header(block, position)
        if start + size > end:
            break
        position = start + size
        payload = block[_after_stamp(block, start) if stamped else start : position]
        if kind == ENGINE:
            raise Refused(_FAILED, payload.decode("utf-8", "replace").strip())
        if returns:
            payload = payload.replace(b"\r\n", b"\n")
        streams[kind - STDOUT].add(payload, start)
    return position


def _lines(block: bytes, streams: tuple[_Stream, _Stream], *, stamped: bool) -> int:
    """Hand out the whole lines of a block from a TTY; how far they go."""
    end = block.rfind(b"\n") + 1
    if not end and len(block) > _LONGEST:
        end = len(block)
    if not stamped:
        streams[0].add(block[:end].replace(b"\r\n", b"\n"), 0)
        return end
    for line in _LINES.finditer(block, 0, end):
        payload = block[_after_stamp(block, line.start()) : line.end()]
        streams[0].add(payload.replace(b"\r\n", b"\n"), line.start())
    return end


def _after_stamp(block: bytes, start: int) -> int:
    """Where the text begins after a time stamp at `start`, if one is there."""
    space = block.find(b" ", start + _STAMP_MIN, start + _STAMP_MAX)
    return space + 1 if space > 0 and block[start + 10 : start + 11] == b"T" else start


def _backwards(text: bytes, runs: deque[tuple[int, int]]) -> Iterator[tuple[int, bytes]]:
    """Each line of the runs, the last first, with where it begins; cut where none is shown on."""
    for start, stop in reversed(runs):
        end = stop - 1
        while end >= start:
            begin = text.rfind(b"\n", start, end) + 1 or start
            yield begin, text[begin : min(end, begin + LINE + 1)]
            end = begin - 1
