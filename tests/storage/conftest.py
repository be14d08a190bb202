"""A database in memory for what is only rows, one on disk for what is threads and files."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest
from sqlalchemy import Connection

from storage import migrate
from storage.database import Database
from storage.engine import open_engine

KEY = b"k" * 32


@cache
def _made(key: bytes) -> Connection:
    connection = open_engine("sqlite://", key=key).connect()
    with connection.begin():
        migrate.create(connection)
    return connection


@contextmanager
def fresh(key: bytes = KEY) -> Iterator[Connection]:
    """A database as it is made; its tables are made once, and what is written is taken back."""
    connection = _made(key)
    written = connection.begin()
    try:
        yield connection
    finally:
        written.rollback()


@pytest.fixture
def connection() -> Iterator[Connection]:
    with fresh() as made:
        yield made


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/state/pierhead.db"


@pytest.fixture
async def db(url: str) -> AsyncIterator[Database]:
    database = await Database.open(url, key=KEY, ballast=0)
    yield database
    await database.close()
