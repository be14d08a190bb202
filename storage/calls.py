"""Operations, from the request to how they ended.

A row is what is needed to build the operation anew, and the state that it is in. Only the changes
of `_FROM` are possible: nothing that has ended begins again, and nothing is begun twice. An
operation that was *started* by an instance that died becomes *unknown* and may still end late.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Float,
    Index,
    LargeBinary,
    RowMapping,
    Select,
    String,
    Table,
    Text,
    select,
)

from storage import instances, sealed
from storage.errors import Forged, IllegalTransition
from storage.schema import metadata, word
from storage.sql import upsert


class State(StrEnum):
    """Where an operation is; the audit's outcomes by the same names."""

    REQUESTED = "requested"
    AWAITING = "awaiting"
    STARTED = "started"
    FINISHED = "finished"
    UNCHANGED = "unchanged"
    PARTIAL = "partial"
    FAILED = "failed"
    DENIED = "denied"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    UNKNOWN = "unknown"


_ASKED = (State.REQUESTED, State.AWAITING)
_BEGUN = (State.REQUESTED, State.STARTED, State.UNKNOWN)
_FROM = {
    State.REQUESTED: (),
    State.AWAITING: _ASKED,  # again, if the plan had changed
    State.STARTED: _ASKED,
    State.FINISHED: _BEGUN,
    State.UNCHANGED: _BEGUN,
    State.PARTIAL: _BEGUN,
    State.FAILED: (*_BEGUN, State.AWAITING),
    State.DENIED: (*_ASKED, State.STARTED),  # what goes on after a restart is asked about again
    State.CANCELLED: (*_ASKED, State.STARTED),
    State.EXPIRED: _ASKED,
    State.UNKNOWN: (State.REQUESTED, State.STARTED),
}
# What was agreed to; the rest may change on the way.
_SEALED = ("id", "bot", "command", "argv", "actor", "chat", "host", "context")

call = Table(
    "call",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("bot", BigInteger, nullable=False),
    Column("update_id", BigInteger),
    Column("instance", String(64), nullable=False),
    Column("state", String(12), nullable=False),
    Column("command", Text, nullable=False),
    Column("argv", Text, nullable=False),
    Column("actor", BigInteger, nullable=False),
    Column("chat", BigInteger, nullable=False),
    Column("thread", BigInteger),
    Column("host", Text),
    Column("targets", Text, nullable=False),
    Column("slot", Text),
    Column("context", Text, nullable=False),
    Column("detail", Text),
    Column("created_at", Float, nullable=False),
    Column("changed_at", Float, nullable=False),
    Column("seal", LargeBinary, nullable=False),
)
_OPEN = call.c.state.in_([word("requested"), word("awaiting"), word("started")])
Index("ix_call_open", call.c.instance, call.c.state, sqlite_where=_OPEN)
Index(None, call.c.changed_at)


@dataclass(frozen=True, slots=True)
class Call:
    """An operation as it is stored. `targets` and `context` are JSON, the caller's own.

    `context` is what else it takes to build the operation anew (origin, locale, message). `slot`
    names its message. `instance` is who works on it. This module sets `changed_at` and `state`.
    """

    id: str
    bot: int
    instance: str
    command: str
    argv: tuple[str, ...]
    actor: int
    chat: int
    created_at: float
    update_id: int | None = None
    thread: int | None = None
    host: str | None = None
    targets: str = "[]"
    slot: str | None = None
    context: str = "{}"
    detail: str | None = None
    state: State = State.REQUESTED
    changed_at: float = 0.0


def request(connection: Connection, new: Call) -> State | None:
    """Store an operation as requested; none says that it is new.

    If it is known already, nothing changes, and the state that it is in comes back.
    """
    row = _values(new) | {"state": State.REQUESTED, "changed_at": new.created_at}
    row["seal"] = sealed.seal(connection, "call", _says(row))
    inserted = connection.execute(upsert(connection, call).on_conflict_do_nothing(), row)
    return None if inserted.rowcount == 1 else _state(connection, new.id)


def advance(
    connection: Connection,
    id: str,  # noqa: A002 - the field's name
    state: State,
    *,
    now: float,
    instance: str | None = None,
    detail: str | None = None,
    targets: str | None = None,
    slot: str | None = None,
) -> None:
    """Change its state, and what else is given.

    Raises:
        IllegalTransition: it is in a state that does not lead there, or unknown.
    """
    changes: dict[str, object] = {
        "instance": instance,
        "detail": detail,
        "targets": targets,
        "slot": slot,
    }
    given = {name: value for name, value in changes.items() if value is not None}
    result = connection.execute(
        call.update()
        .where(call.c.id == id, call.c.state.in_(_FROM[state]))
        .values(state=state, changed_at=now, **given)
    )
    if result.rowcount != 1:
        found = _state(connection, id)
        raise IllegalTransition(f"operation {id} is {found or 'not stored'}, not to be {state}")


