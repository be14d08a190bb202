"""Files on their way to a chat: on disk, since they may be larger than the memory.

Each run of the bot has a folder of its own, with a lock that ends with the process: what a dead
run has left, and nobody is to send any more, is removed at the next start.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import secrets
import shutil
from collections.abc import AsyncIterator, Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")

_LOCK = ".lock"
_THREADS = 4
_RESERVE = 128 * 1024 * 1024  # bytes of the disk that are left to the database


class Spool:
    """Gives out files. `kept` are paths of those that are still to be sent."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._run = secrets.token_hex(8)
        self._lock: int | None = None
        self._threads = ThreadPoolExecutor(_THREADS, "spool")

    async def do(self, work: Callable[..., T], *args: object) -> T:
        """What a piece of work on files gives, done in a thread of its own."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, work, *args)

    async def feed(self, write: Callable[[bytes], object], pieces: AsyncIterator[bytes]) -> None:
        """Write each piece in a thread while the next comes. When it ends, no thread writes.

        Raises:
            Exception: what a write, or who gives the pieces, has raised.
        """
        writing = asyncio.ensure_future(self.do(write, b""))
        try:
            async for piece in pieces:
                await asyncio.shield(writing)
                writing = asyncio.ensure_future(self.do(write, piece))
        finally:
            # A thread goes on when the task that waits for it is cancelled.
            await asyncio.wait({writing})
            failed = writing.exception()
        if failed is not None:
            raise failed

    def open(self, kept: Collection[str] = ()) -> None:
        """Make this run's folder, and remove what dead ones have left, but for what is `kept`.

        Raises:
            OSError: it can't be made.
        """
        self.root.mkdir(mode=0o700, exist_ok=True)
        own = self.root / self._run
        own.mkdir(mode=0o700)
        self._lock = _locked(own)
        for folder in self.root.iterdir():
            if folder != own and folder.is_dir() and not folder.is_symlink():
                self._sweep(folder, kept)

    def new(self) -> Path:
        """A file that does not exist yet, in this run's folder."""
        return self.root / self._run / secrets.token_hex(8)

    def room(self) -> int:
        """How many bytes may be written now; the rest of the disk is the database's."""
        return max(0, shutil.disk_usage(self.root).free - _RESERVE)

    def close(self, kept: Collection[str] = ()) -> None:
        """End this run: what is not `kept` is removed."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None
            self._sweep(self.root / self._run, kept)

    def _sweep(self, folder: Path, kept: Collection[str]) -> None:
        with suppress(OSError):
            lock = _locked(folder)
            if lock is None:
                return  # its run lives
            try:
                for file in folder.iterdir():
                    if file.is_dir() and not file.is_symlink():
                        shutil.rmtree(file)
                    elif file.name != _LOCK and str(file) not in kept:
                        file.unlink()
                if [file.name for file in folder.iterdir()] == [_LOCK]:
                    shutil.rmtree(folder)
            finally:
                os.close(lock)


def _locked(folder: Path) -> int | None:
    """The lock of a folder, held until it is closed; None if somebody else holds it."""
    lock = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(lock)
        return None
    return lock
