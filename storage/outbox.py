"""What is to be sent, stored in the transaction of the state that it tells, so that it is not lost.

A row goes from pending to sending to sent or failed. After a crash, what was *sending* is pending
again: a duplicate is possible then, and only then. Of several edits of one message only the newest
is worth sending: an edit that waits is superseded by the next with the same slot. What a row said
is dropped as soon as it is over.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import asdict, dataclass, fields
from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Connection,
    Float,
    Index,
    Integer,
    LargeBinary,
    RowMapping,
    String,
    Table,
    Text,
    select,
)

from storage import slots
from storage.schema import RowId, metadata, word


class State(StrEnum):
    """How far a message got."""

    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    SUPERSEDED = "superseded"


outbox = Table(
    "outbox",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("bot", BigInteger, nullable=False),
    Column("chat", BigInteger, nullable=False),
    Column("thread", BigInteger),
    Column("slot", Text),
    Column("edit", Boolean, nullable=False),
    Column("priority", Integer, nullable=False),
    Column("method", String(64), nullable=False),
    Column("payload", Text, nullable=False),
    Column("file", LargeBinary),
    Column("file_name", Text),
    Column("reply_to", BigInteger),
    Column("silent", Boolean, nullable=False),
    Column("buttons", Text, nullable=False),
    Column("state", String(12), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("instance", String(64)),
    Column("not_before", Float, nullable=False),
    Column("created_at", Float, nullable=False),
    Column("sent_at", Float),
    Column("message_id", BigInteger),
    Column("error", Text),
    sqlite_autoincrement=True,  # an id is never given twice, also not after pruning
)
_OPEN = outbox.c.state.in_([word("pending"), word("sending")])
Index(
    "ix_outbox_open",
    outbox.c.bot,
    outbox.c.priority,
    outbox.c.id,
    sqlite_where=_OPEN,
)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message or an edit. `payload` is JSON, the caller's own; `buttons` are their ids.

    The lowest `priority` goes first. `slot` names a message across edits; an `edit` replaces the
    one that waits for the same slot. The fields from `id` on are set by this module.
    """

    bot: int
    chat: int
    method: str
    payload: str
    created_at: float
    thread: int | None = None
    slot: str | None = None
    edit: bool = False
    priority: int = 5
    file: bytes | None = None
    file_name: str | None = None
    reply_to: int | None = None
    silent: bool = True
    buttons: tuple[str, ...] = ()
    not_before: float = 0.0
    id: int = 0
    state: State = State.PENDING
    attempts: int = 0
    instance: str | None = None
    sent_at: float | None = None
    message_id: int | None = None
    error: str | None = None


def enqueue(connection: Connection, row: Outgoing) -> int:
    """Store what is to be sent and return its id."""
    if row.edit and row.slot is not None:
        _supersede(connection, (outbox.c.bot == row.bot) & (outbox.c.slot == row.slot))
    values = asdict(row) | {"buttons": json.dumps(row.buttons), "state": State.PENDING}
    del values["id"]
    inserted = connection.execute(outbox.insert().returning(outbox.c.id), values)
    number: int = inserted.scalar_one()
    return number


def pending(connection: Connection, bot: int, limit: int) -> list[Outgoing]:
    """What waits, in the order in which it should go; also what must not go yet (`not_before`)."""
    rows = connection.execute(
        select(outbox)
        .where(outbox.c.bot == bot, _OPEN, outbox.c.state == State.PENDING)
        .order_by(outbox.c.priority, outbox.c.id)
        .limit(limit)
    )
    return [_outgoing(row) for row in rows.mappings()]


def sending(connection: Connection, id: int, instance: str) -> bool:  # noqa: A002 - the field's name
    """Note that it is on its way. False if it no longer waits: then it must not be sent."""
    result = connection.execute(
        outbox.update()
        .where(outbox.c.id == id, outbox.c.state == State.PENDING)
        .values(state=State.SENDING, instance=instance, attempts=outbox.c.attempts + 1)
    )
    return result.rowcount == 1


def sent(connection: Connection, id: int, message_id: int | None, now: float) -> None:  # noqa: A002 - the same
    """Note that it was accepted; its slot, if it has one, is now this message."""
    row = connection.execute(
        outbox.update()
        .where(outbox.c.id == id)
        .values(state=State.SENT, sent_at=now, message_id=message_id, **_EMPTY)
        .returning(outbox.c.bot, outbox.c.chat, outbox.c.slot)
    ).one()
    if row.slot is not None and message_id is not None:
        slots.bind(connection, slots.Slot(row.slot, row.bot, row.chat, message_id, now))


def failed(connection: Connection, id: int, error: str) -> None:  # noqa: A002 - the same
    """Give it up for good. `error` must hold nothing secret."""
    connection.execute(
        outbox.update().where(outbox.c.id == id).values(state=State.FAILED, error=error, **_EMPTY)
    )


def postpone(connection: Connection, id: int, not_before: float) -> None:  # noqa: A002 - the same
    """Let it wait until then; an edit that is no longer the newest is superseded instead."""
    connection.execute(
        outbox.update()
        .where(outbox.c.id == id, _OPEN)
        .values(state=State.PENDING, not_before=not_before)
    )
    _supersede_stale(connection)


def reclaim(connection: Connection, instances: Collection[str]) -> int:
    """Make pending again what these instances, which have ended, were sending; say how many."""
    result = connection.execute(
        outbox.update()
        .where(_OPEN, outbox.c.state == State.SENDING, outbox.c.instance.in_(instances))
        .values(state=State.PENDING)
    )
    _supersede_stale(connection)
    return result.rowcount


def prune(connection: Connection, before: float) -> int:
    """Remove what is over and was made before then."""
    return connection.execute(outbox.delete().where(~_OPEN, outbox.c.created_at < before)).rowcount


_EMPTY = {"payload": "", "file": None}


def _supersede(connection: Connection, which: ColumnElement[bool]) -> None:
    connection.execute(
        outbox.update()
        .where(which, _OPEN, outbox.c.state == State.PENDING, outbox.c.edit)
        .values(state=State.SUPERSEDED, **_EMPTY)
    )


def _supersede_stale(connection: Connection) -> None:
    newer = outbox.alias("newer")
    _supersede(
        connection,
        select(newer.c.id)
        .where(
            newer.c.bot == outbox.c.bot,
            newer.c.slot == outbox.c.slot,
            newer.c.edit,
            newer.c.id > outbox.c.id,
            newer.c.state.in_(["pending", "sending", "sent"]),
        )
        .exists(),
    )


def _outgoing(row: RowMapping) -> Outgoing:
    stored = {field.name: row[field.name] for field in fields(Outgoing)}
    return Outgoing(
        **stored | {"buttons": tuple(json.loads(row["buttons"])), "state": State(row["state"])}
    )
