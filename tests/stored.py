"""What the inbox holds, as only tests look at it."""

from __future__ import annotations

from sqlalchemy import Connection, func, select

from storage import inbox
from storage.inbox import State, Stored


def updates(connection: Connection, bot: int) -> list[Stored]:
    """All that is new or taken, in order of arrival."""
    table = inbox.inbox.c
    rows = connection.execute(
        select(*inbox._STORED)
        .where(table.bot == bot, table.state != State.DONE)
        .order_by(table.received_at, table.update_id)
    )
    return [inbox._stored(connection, row) for row in rows]


def count(connection: Connection, bot: int, state: State = State.NEW) -> int:
    """How many are in a state."""
    table = inbox.inbox.c
    asked = select(func.count()).where(table.bot == bot, table.state == state)
    return connection.execute(asked).scalar_one()
