"""What runs without being asked."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make its table."""
    op.create_table(
        "schedule",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), nullable=False),
        sa.Column("bot", sa.BigInteger, nullable=False),
        sa.Column("author", sa.BigInteger, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("language", sa.String(length=16)),
        sa.Column("chat", sa.BigInteger, nullable=False),
        sa.Column("private", sa.Boolean, nullable=False),
        sa.Column("thread", sa.BigInteger),
        sa.Column("zone", sa.Text, nullable=False),
        sa.Column("times", sa.Text, nullable=False),
        sa.Column("argv", sa.Text, nullable=False),
        sa.Column("host", sa.Text),
        sa.Column("missed", sa.String(length=8), nullable=False),
        sa.Column("since", sa.Float, nullable=False),
        sa.Column("paused", sa.Boolean, nullable=False),
        sa.Column("next_at", sa.Float),
        sa.Column("reckoned_at", sa.Float, nullable=False),
        sa.Column("asked_at", sa.Float),
        sa.Column("running", sa.String(length=64)),
        sa.Column("instance", sa.String(length=64)),
        sa.Column("run_at", sa.Float),
        sa.Column("outcome", sa.String(length=12)),
        sa.Column("skipped", sa.Integer, nullable=False),
        sa.Column("seal", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_schedule"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_schedule_next_at", "schedule", ["next_at"])
