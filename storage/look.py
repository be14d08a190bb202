"""Looking at a database without making or changing anything, not even a file beside it.

It is for the console: the bot itself may run on that database, or may never have run yet.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import Connection, Engine, NullPool, create_engine, event

from storage import migrate
from storage.engine import begin, file_of, open_engine, parse, snapshots, translated
from storage.errors import Missing, StorageError
from storage.schema import VERSION
from storage.sealed import read_key

_PATIENCE = 3.0  # seconds for who holds the database


@contextmanager
def look(url: str, key: Path) -> Iterator[Connection]:
    """A connection that can only read, to a database of this version, with the key from its file.

    Raises:
        Missing: there is no database yet.
        StorageError: it can't be read, or is another version's; or there is no key.
    """
    file = file_of(parse(url))
    if file is not None:
        _find(file)
    engine = snapshots(open_engine(url)) if file is None else _reading(file)
    try:
        with engine.connect() as connection:
            _of_this_version(connection)
            connection.info["key"] = read_key(key)
            yield connection
    except Exception as error:
        ours = translated(error, file)
        if ours is error:
            raise
        raise ours from error


def _find(file: Path) -> None:
    try:
        file.stat()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise Missing(f"{file} is not there") from error
    except OSError as error:
        raise StorageError(f"{file} cannot be looked at: {error.strerror}") from error


def _reading(file: Path) -> Engine:
    # Without a journal nobody has it open: then SQLite need not make the files that lock it, which
    # a reader would leave behind.
    alone = not file.with_name(f"{file.name}-wal").exists()
    place = f"file:{quote(str(file.absolute()))}?mode=ro{'&immutable=1' if alone else ''}"
    engine = create_engine(
        "sqlite://",
        creator=lambda: sqlite3.connect(place, _PATIENCE, isolation_level=None, uri=True),
        poolclass=NullPool,
        hide_parameters=True,
    )
    event.listen(engine, "begin", begin)
    return engine


def _of_this_version(connection: Connection) -> None:
    found = migrate.version(connection)
    if found is None:
        raise Missing("the database holds nothing yet")
    if found != VERSION:
        raise StorageError(f"the database is of version {found}, this program knows {VERSION}")
