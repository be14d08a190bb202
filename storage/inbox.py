"""Updates as they came, stored before they are confirmed to who sent them.

Each is unique by (bot, update id): whatever arrives twice is stored once. An instance takes rows
and reports them done; what it had taken when it died goes back to new. The id of a done row
outlives its body, so that a late repetition is still known. What an update says is sealed: who can
write the database file cannot ask in another's name.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Float,
    Index,
    Integer,
    LargeBinary,
    Row,
    String,
    Table,
    select,
    tuple_,
)

from storage import sealed
from storage.schema import metadata, word
from storage.sql import upsert


class State(StrEnum):
    """How far an update got."""

    NEW = "new"
    TAKEN = "taken"
    DONE = "done"


inbox = Table(
    "inbox",
    metadata,
    Column("bot", BigInteger, primary_key=True),
    Column("update_id", BigInteger, primary_key=True),
    Column("body", LargeBinary, nullable=False),
    Column("received_at", Float, nullable=False),
    Column("state", String(8), nullable=False),
    Column("instance", String(64)),
    Column("taken_at", Float),
    Column("attempts", Integer, nullable=False),
    Column("seal", LargeBinary, nullable=False),
)
_OPEN = inbox.c.state != word(State.DONE)
Index(
    "ix_inbox_open",
    inbox.c.bot,
    inbox.c.received_at,
    inbox.c.update_id,
    sqlite_where=_OPEN,
)
_STORED = (
    inbox.c.bot,
    inbox.c.update_id,
    inbox.c.body,
    inbox.c.received_at,
    inbox.c.state,
    inbox.c.instance,
    inbox.c.attempts,
    inbox.c.seal,
)


@dataclass(frozen=True, slots=True)
class Stored:
    """An update that waits or is worked on. `attempts` counts how often it was taken.

    One that is not `genuine` was written or changed by somebody else, and is not to be acted upon.
    """

    update_id: int
    body: bytes
    received_at: float
    state: State
    instance: str | None
    attempts: int
    genuine: bool = True


def put(connection: Connection, bot: int, update_id: int, body: bytes, now: float) -> bool:
    """Store an update; false if it is known already."""
    statement = upsert(connection, inbox).on_conflict_do_nothing()
    row = {
        "bot": bot,
        "update_id": update_id,
        "body": body,
        "received_at": now,
        "state": State.NEW,
        "attempts": 0,
        "seal": sealed.seal(connection, "inbox", _says(bot, update_id, body, now)),
    }
    return connection.execute(statement, row).rowcount == 1


def take(connection: Connection, bot: int, instance: str, now: float, limit: int) -> list[Stored]:
    """Take the oldest new updates, up to `limit`, for an instance; in order of arrival."""
    oldest = (
        select(inbox.c.bot, inbox.c.update_id)
        .where(inbox.c.bot == bot, _OPEN, inbox.c.state == State.NEW)
        .order_by(inbox.c.received_at, inbox.c.update_id)
        .limit(limit)
    )
    taken = connection.execute(
        inbox.update()
        .where(tuple_(inbox.c.bot, inbox.c.update_id).in_(oldest))
        .values(state=State.TAKEN, instance=instance, taken_at=now, attempts=inbox.c.attempts + 1)
        .returning(*_STORED)
    )
    return sorted(
        (_stored(connection, row) for row in taken), key=lambda s: (s.received_at, s.update_id)
    )


def done(connection: Connection, bot: int, update_id: int) -> None:
    """Forget what an update said; its id stays known."""
    connection.execute(
        inbox.update()
        .where(inbox.c.bot == bot, inbox.c.update_id == update_id)
        .values(state=State.DONE, body=b"", instance=None)
    )


def reclaim(connection: Connection, instances: Collection[str]) -> int:
    """Make new again what these instances, which have ended, had taken; say how many."""
    result = connection.execute(
        inbox.update()
        .where(_OPEN, inbox.c.state == State.TAKEN, inbox.c.instance.in_(instances))
        .values(state=State.NEW, instance=None)
    )
    return result.rowcount


def prune(connection: Connection, before: float) -> int:
    """Drop the ids of done updates that came before then; repetitions are known for 24 h."""
    result = connection.execute(
        inbox.delete().where(inbox.c.state == State.DONE, inbox.c.received_at < before)
    )
    return result.rowcount


def _says(bot: int, update_id: int, body: bytes, received_at: float) -> dict[str, object]:
    said = hashlib.sha256(body).hexdigest()
    return {"bot": bot, "update_id": update_id, "body": said, "received_at": float(received_at)}


def _stored(
    connection: Connection, row: Row[int, int, bytes, float, str, str | None, int, bytes]
) -> Stored:
    says = _says(row.bot, row.update_id, row.body, row.received_at)
    return Stored(
        row.update_id,
        row.body,
        row.received_at,
        State(row.state),
        row.instance,
        row.attempts,
        sealed.holds(connection, "inbox", says, row.seal),
    )
