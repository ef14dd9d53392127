"""Counters of subjects."""

from __future__ import annotations

from alembic import op
from sqlalchemy import BigInteger, Column, LargeBinary, PrimaryKeyConstraint

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table. Where events have moved counters before, `suyuan fsck --rebuild` counts them."""
    op.create_table(
        "counter",
        Column("name", LargeBinary, nullable=False),
        Column("amount", BigInteger, nullable=False),
        PrimaryKeyConstraint("name", name="pk_counter"),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """Take the table away; what it held follows from events."""
    op.drop_table("counter")
