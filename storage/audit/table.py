"""The audit's tables, and the triggers by which the database itself refuses to change the past.

The columns for search are made by the database from `body`, so they cannot say anything else. The
triggers guard against mistakes; against who writes the file past them, there is the proof: the head
and the checkpoints carry seals.
"""

from __future__ import annotations

from sqlalchemy import (
    DDL,
    BigInteger,
    Column,
    Computed,
    Float,
    Index,
    LargeBinary,
    Table,
    Text,
    cast,
    event,
)

from storage.schema import RowId, json_text, metadata

_body = Column("body", Text, nullable=False)
audit = Table(
    "audit",
    metadata,
    Column("seq", RowId, primary_key=True, autoincrement=False),
    Column("prev", LargeBinary, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    _body,
    Column("at", Float, Computed(cast(json_text(_body, "at"), Float))),
    Column("actor", BigInteger, Computed(cast(json_text(_body, "actor"), BigInteger))),
    Column("chat", BigInteger, Computed(cast(json_text(_body, "chat"), BigInteger))),
    Column("command", Text, Computed(json_text(_body, "command"))),
    Column("targets", Text, Computed(json_text(_body, "targets"))),
    Column("outcome", Text, Computed(json_text(_body, "outcome"))),
    Column("call", Text, Computed(json_text(_body, "call"))),
)
for _name in ("at", "actor", "chat", "command", "outcome", "call"):
    Index(None, audit.c[_name])

audit_checkpoint = Table(
    "audit_checkpoint",
    metadata,
    Column("seq", RowId, primary_key=True, autoincrement=False),
    Column("hash", LargeBinary, nullable=False),
    Column("at", Float, nullable=False),
    Column("seal", LargeBinary, nullable=False),
)

audit_head = Table(
    "audit_head",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=False),
    Column("seq", BigInteger, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    Column("seal", LargeBinary, nullable=False),
)

TRIGGERS = {
    "audit_in_order": """BEFORE INSERT ON audit
        WHEN NEW.seq <= (SELECT coalesce(max(seq), 0) FROM audit)
        BEGIN SELECT RAISE(ABORT, 'the audit only grows'); END""",
    "audit_no_update": """BEFORE UPDATE ON audit
        BEGIN SELECT RAISE(ABORT, 'the audit only grows'); END""",
    "audit_no_delete": """BEFORE DELETE ON audit
        WHEN OLD.seq > (SELECT coalesce(max(seq), 0) FROM audit_checkpoint)
        BEGIN SELECT RAISE(ABORT, 'the audit is kept from its last checkpoint on'); END""",
    "audit_checkpoint_is_true": """BEFORE INSERT ON audit_checkpoint
        WHEN NOT EXISTS (SELECT 1 FROM audit WHERE seq = NEW.seq AND hash = NEW.hash)
        BEGIN SELECT RAISE(ABORT, 'a checkpoint must be a row of the audit'); END""",
    "audit_checkpoint_no_update": """BEFORE UPDATE ON audit_checkpoint
        BEGIN SELECT RAISE(ABORT, 'checkpoints only grow'); END""",
    "audit_checkpoint_no_delete": """BEFORE DELETE ON audit_checkpoint
        BEGIN SELECT RAISE(ABORT, 'checkpoints only grow'); END""",
    "audit_head_only_grows": """BEFORE UPDATE ON audit_head
        WHEN NEW.seq <= OLD.seq
        BEGIN SELECT RAISE(ABORT, 'the head of the audit only grows'); END""",
    "audit_head_no_delete": """BEFORE DELETE ON audit_head
        BEGIN SELECT RAISE(ABORT, 'the audit keeps its head'); END""",
}
for _name, _rule in TRIGGERS.items():
    event.listen(
        metadata,
        "after_create",
        DDL(f"CREATE TRIGGER {_name} {_rule}").execute_if(dialect="sqlite"),  # type: ignore[no-untyped-call] # SQLAlchemy's
    )
