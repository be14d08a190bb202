"""What goes out to a chat: compressed, and cut into files that are not larger than may be sent."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from isal import isal_zlib

from bot.errors import BotError
from bot.message import Size, msg

# Of igzip: at this level it writes some 400 MB a second, a quarter larger than zlib at its best.
_LEVEL = 2
_GZIP = 31  # `wbits` of a gzip stream
_LOOK = 4 * 1024 * 1024  # bytes between two looks at the room on the disk


@dataclass(frozen=True, slots=True)
class Sent:
    """What was written: the files in order, all their bytes, and the SHA-256 of them joined."""

    files: tuple[Path, ...]
    size: int
    digest: str


class TooMuch(BotError):
    """More than may go through a chat."""


class Parts:
    """Writes them, block by block. `new` gives a file, `room` how many bytes the disk has for it.

    `part` is the most that one file may have, `limit` that all may.
    """

    def __init__(
        self,
        new: Callable[[], Path],
        room: Callable[[], int],
        *,
        part: int,
        limit: int,
        packed: bool,
    ) -> None:
        self._new = new
        self._room = room
        self._part = part
        self._limit = limit
        self._gzip: Any = isal_zlib.compressobj(_LEVEL, wbits=_GZIP) if packed else None
        self._files: list[Path] = []
        self._open: IO[bytes] | None = None
        self._left = 0
        self._looked = -_LOOK
        self._digest = hashlib.sha256()
        self.size = 0

    def write(self, block: bytes) -> None:
        """Take the next bytes.

        Raises:
            TooMuch: they are more than may be, or than the disk has room for.
            OSError: they can't be written.
        """
        self._put(self._gzip.compress(block) if self._gzip else block)

    def finish(self) -> Sent:
        """What was written.

        Raises:
            TooMuch: as `write`.
            OSError: the same.
        """
        if self._gzip:
            self._put(self._gzip.flush())
        if self._open is not None:
            self._open.close()
        return Sent(tuple(self._files), self.size, self._digest.hexdigest())

    def drop(self) -> None:
        """Remove what was written."""
        if self._open is not None:
            self._open.close()
        for file in self._files:
            file.unlink(missing_ok=True)

    def _put(self, data: bytes) -> None:
        self.size += len(data)
        if self.size > self._limit:
            raise TooMuch(
                msg("It is more than {most}, packed.", most=Size(self._limit)),
                msg("The config may allow more. Nothing was sent."),
            )
        if self.size - self._looked > _LOOK:
            self._looked = self.size
            if self._room() < _LOOK:
                raise TooMuch(msg("My disk has no room for it."), msg("Nothing was sent."))
        self._digest.update(data)
        view = memoryview(data)
        while view:
            file = self._file()
            piece = view[: self._left]
            file.write(piece)
            self._left -= len(piece)
            view = view[len(piece) :]

    def _file(self) -> IO[bytes]:
        if self._open is None or not self._left:
            if self._open is not None:
                self._open.close()
            path = self._new()
            self._files.append(path)
            self._open, self._left = path.open("xb"), self._part
        return self._open
