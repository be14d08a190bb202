"""What containers have used."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "history",
        sa.Column("host", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("resolution", sa.Integer, nullable=False),
        sa.Column("start", sa.Float, nullable=False),
        sa.Column("data", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("host", "subject", "resolution", "start", name="pk_history"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_history_resolution_start", "history", ["resolution", "start"])
