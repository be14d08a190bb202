"""The proof that the audit is whole: every hash computed anew, in one pass, in constant memory.

The hashes prove that the rows fit each other, the seals that they are those that were written.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256

from sqlalchemy import Connection, func, select

from storage.audit.chain import head as last_row
from storage.audit.seals import GENESIS, Head, Mark, marks
from storage.audit.table import audit
from storage.schema import raw

_CHUNK = 2000

_ROWS = select(audit.c.seq, *(raw(audit.c[c]) for c in ("prev", "hash", "body"))).order_by(
    audit.c.seq
)
_Raw = tuple[int, bytes | None, bytes | None, bytes | None]


class Fault(StrEnum):
    """In what way a row is wrong."""

    LACKS = "it lacks"
    CUT_OFF = "it and what followed it were cut off"
    UNLINKED = "it does not follow from the row before it"
    CHANGED = "it was changed"
    ANOTHER = "it is not what was sealed or noted down"
    ADDED = "it was added without a seal"
    UNSEALED = "its seal is lost, false or of another key"


@dataclass(frozen=True, slots=True)
class Verification:
    """What the proof came to. The chain is whole if `first_bad` is none.

    `rows` were read. `first_bad` is the number of the first row that is wrong or lacks, and
    `fault` says in what way. `head_seq` and `head_hash` are of the last good row.
    """

    rows: int
    first_bad: int | None
    fault: Fault | None
    head_seq: int
    head_hash: bytes


def verify(connection: Connection, expected: Head | None = None) -> Verification:
    """Prove the chain, and that it holds `expected`, a head that was noted down elsewhere before.

    An older copy of all that is stored shows only against such a head. One from before a pruning
    says nothing any more.
    """
    found, checkpoints = marks(connection)
    head = found or Mark(last_row(connection), holds=False)
    broken = next((mark.head for mark in (*checkpoints, head) if not mark.holds), None)
    if broken is not None:
        return _wrong(broken.seq, Fault.UNSEALED)
    known = {mark.head.seq: mark.head.hash for mark in checkpoints}
    start = _start(connection, known)
    known[head.head.seq] = head.head.hash
    noted = [start, expected] if expected and expected.seq >= start.seq else [start]
    for one in noted:
        if known.setdefault(one.seq, one.hash) != one.hash:
            return _wrong(one.seq, Fault.ANOTHER)
    rows, last, fault = _follow(_stream(connection), start, known, head.head.seq)
    if fault is None and max(known) > last.seq:
        fault = Fault.CUT_OFF
    return Verification(rows, last.seq + 1 if fault else None, fault, last.seq, last.hash)


def _wrong(seq: int, fault: Fault) -> Verification:
    """What shows before any row is read."""
    return Verification(0, seq, fault, 0, GENESIS)


def _start(connection: Connection, checkpoints: Mapping[int, bytes]) -> Head:
    # Rows may lack at the beginning, but only up to a checkpoint.
    first = connection.execute(select(func.min(audit.c.seq))).scalar()
    before = max(checkpoints, default=0) if first is None else first - 1
    return Head(before, checkpoints[before]) if before in checkpoints else Head(0, GENESIS)


def _follow(
    rows: Iterable[_Raw], start: Head, known: Mapping[int, bytes], end: int
) -> tuple[int, Head, Fault | None]:
    count, seq, last = 0, start.seq, start.hash
    for count, (found, prev, noted, body) in enumerate(rows, 1):
        if found != seq + 1:
            return count, Head(seq, last), Fault.LACKS
        if found > end:
            return count, Head(seq, last), Fault.ADDED
        if prev != last:
            return count, Head(seq, last), Fault.UNLINKED
        if (
            body is None
            or (now := sha256(last + found.to_bytes(8, "big") + body).digest()) != noted
        ):
            return count, Head(seq, last), Fault.CHANGED
        if found in known and known[found] != now:
            return count, Head(seq, last), Fault.ANOTHER
        seq, last = found, now
    return count, Head(seq, last), None


def _stream(connection: Connection) -> Iterator[_Raw]:
    # The driver's own rows: SQLAlchemy's would take longer than the hashing.
    statement = str(_ROWS.compile(dialect=connection.dialect))
    cursor = connection.connection.cursor()
    try:
        cursor.execute(statement)
        while chunk := cursor.fetchmany(_CHUNK):
            yield from chunk
    finally:
        cursor.close()
