"""How the chain grows, and how its beginning may be let go."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

from sqlalchemy import Connection, Select, func, select

from storage.audit import seals
from storage.audit.seals import GENESIS, Head
from storage.audit.table import audit, audit_checkpoint
from storage.errors import Refused

FORMAT = 1

_INSERT = audit.insert()
_LAST = select(audit.c.seq, audit.c.hash).order_by(audit.c.seq.desc()).limit(1)
_LAST_CHECKPOINT = (
    select(audit_checkpoint.c.seq, audit_checkpoint.c.hash)
    .order_by(audit_checkpoint.c.seq.desc())
    .limit(1)
)


def append(connection: Connection, event: Mapping[str, object]) -> int:
    """Add an event (JSON values) in the caller's transaction and return its number.

    It follows the sealed head, also where rows lack before it: what was cut off stays a gap. A head
    that is lost, or knows nothing of rows that stand behind it, is left as it is.

    For search it has "at" (epoch seconds), "actor" and "chat" (ids), "command", "targets" (a
    list of names, or of objects with "name" and "id"), "outcome", "call"; any may lack.

    Raises:
        Refused: a value has no JSON.
    """
    body = canonical(event)
    sealed = seals.to_move(connection)
    last = sealed or head(connection)
    new = Head(last.seq + 1, digest(last.hash, last.seq + 1, body))
    row = {"seq": new.seq, "prev": last.hash, "hash": new.hash, "body": body.decode()}
    connection.execute(_INSERT, row)
    if sealed is not None:
        seals.move(connection, new)
    return new.seq


def canonical(event: Mapping[str, object]) -> bytes:
    """An event as the bytes that are hashed: sorted keys, no spaces, UTF-8, versioned."""
    try:
        text = json.dumps(
            {**event, "v": FORMAT},
            sort_keys=True,
            separators=(",", ":"),
            ensure_ascii=False,
            allow_nan=False,
        )
    except (TypeError, ValueError) as error:
        raise Refused(f"this event has no JSON: {error}") from error
    # Half a surrogate pair is no character; the escape that JSON has for it looks just the same.
    return text.encode("utf-8", "backslashreplace")


def digest(prev: bytes, seq: int, body: bytes) -> bytes:
    """The hash of a row."""
    return hashlib.sha256(prev + seq.to_bytes(8, "big") + body).digest()


def head(connection: Connection) -> Head:
    """The last row, or the last checkpoint if all rows were pruned, or the beginning."""
    return _one(connection, _LAST) or _one(connection, _LAST_CHECKPOINT) or Head(0, GENESIS)


def prune(connection: Connection, before: float, now: float) -> int:
    """Remove the rows that were written before then and say how many; times in epoch seconds.

    The last of them becomes a checkpoint, from which the chain is proved from then on. Nothing
    goes that stands behind a row of a later time: a clock may have been put back.
    """
    last = _last_before(connection, before)
    if last is None:
        return 0
    seals.add_checkpoint(connection, last, now)
    return connection.execute(audit.delete().where(audit.c.seq <= last.seq)).rowcount


def _last_before(connection: Connection, time: float) -> Head | None:
    kept = connection.scalar(select(func.min(audit.c.seq)).where(audit.c.at >= time))
    return _one(connection, _LAST if kept is None else _LAST.where(audit.c.seq < kept))


def _one(connection: Connection, statement: Select[int, bytes]) -> Head | None:
    row = connection.execute(statement).first()
    return None if row is None else Head(row.seq, row.hash)
