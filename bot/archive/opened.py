"""An uploaded file by what it is, not by its name: a tar in any dress, a zip, or just a file."""

from __future__ import annotations

import bz2
import lzma
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum
from pathlib import Path
from typing import IO, Protocol, cast

from isal import igzip
from isal.igzip_lib import IsalError

from bot.archive.bad import BadArchive
from bot.archive.rules import Rules
from bot.message import msg

_DAMAGED = cast("type[Exception]", IsalError)  # its stubs declare it as an instance
BROKEN = (
    EOFError,
    OSError,
    ValueError,
    lzma.LZMAError,
    zlib.error,
    _DAMAGED,
)
_HEAD = 512
_MEMORY = 96 * 1024 * 1024  # bytes; of `xz -9` 65 MiB
_PACKED = 64 * 1024
_MAGIC_AT, _MAGIC = 257, b"ustar"


class Form(Enum):
    """What a file is."""

    TAR = "tar"
    ZIP = "zip"
    FILE = "file"


class Reader(Protocol):
    """What tar is read from."""

    def read(self, size: int = -1, /) -> bytes:
        """At most so many bytes, b"" at the end."""


class _Xz:
    """Unpacks xz with little memory: a file chooses itself how much of that it takes."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._xz = lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_MEMORY)

    def read(self, size: int = -1, /) -> bytes:
        """At most so many bytes; what follows the first stream is not looked at."""
        while not self._xz.eof:
            packed = self._file.read(_PACKED) if self._xz.needs_input else b""
            if self._xz.needs_input and not packed:
                raise EOFError
            if piece := self._xz.decompress(packed, size):
                return piece
        return b""


class Counted:
    """Reads what a file unpacks to, and lets no more through than the rules allow."""

    def __init__(self, unpacked: Reader, packed: IO[bytes], rules: Rules) -> None:
        self._unpacked = unpacked
        self._packed = packed
        self._rules = rules
        self.count = 0

    def read(self, size: int = -1) -> bytes:
        """At most so many bytes.

        Raises:
            BadArchive: they are more than may be, or broken.
        """
        try:
            piece = self._unpacked.read(size)
        except BROKEN as error:
            raise broken() from error
        self.count += len(piece)
        self._rules.amount(self.count, self._packed.tell())
        return piece


def broken() -> BadArchive:
    """What can't be unpacked to its end."""
    return BadArchive(msg("The archive is broken."), msg("Pack it again, or send it again."))


def form_of(path: Path, rules: Rules) -> Form:
    """What a file is; what is compressed is looked into.

    Raises:
        BadArchive: it is compressed in a way that I don't know, or broken.
    """
    with path.open("rb") as file:
        if file.read(4) == b"PK\x03\x04":
            return Form.ZIP
    with unpacked(path, rules) as reader:
        head = reader.read(_HEAD)
    return Form.TAR if head[_MAGIC_AT : _MAGIC_AT + len(_MAGIC)] == _MAGIC else Form.FILE


@contextmanager
def unpacked(path: Path, rules: Rules) -> Iterator[Counted]:
    """A file without its compression.

    Raises:
        BadArchive: it is compressed in a way that I don't know.
    """
    with path.open("rb") as file:
        head = file.read(6)
        file.seek(0)
        yield Counted(_decompressed(head, file), file, rules)


def _decompressed(head: bytes, file: IO[bytes]) -> Reader:
    if head.startswith(b"\x1f\x8b"):
        return cast("Reader", igzip.IGzipFile(fileobj=file, mode="rb"))  # type: ignore[no-untyped-call]
    if head.startswith(b"BZh"):
        return bz2.BZ2File(file)
    if head.startswith(b"\xfd7zXZ\x00"):
        return _Xz(file)
    if head.startswith(b"\x28\xb5\x2f\xfd"):
        raise BadArchive(msg("It is compressed with zstd. Use gzip."))
    return file
