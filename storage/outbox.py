"""What is to be sent, stored in the transaction of the state that it tells, so that it is not lost.

A row goes from pending to sent, failed or superseded, and belongs to the instance that is to send
it: two bots on one database never send the same. What was on its way when its instance died is
still pending, so a duplicate is possible then, and only then. Of several edits of one message only
the newest is worth sending: an edit that waits is superseded by the next with the same slot in that
chat. What a row said is dropped as soon as it is over. What it says, and where, is sealed: a
label that somebody else lays over a button is not sent.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from itertools import islice
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
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

from storage import instances, sealed, slots
from storage.schema import RowId, metadata, word

log = logging.getLogger(__name__)


class State(StrEnum):
    """How far a message got."""

    PENDING = "pending"
    SENT = "sent"
    FAILED = "failed"
    SUPERSEDED = "superseded"


outbox = Table(
    "outbox",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("bot", BigInteger, nullable=False),
    Column("instance", String(64), nullable=False),
    Column("chat", BigInteger, nullable=False),
    Column("thread", BigInteger),
    Column("slot", Text),
    Column("edit", Boolean, nullable=False),
    Column("priority", Integer, nullable=False),
    Column("payload", Text, nullable=False),
    Column("file", LargeBinary),
    Column("file_name", Text),
    Column("reply_to", BigInteger),
    Column("silent", Boolean, nullable=False),
    Column("state", String(12), nullable=False),
    Column("created_at", Float, nullable=False),
    Column("error", Text),
    Column("seal", LargeBinary, nullable=False),
    sqlite_autoincrement=True,  # an id is never given twice, also not after pruning
)
_OPEN = outbox.c.state == word(State.PENDING)
Index(
    "ix_outbox_open",
    outbox.c.bot,
    outbox.c.instance,
    outbox.c.priority,
    outbox.c.id,
    sqlite_where=_OPEN,
)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message or an edit that `instance` is to send. `payload` is JSON, the caller's own.

    The lowest `priority` goes first. `slot` names a message across edits; an `edit` replaces the
    one that waits for the same slot. The fields from `id` on are set by this module.
    """

    bot: int
    instance: str
    chat: int
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
    id: int = 0
    state: State = State.PENDING
    error: str | None = None


def enqueue(connection: Connection, row: Outgoing) -> int:
    """Store what is to be sent and return its id."""
    if row.edit and row.slot is not None:
        _supersede(connection, row.bot, row.chat, row.slot)
    values = asdict(row) | {"state": State.PENDING}
    del values["id"]
    values["seal"] = sealed.seal(connection, "outbox", _says(values))
    inserted = connection.execute(outbox.insert().returning(outbox.c.id), values)
    number: int = inserted.scalar_one()
    return number


def pending(
    connection: Connection, bot: int, instance: str, limit: int, *, chat: int | None = None
) -> list[Outgoing]:
    """What waits for an instance, in the order in which it should go; what was forged is failed.

    That is for all chats that Telegram has, whose number is not 0, or for one.
    """
    here = outbox.c.chat != 0 if chat is None else outbox.c.chat == chat
    waiting = (
        select(outbox)
        .where(outbox.c.bot == bot, outbox.c.instance == instance, here, _OPEN)
        .order_by(outbox.c.priority, outbox.c.id)
    )
    forged: list[int] = []
    with connection.execute(waiting, execution_options={"yield_per": 100}) as rows:
        genuine = (row for row in rows.mappings() if _genuine(connection, row, forged))
        found = [_outgoing(row) for row in islice(genuine, limit)]
    for number in forged:
        failed(connection, number, "forged")
    return found


def payloads(connection: Connection) -> list[str]:
    """What all that waits says, whoever is to send it."""
    return list(connection.execute(select(outbox.c.payload).where(_OPEN)).scalars())


def sent(connection: Connection, id: int, message_id: int, now: float) -> None:  # noqa: A002 - the field's name
    """Note that it was accepted, be it superseded on its way; its slot is now this message."""
    row = connection.execute(
        outbox.update()
        .where(outbox.c.id == id)
        .values(state=State.SENT, **_EMPTY)
        .returning(outbox.c.bot, outbox.c.chat, outbox.c.slot)
    ).first()
    if row is not None and row.slot is not None:
        slots.bind(connection, slots.Slot(row.bot, row.chat, row.slot, message_id, now))


def move(
    connection: Connection,
    id: int,  # noqa: A002 - the same
    to: int,
    slot: str | None,
) -> None:
    """Its chat has a new id: it waits for that one, in no topic, a reply to nothing, by this slot.

    It stays the same row, so whoever waits to hear what became of it does. A forged one stays put.
    """
    row = connection.execute(select(outbox).where(outbox.c.id == id, _OPEN)).mappings().first()
    if row is None or not sealed.holds(connection, "outbox", _says(row), row["seal"]):
        return
    changes = {"chat": to, "thread": None, "reply_to": None, "slot": slot}
    seal = sealed.seal(connection, "outbox", _says({**row, **changes}))
    connection.execute(outbox.update().where(outbox.c.id == id).values(**changes, seal=seal))


def failed(connection: Connection, id: int, error: str) -> None:  # noqa: A002 - the same
    """Give it up for good. `error` must hold nothing secret."""
    connection.execute(
        outbox.update().where(outbox.c.id == id).values(state=State.FAILED, error=error, **_EMPTY)
    )


def states(connection: Connection, ids: Collection[int]) -> dict[int, State]:
    """How far these got; what is not known any more was over long ago."""
    rows = connection.execute(select(outbox.c.id, outbox.c.state).where(outbox.c.id.in_(ids)))
    return {row.id: State(row.state) for row in rows}


def reclaim(connection: Connection, bot: int, instance: str) -> int:
    """Make this instance's what waits for one that is no longer registered; say how many."""
    result = connection.execute(
        outbox.update()
        .where(
            outbox.c.bot == bot, _OPEN, outbox.c.instance.not_in(select(instances.instance.c.id))
        )
        .values(instance=instance)
    )
    return result.rowcount


def prune(connection: Connection, before: float) -> int:
    """Remove what is over and was made before then."""
    return connection.execute(outbox.delete().where(~_OPEN, outbox.c.created_at < before)).rowcount


_EMPTY = {"payload": "", "file": None}
# The rest is given by the database, or changes on the way.
_SEALED = (
    "bot",
    "chat",
    "thread",
    "slot",
    "edit",
    "priority",
    "payload",
    "file",
    "file_name",
    "reply_to",
    "silent",
    "created_at",
)


def _supersede(connection: Connection, bot: int, chat: int, slot: str) -> None:
    same = (outbox.c.bot == bot) & (outbox.c.chat == chat) & (outbox.c.slot == slot)
    connection.execute(
        outbox.update().where(same, outbox.c.edit, _OPEN).values(state=State.SUPERSEDED, **_EMPTY)
    )


def _genuine(connection: Connection, row: RowMapping, forged: list[int]) -> bool:
    holds = sealed.holds(connection, "outbox", _says(row), row["seal"])
    if not holds:
        log.error("message %s was changed in the database, and is not sent", row["id"])
        forged.append(row["id"])
    return holds


def _says(row: Mapping[Any, object]) -> dict[str, object]:
    return {name: row[name] for name in _SEALED}


def _outgoing(row: RowMapping) -> Outgoing:
    stored = {field.name: row[field.name] for field in fields(Outgoing)}
    return Outgoing(**stored | {"state": State(row["state"])})
