"""Buttons as they were offered: what a tap carries is only a random id, and this is what it means.

A button that changes something is used once, by whom it was made for, before it expires; whether
chat and message are the right ones is the caller's to compare. All of it is sealed, anew with every
change: one that was changed in the database can't be found, shown or used.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Connection,
    Float,
    Index,
    LargeBinary,
    RowMapping,
    String,
    Table,
    Text,
    and_,
    or_,
    select,
)

from storage import sealed
from storage.errors import Forged
from storage.schema import metadata

button = Table(
    "button",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("chat", BigInteger, nullable=False),
    Column("message_id", BigInteger),
    Column("person", BigInteger),
    Column("verb", String(16), nullable=False),
    Column("argv", Text, nullable=False),
    Column("call_id", String(64)),
    Column("plan", Text, nullable=False),
    Column("host", Text),
    Column("inplace", Boolean, nullable=False),
    Column("created_at", Float, nullable=False),
    Column("expires_at", Float, nullable=False),
    Column("shown_at", Float),
    Column("used_at", Float),
    Column("used_by", BigInteger),
    Column("seal", LargeBinary, nullable=False),
)
Index(None, button.c.call_id)
Index(None, button.c.expires_at)
_SEALED = tuple(column.name for column in button.c if column.name != "seal")


@dataclass(frozen=True, slots=True)
class Button:
    """A button. Without a `person` anyone in the chat may tap it. `plan` is JSON, the caller's own.

    `message_id` and `shown_at` are none until it was sent. One that has `used_at` without `used_by`
    was retired.
    """

    id: str
    chat: int
    verb: str
    created_at: float
    expires_at: float
    person: int | None = None
    argv: tuple[str, ...] = ()
    call_id: str | None = None
    plan: str = "[]"
    host: str | None = None
    inplace: bool = False
    message_id: int | None = None
    shown_at: float | None = None
    used_at: float | None = None
    used_by: int | None = None


def put_many(connection: Connection, buttons: Iterable[Button]) -> None:
    """Store new buttons. Their ids are random, 128 bits, from the caller."""
    rows = [asdict(one) | {"argv": json.dumps(one.argv)} for one in buttons]
    for row in rows:
        row["seal"] = sealed.seal(connection, "button", _says(row))
    if rows:
        connection.execute(button.insert(), rows)


def shown(connection: Connection, ids: Collection[str], message_id: int, now: float) -> None:
    """Note under which message they are, and since when."""
    for row in _genuine(connection, button.c.id.in_(ids)):
        since = now if row["shown_at"] is None else row["shown_at"]
        _change(connection, row, message_id=message_id, shown_at=since)


def find(connection: Connection, id: str) -> Button | None:  # noqa: A002 - the field's name
    """The button with this id, or nothing.

    Raises:
        Forged: it was not written by this program.
    """
    row = connection.execute(select(button).where(button.c.id == id)).mappings().first()
    if row is None:
        return None
    if not sealed.holds(connection, "button", _says(row), row["seal"]):
        raise Forged(f"button {id} was changed in the database")
    return _button(row)


def use(
    connection: Connection,
    id: str,  # noqa: A002 - the same
    person: int,
    now: float,
    *,
    tapped: float | None = None,
) -> bool:
    """Use it up. False if it was used or retired before, is another person's, or had expired.

    `tapped` is when, if that was not now.
    """
    usable = and_(
        button.c.id == id,
        button.c.used_at.is_(None),
        button.c.expires_at > (now if tapped is None else tapped),
        or_(button.c.person.is_(None), button.c.person == person),
    )
    found = _genuine(connection, usable)
    for row in found:
        _change(connection, row, used_at=now, used_by=person)
    return len(found) == 1


def retire(connection: Connection, call_id: str, now: float) -> int:
    """Make all unused buttons of an operation useless; say how many."""
    found = _genuine(connection, and_(button.c.call_id == call_id, button.c.used_at.is_(None)))
    for row in found:
        _change(connection, row, used_at=now)
    return len(found)


def move(connection: Connection, ids: Collection[str], to: int) -> None:
    """The chat that these are for has a new id; of those that were shown already, nothing moves."""
    for row in _genuine(connection, button.c.id.in_(ids) & button.c.message_id.is_(None)):
        _change(connection, row, chat=to)


def prune(connection: Connection, before: float) -> int:
    """Remove those that expired before then."""
    return connection.execute(button.delete().where(button.c.expires_at < before)).rowcount


def _genuine(connection: Connection, condition: ColumnElement[bool]) -> list[RowMapping]:
    """Those that this program has written, for it to change."""
    rows = connection.execute(select(button).where(condition).with_for_update()).mappings().all()
    return [row for row in rows if sealed.holds(connection, "button", _says(row), row["seal"])]


def _change(connection: Connection, row: RowMapping, **changes: float) -> None:
    seal = sealed.seal(connection, "button", _says({**row, **changes}))
    connection.execute(button.update().where(button.c.id == row["id"]).values(**changes, seal=seal))


def _says(row: Mapping[Any, object]) -> dict[str, object]:
    return {name: row[name] for name in _SEALED}


def _button(row: RowMapping) -> Button:
    stored = {field.name: row[field.name] for field in fields(Button)}
    return Button(**stored | {"argv": tuple(json.loads(row["argv"]))})
