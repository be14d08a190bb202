"""A root filesystem as a tar: every entry once, root's, in folders that anyone may enter."""

from __future__ import annotations

import io
import os
import tarfile
from pathlib import Path


class RootFs:
    """Fills a tar. Paths are absolute, and the same inside as outside unless said otherwise."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar = tar
        self._added = {Path("/")}

    def add(self, path: Path) -> None:
        """Add what is there, with the folders above it, and of a link also what it points to."""
        if path in self._added:
            return
        real = path.parent.resolve()
        if real != path.parent:
            self.add(path.parent)
            self.add(real / path.name)
        elif path.is_symlink():
            self.link(path, str(path.readlink()))
            self.add(Path(os.path.normpath(path.parent / path.readlink())))
        elif path.is_dir():
            self.folder(path)
        else:
            self.copy(path, path)

    def copy(self, source: Path, path: Path) -> None:
        """Add a file from elsewhere. Its time is kept, by which Python knows what is compiled."""
        if self._new(path):
            status = source.stat()
            entry = tarfile.TarInfo(str(path)[1:])
            entry.size, entry.mtime = status.st_size, int(status.st_mtime)
            entry.mode = 0o755 if status.st_mode & 0o100 else 0o644
            with source.open("rb") as content:
                self._tar.addfile(entry, content)

    def link(self, path: Path, target: str) -> None:
        """Add a link, whatever is there outside."""
        if self._new(path):
            entry = tarfile.TarInfo(str(path)[1:])
            entry.type, entry.linkname, entry.mode = tarfile.SYMTYPE, target, 0o777
            self._tar.addfile(entry)

    def folder(self, path: Path, mode: int = 0o755) -> None:
        """Add a folder, without what is in it."""
        if self._new(path):
            entry = tarfile.TarInfo(str(path)[1:])
            entry.type, entry.mode = tarfile.DIRTYPE, mode
            self._tar.addfile(entry)

    def write(self, path: Path, text: str) -> None:
        """Add a file of that text, whatever is there outside."""
        if self._new(path):
            entry = tarfile.TarInfo(str(path)[1:])
            entry.size, entry.mode = len(text.encode()), 0o644
            self._tar.addfile(entry, io.BytesIO(text.encode()))

    def _new(self, path: Path) -> bool:
        """Whether it was not there yet; then what is above it is."""
        if path in self._added:
            return False
        if path.parent.exists():
            self.add(path.parent)
        else:
            self.folder(path.parent)
        self._added.add(path)
        return True
