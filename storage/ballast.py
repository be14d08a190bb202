"""16 MiB beside the database that are given back to a full disk, so that the audit can be written.

Without them a full disk would stop the very command that makes room: nothing that changes a host
runs unless its audit row is stored. The file is made anew at the next start with room enough.
"""

from __future__ import annotations

import logging
import os
from pathlib import Path

SIZE = 16 * 2**20
_CHUNK = 2**20

log = logging.getLogger(__name__)


class Ballast:
    """The file. `size` in bytes."""

    def __init__(self, path: Path, size: int = SIZE) -> None:
        self.path = path
        self.size = size

    def restore(self) -> bool:
        """Make the file where it lacks and the disk has twice its size left; say if it is there."""
        try:
            if self.path.exists() and self.path.stat().st_size == self.size:
                return True
            self.path.unlink(missing_ok=True)
            if free(self.path.parent) < 2 * self.size:
                return False
            self._write()
        except OSError as error:
            self.path.unlink(missing_ok=True)
            log.warning("no ballast beside the database: %s", error.strerror)
            return False
        return True

    def release(self) -> bool:
        """Give the room back; say whether there was any."""
        try:
            self.path.unlink()
        except OSError:
            return False
        log.warning("the disk is full: released %d MiB of ballast", self.size >> 20)
        return True

    def _write(self) -> None:
        descriptor = os.open(self.path, os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            # Random, since a file system that compresses keeps no room for zeros.
            chunk = os.urandom(_CHUNK)
            for begun in range(0, self.size, _CHUNK):
                file.write(chunk[: self.size - begun])


def free(directory: Path) -> int:
    """Bytes that this process may still write there."""
    state = os.statvfs(directory)
    return state.f_bavail * state.f_frsize
