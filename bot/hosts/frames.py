"""Takes a log apart: 8-byte headed frames of two streams, or, from a TTY, bytes as they came.

Works on whatever pieces the network gives, holds one frame or line at most, and cuts lines at a
bound. Docker writes a line of more than 16 KiB as several frames, each with a time stamp of its
own: the bound being the same, only the first is ever shown.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from bot.hosts.answer import Unexpected
from bot.hosts.types import LogLine
from bot.message import Untrusted

LINE = 16 * 1024
STAMP = re.compile(rb"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{1,9}(?:Z|[+-]\d\d:\d\d)) ")
HEADER = 8
# The streams of Docker's `stdcopy`. What is of stdin is shown with stdout, as there. The last holds
# the Engine's own words, such as "Error grabbing logs: unexpected EOF".
STDIN, STDOUT, STDERR, ENGINE = range(4)
# Docker's frames hold a line of 16 KiB at most. Nothing is kept of one that claims far more.
_FRAME = 1024 * 1024
_HEADER = struct.Struct(">BHBI")


@dataclass(slots=True)
class _Open:
    """A line that has begun and not ended yet."""

    text: bytearray = field(default_factory=bytearray)
    at: str | None = None
    cut: bool = False


class Lines:
    """From pieces of an answer to lines. `stamped`: the Engine was asked for time stamps."""

    def __init__(self, *, tty: bool, stamped: bool) -> None:
        self._tty = tty
        self._stamped = stamped
        self._bytes = bytearray()
        self._open: dict[int, _Open] = {}

    def feed(self, piece: bytes) -> Iterator[LogLine]:
        """The lines that this piece completes.

        Raises:
            Unexpected: if it is no log.
        """
        self._bytes += piece
        return self._raw() if self._tty else self._framed()

    def finish(self) -> Iterator[LogLine]:
        """What is left without a line's end."""
        if self._tty and self._bytes:
            yield from self._take(STDOUT, bytes(self._bytes))
        self._bytes.clear()
        for stream, part in self._open.items():
            yield _line(stream, part)
        self._open.clear()

    def _framed(self) -> Iterator[LogLine]:
        position = 0
        while True:
            begin = position + HEADER
            if begin > len(self._bytes):
                break
            stream, size = header(self._bytes, position)
            if begin + size > len(self._bytes):
                break
            position = begin + size
            yield from self._take(stream, bytes(self._bytes[begin:position]))
        del self._bytes[:position]

    def _raw(self) -> Iterator[LogLine]:
        """Whole lines only, so that no time stamp is met in halves; what is too long goes on."""
        end = self._bytes.rfind(b"\n") + 1
        if not end and len(self._bytes) > LINE:
            end = len(self._bytes)
        *ended, rest = bytes(self._bytes[:end]).split(b"\n")
        del self._bytes[:end]
        for line in ended:
            yield from self._take(STDOUT, line + b"\n")
        if rest:
            yield from self._take(STDOUT, rest)

    def _take(self, stream: int, payload: bytes) -> Iterator[LogLine]:
        """One frame: a line, a part of one, or (from others than Docker) several."""
        at = None
        if self._stamped and (stamp := STAMP.match(payload)):
            at = stamp[1].decode()
            payload = payload[stamp.end() :]
        *ended, rest = payload.split(b"\n")
        for text in ended:
            yield _line(stream, self._grow(stream, text, at))
            del self._open[stream]
        if rest:
            self._grow(stream, rest, at)

    def _grow(self, stream: int, text: bytes, at: str | None) -> _Open:
        part = self._open.setdefault(stream, _Open(at=at))
        room = LINE - len(part.text)
        part.text += text[:room]
        part.cut |= len(text) > room
        return part


def header(data: bytes | bytearray, at: int = 0) -> tuple[int, int]:
    """Of which stream the frame is whose eight bytes stand there, and how long it is behind them.

    Raises:
        Unexpected: if it is no header, or tells of more than Docker ever sends.
    """
    stream, zero, more, size = _HEADER.unpack_from(data, at)
    if stream > ENGINE or zero or more or size > _FRAME:
        raise Unexpected("log frame")
    return stream or STDOUT, size


def decoded(line: bytes, *, cut: bool = False) -> Untrusted:
    """A line as text, whatever its bytes are."""
    text = line[:LINE].removesuffix(b"\r").decode("utf-8", "replace")
    return Untrusted(text + "…" if cut or len(line) > LINE else text)


def _line(stream: int, part: _Open) -> LogLine:
    return LogLine(stream, decoded(bytes(part.text), cut=part.cut), part.at)
