"""The first tables."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from storage.schema import json_text

revision = "0001"
down_revision = None

_ROW_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_TRIGGERS = {
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


def upgrade() -> None:
    """Make them."""
    _audit()
    _audit_checkpoint()
    _audit_head()
    _button()
    _call()
    _inbox()
    _instance()
    _outbox()
    _owner_claim()
    _person_settings()
    _slot()
    if op.get_context().dialect.name == "sqlite":
        for name, rule in _TRIGGERS.items():
            op.execute(f"CREATE TRIGGER {name} {rule}")


def _from_body(key: str, type_: type[sa.types.TypeEngine[Any]] | None = None) -> sa.Computed:
    value = json_text(sa.column("body"), key)
    return sa.Computed(value if type_ is None else sa.cast(value, type_))


def _audit() -> None:
    op.create_table(
        "audit",
        sa.Column("seq", _ROW_ID, nullable=False),
        sa.Column("prev", sa.LargeBinary, nullable=False),
        sa.Column("hash", sa.LargeBinary, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("at", sa.Float, _from_body("at", sa.Float)),
        sa.Column("actor", sa.BigInteger, _from_body("actor", sa.BigInteger)),
        sa.Column("chat", sa.BigInteger, _from_body("chat", sa.BigInteger)),
        sa.Column("command", sa.Text, _from_body("command")),
        sa.Column("targets", sa.Text, _from_body("targets")),
        sa.Column("outcome", sa.Text, _from_body("outcome")),
        sa.Column("call", sa.Text, _from_body("call")),
        sa.PrimaryKeyConstraint("seq", name="pk_audit"),
    )
    op.create_index("ix_audit_actor", "audit", ["actor"])
    op.create_index("ix_audit_at", "audit", ["at"])
    op.create_index("ix_audit_call", "audit", ["call"])
    op.create_index("ix_audit_chat", "audit", ["chat"])
    op.create_index("ix_audit_command", "audit", ["command"])
    op.create_index("ix_audit_outcome", "audit", ["outcome"])


def _audit_checkpoint() -> None:
    op.create_table(
        "audit_checkpoint",
        sa.Column("seq", _ROW_ID, nullable=False),
        sa.Column("hash", sa.LargeBinary, nullable=False),
        sa.Column("at", sa.Float, nullable=False),
        sa.Column("seal", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_audit_checkpoint"),
    )


def _audit_head() -> None:
    op.create_table(
        "audit_head",
        sa.Column("id", _ROW_ID, nullable=False),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("hash", sa.LargeBinary, nullable=False),
        sa.Column("seal", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit_head"),
    )


def _button() -> None:
    op.create_table(
        "button",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("chat", sa.BigInteger, nullable=False),
        sa.Column("message_id", sa.BigInteger),
        sa.Column("person", sa.BigInteger),
        sa.Column("verb", sa.String(length=16), nullable=False),
        sa.Column("argv", sa.Text, nullable=False),
        sa.Column("call_id", sa.String(length=64)),
        sa.Column("plan", sa.Text, nullable=False),
        sa.Column("host", sa.Text),
        sa.Column("inplace", sa.Boolean, nullable=False),
        sa.Column("created_at", sa.Float, nullable=False),
        sa.Column("expires_at", sa.Float, nullable=False),
        sa.Column("shown_at", sa.Float),
        sa.Column("used_at", sa.Float),
        sa.Column("used_by", sa.BigInteger),
        sa.Column("seal", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_button"),
    )
    op.create_index("ix_button_call_id", "button", ["call_id"])
    op.create_index("ix_button_expires_at", "button", ["expires_at"])


def _call() -> None:
    op.create_table(
        "call",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("bot", sa.BigInteger, nullable=False),
        sa.Column("update_id", sa.BigInteger),
        sa.Column("instance", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("command", sa.Text, nullable=False),
        sa.Column("argv", sa.Text, nullable=False),
        sa.Column("actor", sa.BigInteger, nullable=False),
        sa.Column("chat", sa.BigInteger, nullable=False),
        sa.Column("thread", sa.BigInteger),
        sa.Column("host", sa.Text),
        sa.Column("targets", sa.Text, nullable=False),
        sa.Column("slot", sa.Text),
        sa.Column("context", sa.Text, nullable=False),
        sa.Column("detail", sa.Text),
        sa.Column("created_at", sa.Float, nullable=False),
        sa.Column("changed_at", sa.Float, nullable=False),
        sa.Column("seal", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_call"),
    )
    op.create_index("ix_call_changed_at", "call", ["changed_at"])
    op.create_index(
        "ix_call_open",
        "call",
        ["instance", "state"],
        sqlite_where=sa.text("state IN ('requested', 'awaiting', 'started')"),
    )


def _inbox() -> None:
    op.create_table(
        "inbox",
        sa.Column("bot", sa.BigInteger, nullable=False),
        sa.Column("update_id", sa.BigInteger, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("received_at", sa.Float, nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("instance", sa.String(length=64)),
        sa.Column("taken_at", sa.Float),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("seal", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("bot", "update_id", name="pk_inbox"),
    )
    op.create_index(
        "ix_inbox_open",
        "inbox",
        ["bot", "received_at", "update_id"],
        sqlite_where=sa.text("state != 'done'"),
    )


def _instance() -> None:
    op.create_table(
        "instance",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("started_at", sa.Float, nullable=False),
        sa.Column("lease_until", sa.Float, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_instance"),
    )


def _outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", _ROW_ID, nullable=False),
        sa.Column("bot", sa.BigInteger, nullable=False),
        sa.Column("instance", sa.String(length=64), nullable=False),
        sa.Column("chat", sa.BigInteger, nullable=False),
        sa.Column("thread", sa.BigInteger),
        sa.Column("slot", sa.Text),
        sa.Column("edit", sa.Boolean, nullable=False),
        sa.Column("priority", sa.Integer, nullable=False),
        sa.Column("payload", sa.Text, nullable=False),
        sa.Column("file", sa.LargeBinary),
        sa.Column("file_name", sa.Text),
        sa.Column("reply_to", sa.BigInteger),
        sa.Column("silent", sa.Boolean, nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("created_at", sa.Float, nullable=False),
        sa.Column("error", sa.Text),
        sa.Column("seal", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_outbox_open",
        "outbox",
        ["bot", "instance", "priority", "id"],
        sqlite_where=sa.text("state = 'pending'"),
    )


def _owner_claim() -> None:
    op.create_table(
        "owner_claim",
        sa.Column("id", sa.BigInteger, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("claimed_at", sa.Float, nullable=False),
        sa.Column("seal", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_owner_claim"),
    )


def _person_settings() -> None:
    op.create_table(
        "person_settings",
        sa.Column("person", sa.BigInteger, nullable=False),
        sa.Column("language", sa.String(length=16)),
        sa.PrimaryKeyConstraint("person", name="pk_person_settings"),
    )


def _slot() -> None:
    op.create_table(
        "slot",
        sa.Column("bot", sa.BigInteger, nullable=False),
        sa.Column("chat", sa.BigInteger, nullable=False),
        sa.Column("slot", sa.Text, nullable=False),
        sa.Column("message_id", sa.BigInteger, nullable=False),
        sa.Column("changed_at", sa.Float, nullable=False),
        sa.PrimaryKeyConstraint("bot", "chat", "slot", name="pk_slot"),
    )
