"""Files that the bot or a person sent, kept in memory up to a bound; the oldest go first."""

import mimetypes
import secrets
from collections import OrderedDict

from sandbox.state.messages import StoredFile

MOST_BYTES = 256 << 20
UPLOAD_BYTES = 50 << 20
DOWNLOAD_BYTES = 20 << 20


class Files:
    """The store of files."""

    def __init__(self) -> None:
        self._files: OrderedDict[str, StoredFile] = OrderedDict()
        self._bytes = 0

    def add(self, name: str, data: bytes) -> StoredFile:
        """Store a file under new random ids."""
        mime = mimetypes.guess_type(name)[0] or "application/octet-stream"
        clean = name.replace("/", "_").replace("\\", "_").strip() or "file"
        stored = StoredFile(
            f"BQAC{secrets.token_urlsafe(30)}", f"AgAD{secrets.token_urlsafe(9)}", clean, mime, data
        )
        self._files[stored.id] = stored
        self._bytes += len(data)
        while self._bytes > MOST_BYTES and len(self._files) > 1:
            self._bytes -= len(self._files.popitem(last=False)[1].data)
        return stored

    def get(self, identifier: str) -> StoredFile | None:
        """The file with this id."""
        return self._files.get(identifier)

    def at(self, path: str) -> StoredFile | None:
        """The file that is downloaded from this path."""
        return next((file for file in self._files.values() if file.path == path), None)
