"""What happened to containers and alerts, for reports."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "happening",
        sa.Column("bot", sa.BigInteger, nullable=False),
        sa.Column("host", sa.Text, nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("rule", sa.Text, nullable=False),
        sa.Column("at", sa.Float, nullable=False),
        sa.Column("taken", sa.Float),
        sa.Column("until", sa.Float),
        sa.PrimaryKeyConstraint(
            "bot", "host", "kind", "subject", "rule", "at", name="pk_happening"
        ),
    )
    op.create_index("ix_happening_at", "happening", ["at"])
