"""Which message a slot is: an edit names the slot and finds the message that was sent for it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields

from sqlalchemy import BigInteger, Column, Connection, Float, Table, Text, select

from storage import alerts, calls
from storage.schema import metadata
from storage.sql import upsert

slot = Table(
    "slot",
    metadata,
    Column("bot", BigInteger, primary_key=True),
    Column("chat", BigInteger, primary_key=True),
    Column("slot", Text, primary_key=True),
    Column("message_id", BigInteger, nullable=False),
    Column("changed_at", Float, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Slot:
    """A message that edits find by name; another chat may have one of the same name."""

    bot: int
    chat: int
    slot: str
    message_id: int
    changed_at: float


def bind(connection: Connection, one: Slot) -> None:
    """Note which message a slot is, from now on."""
    values = asdict(one)
    statement = upsert(connection, slot).on_conflict_do_update(
        index_elements=["bot", "chat", "slot"], set_=values
    )
    connection.execute(statement, values)


def find(connection: Connection, bot: int, chat: int, name: str) -> Slot | None:
    """The message of a slot; none while it was not sent."""
    here = (slot.c.bot == bot) & (slot.c.chat == chat) & (slot.c.slot == name)
    row = connection.execute(select(slot).where(here)).mappings().first()
    return None if row is None else Slot(**{field.name: row[field.name] for field in fields(Slot)})


def under(connection: Connection, bot: int, chat: int, message_id: int) -> str | None:
    """The slot that a message is, of those that were sent lately."""
    here = (slot.c.bot == bot) & (slot.c.chat == chat) & (slot.c.message_id == message_id)
    return connection.scalar(select(slot.c.slot).where(here))


def prune(connection: Connection, before: float) -> int:
    """Forget slots that nothing was sent for since then, but not those of what still goes on."""
    here = slot.c.slot
    old = (slot.c.changed_at < before) & here.not_in(calls.slots()) & here.not_in(alerts.slots())
    return connection.execute(slot.delete().where(old)).rowcount
