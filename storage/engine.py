"""How a database is reached: one SQLAlchemy engine, SQLite's settings, errors in our own words."""

from __future__ import annotations

import os
import sqlite3
import time
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, NullPool, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.engine.interfaces import DBAPIConnection, DBAPICursor
from sqlalchemy.exc import (
    ArgumentError,
    DataError,
    DBAPIError,
    IntegrityError,
    SQLAlchemyError,
)
from sqlalchemy.pool import ConnectionPoolEntry

from storage.ballast import free
from storage.errors import DiskFull, Locked, Refused, StorageError

_PRAGMAS = (
    "busy_timeout = {busy_ms}",  # first: the ones below may have to wait
    "journal_mode = WAL",
    "synchronous = FULL",  # what was committed survives a power cut
    "foreign_keys = ON",
    "recursive_triggers = ON",  # INSERT OR REPLACE passes the triggers that guard the audit
    "cache_size = -1024",  # KiB a connection
    "temp_store = MEMORY",  # a read-only container has no place for temporary files
    "journal_size_limit = 4194304",
)
_SMALL = 2**20
_PAUSE = 0.02  # seconds from one try to the next, on the threads of the database


def open_engine(url: str, *, key: bytes = b"", busy_timeout: float = 3.0) -> Engine:
    """An engine without a pool (each thread keeps its connection). `busy_timeout` in seconds.

    A connection's `info["key"]` is the secret of `storage.sealed`.
    """
    parsed = parse(url)
    sqlite = parsed.get_backend_name() == "sqlite"
    options = {"isolation_level": None} if sqlite else {}
    try:
        # Parameters are people's data: no error may quote them.
        engine = create_engine(
            parsed, poolclass=NullPool, hide_parameters=True, connect_args=options
        )
    except ModuleNotFoundError as error:
        raise StorageError(_lacking(error.name)) from error
    except ArgumentError as error:
        raise StorageError("storage.url names a kind of database that is not known") from error

    @event.listens_for(engine, "connect")
    def connected(connection: DBAPIConnection, entry: ConnectionPoolEntry) -> None:
        entry.info["key"] = key
        if sqlite:
            cursor = connection.cursor()
            for pragma in _PRAGMAS:
                _set(cursor, pragma.format(busy_ms=int(busy_timeout * 1000)), busy_timeout)
            cursor.close()

    if sqlite:
        event.listen(engine, "begin", begin)
    return engine


def _set(cursor: DBAPICursor, pragma: str, patience: float) -> None:
    """Set it, waiting for who writes: SQLite changes a journal's mode without its busy handler."""
    until = time.monotonic() + patience
    while True:
        try:
            cursor.execute(f"PRAGMA {pragma}")
        except sqlite3.OperationalError as error:
            if _code(error) != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            time.sleep(_PAUSE)
        else:
            return


def snapshots(engine: Engine) -> Engine:
    """The engine, for who reads: a transaction sees what was committed when it began."""
    if engine.dialect.name == "sqlite":
        return engine  # where no other kind of transaction is
    return engine.execution_options(isolation_level="REPEATABLE READ")


def parse(url: str) -> URL:
    """A database's URL, read.

    Raises:
        StorageError: it is none.
    """
    try:
        return make_url(url)
    except ArgumentError as error:
        raise StorageError("storage.url is not a database URL") from error


def _lacking(driver: str | None) -> str:
    package = "psycopg[binary]" if driver == "psycopg" else driver
    return f"the driver {driver} is not installed: pip install '{package}'"


def begin(connection: Connection) -> None:
    """Begin a transaction of SQLite's, for writing where the connection's options say so."""
    # The driver would begin late and as a reader; a reader that turns writer can deadlock.
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def file_of(url: URL) -> Path | None:
    """Where the database's file is; nothing if it is a server."""
    if url.get_backend_name() != "sqlite":
        return None
    if url.database in {None, "", ":memory:"} or "mode" in url.query:
        raise StorageError("a database in memory would lose everything: storage.url needs a file")
    return Path(str(url.database))


def make_private(path: Path) -> None:
    """Make the file (0600) and its missing directories, for this user alone."""
    make_folder(path)
    try:
        # SQLite gives its journal files the mode of the database.
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        if path.stat().st_uid == os.geteuid():
            path.chmod(0o600)
    except OSError as error:
        raise StorageError(f"{path} cannot be used: {error.strerror}") from error


def make_folder(path: Path) -> None:
    """Make the missing directories of a file (0700), for this user alone."""
    try:
        for directory in reversed(path.absolute().parents):
            if not directory.is_dir():
                directory.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise StorageError(f"{path.parent} cannot be made: {error.strerror}") from error


def translated(error: BaseException, file: Path | None) -> BaseException:
    """An error of SQLAlchemy or the driver as one of ours; any other as it is."""
    if not isinstance(error, DBAPIError):
        return StorageError(str(error)) if isinstance(error, SQLAlchemyError) else error
    code = _code(error.orig)
    text = str(error.orig)
    if isinstance(error, (IntegrityError, DataError)):
        return Refused(text)
    if code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
        return Locked(text)
    if code == sqlite3.SQLITE_FULL or (code == sqlite3.SQLITE_IOERR and _is_full(file)):
        return DiskFull(text)
    return StorageError(text)


def _code(error: BaseException | None) -> int:
    """SQLite's code for it, without what more there is to some of them; 0 if it is none of its."""
    code: int = getattr(error, "sqlite_errorcode", 0)
    return code & 0xFF


def _is_full(file: Path | None) -> bool:
    # The index of the journal is mapped memory: without room, its error is a plain I/O error.
    return file is not None and free(file.parent) < _SMALL
