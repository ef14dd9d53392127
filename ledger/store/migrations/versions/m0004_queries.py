"""Named queries, one table for all processes of a server's ledger. SQLite keeps them in a file of their own."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, PrimaryKeyConstraint, String

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table on a server. What processes kept in files of their own before stays there, unread."""
    if op.get_bind().dialect.name != "postgresql":
        return
    op.create_table(
        "epcis_query",
        Column("owner", String(collation="C"), nullable=False),
        Column("name", String(collation="C"), nullable=False),
        Column("text", String(collation="C"), nullable=False),
        PrimaryKeyConstraint("owner", "name", name="pk_epcis_query"),
    )


def downgrade() -> None:
    """Take the table away."""
    if op.get_bind().dialect.name == "postgresql":
        op.drop_table("epcis_query")
