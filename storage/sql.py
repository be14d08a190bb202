"""The statement that SQLite and PostgreSQL share, and SQLAlchemy keeps in each one's dialect."""

from __future__ import annotations

from typing import cast

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import sqlite


def upsert(connection: Connection, table: Table) -> sqlite.Insert:
    """An INSERT that knows `on_conflict_do_nothing` and `on_conflict_do_update`.

    Its result counts rows, which SQLAlchemy lets be for what inserts unless it is asked.
    """
    if connection.dialect.name == "sqlite":
        return sqlite.insert(table).execution_options(preserve_rowcount=True)
    from sqlalchemy.dialects import postgresql  # noqa: PLC0415 - only where there is such a server

    insert = postgresql.insert(table).execution_options(preserve_rowcount=True)
    return cast("sqlite.Insert", insert)  # the same methods
