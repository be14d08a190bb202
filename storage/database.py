"""The door to what is stored: `write` and `read` hand a function a connection, off the loop.

One thread writes, in transactions that several callers may share; two read. None of them is ever
waited for longer than a moment, so that a disk that hangs cannot keep the process from ending.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection, Engine

from storage import migrate
from storage.ballast import SIZE, Ballast
from storage.engine import file_of, open_engine
from storage.jobs import Jobs, start
from storage.lock import Locks
from storage.reader import Reader
from storage.writer import Writer

__all__ = ["Connection", "Database"]

T = TypeVar("T")
READERS = 2
_WAITING = 1024
_GRACE = 2.0  # seconds that closing waits for the threads

log = logging.getLogger(__name__)


class Database:
    """An open database. `locks` tells which instances of this machine live; none with a server."""

    def __init__(self, engine: Engine, ballast: int) -> None:
        self._writes = Jobs(_WAITING)
        self._reads = Jobs(_WAITING)
        file = file_of(engine.url)
        self._ballast = Ballast(Path(f"{file}.ballast"), ballast) if file and ballast else None
        self.file = file
        self.locks = Locks(file) if file else None
        writer = Writer(engine, file, self._ballast)
        self._threads: list[Future[None]] = [
            start("storage-writer", partial(writer.work, self._writes)),
            *(
                start(f"storage-reader-{n}", partial(Reader(engine, file).work, self._reads))
                for n in range(READERS)
            ),
        ]

    @classmethod
    async def open(
        cls,
        url: str,
        *,
        key: bytes = b"",
        busy_timeout: float = 3.0,
        ballast: int = SIZE,
    ) -> Database:
        """Open it, made or migrated as needed.

        `key` seals what grants rights (see `storage.sealed`) and must not be kept in the database.
        `busy_timeout` is in seconds, `ballast` in bytes; 0 keeps none.

        Raises:
            StorageError: it cannot be opened, or belongs to a newer version.
        """
        engine = open_engine(url, key=key, busy_timeout=busy_timeout)
        database = cls(engine, ballast)
        try:
            await database.write(database._prepare)
        except BaseException:
            await database.close()
            raise
        return database

    async def write(self, fn: Callable[[Connection], T]) -> T:
        """Run it in a transaction, return when that is on the disk.

        It may run twice (the first time taken back), so it must touch nothing but its connection.
        If the caller is cancelled while it runs, it is stored all the same.
        """
        return await self._writes.submit(fn)

    async def read(self, fn: Callable[[Connection], T]) -> T:
        """Run it on a snapshot of what is stored; it cannot write."""
        return await self._reads.submit(fn)

    async def close(self, grace: float = _GRACE) -> None:
        """Finish what waits, for `grace` seconds; what hangs is left to end with the process."""
        self._writes.close()
        self._reads.close()
        ending = [asyncio.wrap_future(thread) for thread in self._threads]
        done, hung = await asyncio.wait(ending, timeout=grace)
        self._writes.abandon()
        self._reads.abandon()
        if hung:
            log.warning("%d thread(s) of the database hang and are left behind", len(hung))
        for thread in done:
            thread.result()
        if self.locks:
            self.locks.release()

    def _prepare(self, connection: Connection) -> None:
        migrate.prepare(connection)
        if self._ballast:
            self._ballast.restore()
