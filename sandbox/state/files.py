"""Files that the bot or a person sent: on disk in a folder of the server's own, gone at its end.

Nothing here reads a file into memory: one may have two gigabytes. What is kept is bounded, and the
oldest go first. The folder has the shape of the public server's with `--local`: the bot's token is
part of every absolute path, so that a bot that shows such a path can be caught.
"""

import asyncio
import mimetypes
import re
import secrets
import shutil
import tempfile
from collections import OrderedDict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from sandbox.state.picture import Size, picture_size
from sandbox.state.stored import NO_SIZE, StoredFile

MIB = 1 << 20
MOST_BYTES = 8 << 30
PERSON_BYTES = 2000 * MIB  # what a person without a subscription uploads at most
PHOTO_BYTES = 10 * MIB
MOST_PIXELS = 10_000  # width and height together
MOST_RATIO = 20
STEPS = (90, 320, 800, 1280)  # the longer side of the sizes that a photo is offered in
EXTENSION = re.compile(r"\.[A-Za-z0-9]{1,16}")
PREFIXES = {"documents": ("BQAC", "AgAD"), "photos": ("AgAC", "AQAD")}


class UnusablePhoto(ValueError):
    """What the service says of a file that cannot be shown as a photo."""


class Files:
    """The store of files.

    Args:
        token: the bot's; the public server keeps each bot's files in a folder of this name.
        local: whether the limits are those of a server that was started with `--local`.
    """

    def __init__(self, token: str, *, local: bool) -> None:
        self._token = token.replace("/", "_")
        self._root: Path | None = None
        self._files: OrderedDict[str, StoredFile] = OrderedDict()
        self._lost: set[str] = set()
        self._bytes = 0
        self._number = 0
        self.local = local
        # https://core.telegram.org/bots/api#using-a-local-bot-api-server
        self.upload_bytes = (2000 if local else 50) * MIB
        self.download_bytes = None if local else 20 * MIB

    def fresh(self) -> Path:
        """A path that nothing is at, to write a file to; who writes it also removes it."""
        return self._new("incoming", "")

    @asynccontextmanager
    async def incoming(self, content: bytes | Path) -> AsyncIterator[Path]:
        """A fresh path with a copy of a content, until the block ends."""
        place = self.fresh()
        try:
            if isinstance(content, Path):
                await asyncio.to_thread(shutil.copyfile, content, place)
            else:
                await asyncio.to_thread(place.write_bytes, content)
            yield place
        finally:
            place.unlink(missing_ok=True)

    def keep(self, name: str, place: Path) -> StoredFile:
        """Store as a document what was written to a fresh path."""
        clean = name.replace("/", "_").replace("\\", "_").strip()
        mime = mimetypes.guess_type(clean)[0] or "application/octet-stream"
        extension = Path(clean).suffix
        ending = extension if EXTENSION.fullmatch(extension) else ""
        return self._store("documents", ending, place, mime, clean)

    def keep_photo(self, place: Path) -> StoredFile:
        """Store as a photo what was written to a fresh path.

        Raises:
            UnusablePhoto: it is no picture, or one that is too big or too slim.
        """
        mime, pixels = _checked_photo(place)
        ending = mimetypes.guess_extension(mime) or ""
        steps = [_scaled(pixels, step) for step in STEPS if step < max(pixels)]
        smaller = [self._store("photos", ending, place, mime, pixels=size) for size in steps]
        return self._store("photos", ending, place, mime, pixels=pixels, smaller=tuple(smaller))

    def get(self, identifier: str) -> StoredFile | None:
        """The file with this id."""
        return self._files.get(identifier)

    def lost(self, identifier: str) -> bool:
        """Whether there was such a file, and is no more."""
        return identifier in self._lost

    def lose(self, file: StoredFile) -> None:
        """Remove a file, as the service does after a while."""
        if self._files.pop(file.id, None) is not None:
            self._lost.add(file.id)
            self._bytes -= file.size
            file.place.unlink(missing_ok=True)

    def at(self, path: str) -> StoredFile | None:
        """The file that is downloaded from this path."""
        return next((file for file in self._files.values() if file.path == path), None)

    def close(self) -> None:
        """Forget all files and remove them from the disk."""
        self._files.clear()
        self._bytes = 0
        if self._root is not None:
            shutil.rmtree(self._root, ignore_errors=True)
            self._root = None

    def _new(self, folder: str, ending: str) -> Path:
        if self._root is None:
            self._root = Path(tempfile.mkdtemp(prefix="sandbox-"))
            for name in ("incoming", *PREFIXES):
                (self._root / self._token / name).mkdir(parents=True)
        self._number += 1
        return self._root / self._token / folder / f"file_{self._number}{ending}"

    def _store(
        self,
        folder: str,
        ending: str,
        place: Path,
        mime: str,
        name: str = "",
        *,
        pixels: Size = NO_SIZE,
        smaller: tuple[StoredFile, ...] = (),
    ) -> StoredFile:
        kept = self._new(folder, ending)
        kept.hardlink_to(place)  # no second copy, however often one upload is sent
        identifier, unique = PREFIXES[folder]
        stored = StoredFile(
            f"{identifier}{secrets.token_urlsafe(30)}",
            f"{unique}{secrets.token_urlsafe(9)}",
            name,
            mime,
            kept.stat().st_size,
            kept,
            pixels,
            smaller,
        )
        self._files[stored.id] = stored
        self._bytes += stored.size
        while self._bytes > MOST_BYTES and len(self._files) > 1:
            self.lose(next(iter(self._files.values())))
        return stored


def _checked_photo(place: Path) -> tuple[str, Size]:
    size = place.stat().st_size
    if size > PHOTO_BYTES:
        raise UnusablePhoto(
            f"File of size {size} bytes is too big for a photo; "
            f"the maximum size is {PHOTO_BYTES} bytes"
        )
    if (found := picture_size(place)) is None:
        raise UnusablePhoto("IMAGE_PROCESS_FAILED")
    mime, pixels = found
    if sum(pixels) > MOST_PIXELS or max(pixels) > MOST_RATIO * min(pixels):
        raise UnusablePhoto("PHOTO_INVALID_DIMENSIONS")
    return mime, pixels


def _scaled(pixels: Size, longer: int) -> Size:
    wide, high = (max(1, side * longer // max(pixels)) for side in pixels)
    return wide, high
