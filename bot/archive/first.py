"""The content of a tar's first file, bit by bit: what an Engine sends of a single path."""

from __future__ import annotations

import tarfile
from collections.abc import AsyncIterator

from bot.archive.opened import broken

# Headers that only tell more of the one behind them: pax records and GNU's long names.
_MORE = frozenset({b"x", b"g", b"L", b"K"})


async def first_file(pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The content, exactly.

    Raises:
        BadArchive: it does not come whole, or is no file.
    """
    reader = _First()
    async for piece in pieces:
        if content := reader.feed(piece):
            yield content
    if reader.left:
        raise broken()


class _First:
    """Takes a tar apart up to its first file. `left`: how many bytes of that are to come."""

    def __init__(self) -> None:
        self._room = bytearray()
        self._skip = 0
        self._found = False
        self.left = 1

    def feed(self, piece: bytes) -> bytes:
        """What there is of the file in the next piece."""
        if not self._found:
            self._room += piece
            while not self._found and self._header():
                pass
            if not self._found:
                return b""
            piece = bytes(self._room)
            self._room.clear()
        content = piece[: self.left]
        self.left -= len(content)
        return content

    def _header(self) -> bool:
        """Take one header, and what belongs to it, off the room; false if it is not all there."""
        begin = self._skip
        if len(self._room) < begin + tarfile.BLOCKSIZE:
            return False
        block = bytes(self._room[begin : begin + tarfile.BLOCKSIZE])
        try:
            info = tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")
        except tarfile.TarError as error:
            raise broken() from error
        if info.type not in _MORE and not info.isreg():
            raise broken()
        del self._room[: begin + tarfile.BLOCKSIZE]
        if info.type in _MORE:
            if info.size > 1024 * 1024:
                raise broken()
            self._skip = -(-info.size // tarfile.BLOCKSIZE) * tarfile.BLOCKSIZE
            return True
        self._found, self.left = True, info.size
        return True