def take_over(connection: Connection, id: str, instance: str) -> None:  # noqa: A002 - the same
    """Make what a dead instance had begun another's, which will tell what became of it."""
    connection.execute(call.update().where(call.c.id == id).values(instance=instance))


def reopen(connection: Connection, id: str, instance: str, now: float) -> None:  # noqa: A002 - the same
    """Begin again what is unknown: more is to be done about it, and how that ends is written."""
    unknown = (call.c.id == id) & (call.c.state == State.UNKNOWN)
    values = {"state": State.STARTED, "instance": instance, "changed_at": now}
    connection.execute(call.update().where(unknown).values(values))


def keep(connection: Connection, id: str, targets: str) -> None:  # noqa: A002 - the same
    """Note what a running operation knows by now of what it is about."""
    running = (call.c.id == id) & (call.c.state == State.STARTED)
    connection.execute(call.update().where(running).values(targets=targets))


def get(connection: Connection, id: str) -> Call | None:  # noqa: A002 - the same
    """The operation, or nothing.

    Raises:
        Forged: it was not written by this program.
    """
    row = connection.execute(select(call).where(call.c.id == id)).mappings().first()
    if row is None:
        return None
    if not _genuine(connection, row):
        raise Forged(f"operation {id} was changed in the database")
    return _call(row)


def states(connection: Connection, id: str) -> list[State]:  # noqa: A002 - the same
    """The states of an operation, or of its parts on each host; none if it was never asked for."""
    part = call.c.id.startswith(f"{id}-", autoescape=True)
    found = connection.scalars(select(call.c.state).where((call.c.id == id) | part))
    return list(map(State, found))


def begun(connection: Connection, bot: int) -> list[Call]:
    """What instances that are registered no more had started, and nobody has ended."""
    started = _OPEN & (call.c.state == State.STARTED)
    return _where(connection, (call.c.bot == bot) & started & _of_the_dead())


def unknown(connection: Connection, bot: int, ids: Select[tuple[str]]) -> list[Call]:
    """What ended as unknown with such instances, of these operations."""
    ended = (call.c.state == State.UNKNOWN) & call.c.id.in_(ids)
    return _where(connection, (call.c.bot == bot) & ended & _of_the_dead())


def requested_by(connection: Connection, bot: int, update_id: int) -> list[Call]:
    """What an update has asked for and nobody has begun."""
    asked = _OPEN & (call.c.state == State.REQUESTED)
    return _where(connection, (call.c.bot == bot) & (call.c.update_id == update_id) & asked)


def waiting(connection: Connection, bot: int, before: float) -> list[Call]:
    """What has waited for an answer since before then, oldest first."""
    waits = _OPEN & (call.c.state == State.AWAITING) & (call.c.changed_at < before)
    return _where(connection, (call.c.bot == bot) & waits)


def latest(connection: Connection, bot: int, actor: int, host: str, most: int) -> list[str]:
    """What somebody's last operations on a host were about, the newest first: their `targets`."""
    mine = (call.c.bot == bot) & (call.c.actor == actor) & (call.c.host == host)
    rows = select(call.c.targets).where(mine & (call.c.targets != "[]"))
    return list(connection.execute(rows.order_by(call.c.changed_at.desc()).limit(most)).scalars())


def slots() -> Select[tuple[str]]:
    """The slots of what has not ended, to be selected from."""
    return select(call.c.slot).where(_OPEN, call.c.slot.is_not(None))


def prune(connection: Connection, before: float) -> int:
    """Remove what ended before then; the audit keeps the record."""
    return connection.execute(call.delete().where(~_OPEN, call.c.changed_at < before)).rowcount


def _where(connection: Connection, condition: ColumnElement[bool]) -> list[Call]:
    """Those that this program has written: of a forged row nothing is told, or offered again."""
    rows = connection.execute(select(call).where(condition).order_by(call.c.created_at, call.c.id))
    return [_call(row) for row in rows.mappings() if _genuine(connection, row)]


def _of_the_dead() -> ColumnElement[bool]:
    return call.c.instance.not_in(select(instances.instance.c.id))


def _genuine(connection: Connection, row: RowMapping) -> bool:
    return sealed.holds(connection, "call", _says(row), row["seal"])


def _state(connection: Connection, id: str) -> State | None:  # noqa: A002 - the same
    found = connection.scalar(select(call.c.state).where(call.c.id == id))
    return None if found is None else State(found)


def _says(row: Mapping[Any, object]) -> dict[str, object]:
    return {name: row[name] for name in _SEALED}


def _values(one: Call) -> dict[str, object]:
    return asdict(one) | {"argv": json.dumps(one.argv)}


def _call(row: RowMapping) -> Call:
    stored = {field.name: row[field.name] for field in fields(Call)}
    return Call(**stored | {"argv": tuple(json.loads(row["argv"])), "state": State(row["state"])})
