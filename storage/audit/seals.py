"""What is sealed of the chain, with a key outside the database: its head, and its checkpoints.

Hashes alone prove little, since whoever can write the file can compute them anew. The head is the
last row's number and hash under a seal, so what was cut off, or rewritten with all that follows,
does not fit it. A head that does not hold is never sealed again: the proof tells of it from then
on.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, Row, func, select

from storage import sealed
from storage.audit.table import audit, audit_checkpoint, audit_head
from storage.schema import raw

GENESIS = bytes(32)  # the hash before the first row

_ID = 1
_HEAD = select(
    audit_head.c.seq,
    raw(audit_head.c.hash).label("hash"),
    raw(audit_head.c.seal).label("seal"),
).where(audit_head.c.id == _ID)
_LAST = select(func.coalesce(func.max(audit.c.seq), 0)).scalar_subquery().label("last")
_TO_MOVE = _HEAD.add_columns(_LAST).with_for_update()  # where several write, one at a time
_CHECKPOINTS = select(
    audit_checkpoint.c.seq,
    raw(audit_checkpoint.c.hash).label("hash"),
    raw(audit_checkpoint.c.seal).label("seal"),
).order_by(audit_checkpoint.c.seq)
_MOVE = audit_head.update().where(audit_head.c.id == _ID)


@dataclass(frozen=True, slots=True)
class Head:
    """A row's place and hash: all rows up to it, in one value."""

    seq: int
    hash: bytes


@dataclass(frozen=True, slots=True)
class Mark:
    """A head as it is stored, and whether its seal holds."""

    head: Head
    holds: bool


def begin(connection: Connection) -> None:
    """Seal the empty chain of a new database."""
    first = Head(0, GENESIS)
    connection.execute(audit_head.insert().values(id=_ID, **_values(connection, "head", first)))


def to_move(connection: Connection) -> Head | None:
    """The head, for who adds the next row.

    None if it is lost, if its seal does not hold, or if it knows nothing of rows behind it.
    """
    row = connection.execute(_TO_MOVE).first()
    if row is None:
        return None
    mark = _mark(connection, "head", row)
    return mark.head if mark.holds and mark.head.seq >= row.last else None


def move(connection: Connection, head: Head) -> None:
    """Seal the row that was added."""
    connection.execute(_MOVE, _values(connection, "head", head))


def add_checkpoint(connection: Connection, head: Head, now: float) -> None:
    """Seal a row from which the chain may begin."""
    values = _values(connection, "checkpoint", head)
    connection.execute(audit_checkpoint.insert(), {**values, "at": now})


def marks(connection: Connection) -> tuple[Mark | None, list[Mark]]:
    """The head, if there is one, and the checkpoints in their order."""
    row = connection.execute(_HEAD).first()
    head = None if row is None else _mark(connection, "head", row)
    return head, [_mark(connection, "checkpoint", row) for row in connection.execute(_CHECKPOINTS)]


def _values(connection: Connection, kind: str, head: Head) -> dict[str, object]:
    says = {"seq": head.seq, "hash": head.hash}
    return {**says, "seal": sealed.seal(connection, f"audit_{kind}", says)}


def _mark(connection: Connection, kind: str, row: Row[int, bytes | None, bytes | None]) -> Mark:
    says = {"seq": row.seq, "hash": row.hash}
    holds = sealed.holds(connection, f"audit_{kind}", says, row.seal)
    return Mark(Head(row.seq, row.hash or b""), holds)
