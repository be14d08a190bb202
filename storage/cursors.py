"""Where the feed of each host goes on after a restart; it grants nothing: no seal."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Connection, Float, Table, Text, select

from storage.schema import metadata
from storage.sql import upsert

event_cursor = Table(
    "event_cursor",
    metadata,
    Column("bot", BigInteger, primary_key=True, autoincrement=False),
    Column("host", Text, primary_key=True),
    Column("cursor", Text, nullable=False),
    Column("changed_at", Float, nullable=False),
)


def load(connection: Connection, bot: int, host: str) -> str | None:
    """What was saved last for a host, the caller's own text."""
    here = (event_cursor.c.bot == bot) & (event_cursor.c.host == host)
    return connection.scalar(select(event_cursor.c.cursor).where(here))


def save(connection: Connection, bot: int, host: str, cursor: str, now: float) -> None:
    """Keep it in the place of what was saved before."""
    values = {"bot": bot, "host": host, "cursor": cursor, "changed_at": now}
    statement = upsert(connection, event_cursor).on_conflict_do_update(
        index_elements=["bot", "host"], set_=values
    )
    connection.execute(statement, values)
