"""Files that the bot or a person sent: on disk in a folder of the server's own, gone at its end.

Nothing here reads a file into memory: one may have two gigabytes. What is kept is bounded, and the
oldest go first. The folder has the shape of the public server's with `--local`: the bot's token is
part of every absolute path, so that a bot that shows such a path can be caught.
"""

import mimetypes
import re
import secrets
import shutil
import tempfile
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path

MOST_BYTES = 8 << 30
MIB = 1 << 20
EXTENSION = re.compile(r"\.[A-Za-z0-9]{1,16}")


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file at the server, under the id that calls name it by.

    Attributes:
        name: as its sender named it, without slashes.
        size: bytes.
        place: where its content is on this machine's disk, to be read only.
        path: where `getFile` says that it can be downloaded.
    """

    id: str
    unique_id: str
    name: str
    mime: str
    size: int
    place: Path
    path: str

    def as_json(self) -> dict[str, object]:
        """The Document of the Bot API."""
        return {
            "file_id": self.id,
            "file_unique_id": self.unique_id,
            "file_name": self.name,
            "mime_type": self.mime,
            "file_size": self.size,
        }

    def read(self) -> bytes:
        """The whole content, for what is small."""
        return self.place.read_bytes()

    def save(self, to: Path) -> Path:
        """Copy the content to a path, piece by piece, and return the path."""
        shutil.copyfile(self.place, to)
        return to


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
        self._bytes = 0
        self._number = 0
        self.local = local
        # https://core.telegram.org/bots/api#using-a-local-bot-api-server
        self.upload_bytes = (2000 if local else 50) * MIB
        self.download_bytes = None if local else 20 * MIB

    def fresh(self, name: str = "") -> Path:
        """A path that nothing is at, to write a file to that will be added under this name."""
        if self._root is None:
            self._root = Path(tempfile.mkdtemp(prefix="sandbox-"))
            (self._root / self._token / "documents").mkdir(parents=True)
        extension = Path(name).suffix
        ending = extension if EXTENSION.fullmatch(extension) else ""
        self._number += 1
        return self._root / self._token / "documents" / f"file_{self._number - 1}{ending}"

    def add(self, name: str, content: bytes | Path) -> StoredFile:
        """Copy a content and store it under new random ids."""
        place = self.fresh(name)
        if isinstance(content, Path):
            shutil.copyfile(content, place)
        else:
            place.write_bytes(content)
        return self.keep(name, place)

    def keep(self, name: str, place: Path) -> StoredFile:
        """Store what was written to a fresh path."""
        mime = mimetypes.guess_type(name)[0] or "application/octet-stream"
        clean = name.replace("/", "_").replace("\\", "_").strip() or "file"
        stored = StoredFile(
            f"BQAC{secrets.token_urlsafe(30)}",
            f"AgAD{secrets.token_urlsafe(9)}",
            clean,
            mime,
            place.stat().st_size,
            place,
            f"documents/{place.name}",
        )
        self._files[stored.id] = stored
        self._bytes += stored.size
        while self._bytes > MOST_BYTES and len(self._files) > 1:
            oldest = self._files.popitem(last=False)[1]
            self._bytes -= oldest.size
            oldest.place.unlink(missing_ok=True)
        return stored

    def get(self, identifier: str) -> StoredFile | None:
        """The file with this id."""
        return self._files.get(identifier)

    def at(self, path: str) -> StoredFile | None:
        """The file that is downloaded from this path."""
        return next((file for file in self._files.values() if file.path == path), None)

    def close(self) -> None:
        """Forget all files and remove them from the disk."""
        self._files.clear()
        if self._root is not None:
            shutil.rmtree(self._root, ignore_errors=True)
            self._root = None
