"""What a database server has beside: ranges of events, ids by themselves, nonces, who leads. SQLite changes nothing."""

from __future__ import annotations

from alembic import op
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    String,
    text,
)

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_DERIVED = ("participant", "registry_event", "event_lookup", "history_key", "history", "counter")
_TEXTS = {
    "participant": ("uri",),
    "meta": ("name", "value"),
    "cosignature": ("line",),
}


def upgrade() -> None:
    """Make a server's tables; no ledger lay on a server before them."""
    if op.get_bind().dialect.name != "postgresql":
        return
    _ranges()
    for table, columns in _TEXTS.items():
        for column in columns:  # as bytes, whatever the database's own order is
            op.execute(f'ALTER TABLE {table} ALTER COLUMN {column} TYPE varchar COLLATE "C"')
    op.execute("CREATE SCHEMA IF NOT EXISTS derived")
    for table in _DERIVED:
        op.execute(f"ALTER TABLE {table} SET SCHEMA derived")
    op.execute("ALTER TABLE derived.history_key SET (fillfactor = 70)")  # a key's newest state stays on its page
    op.execute("ALTER TABLE derived.counter SET (fillfactor = 70)")
    _ids()
    _nonces()
    _lease()


def _ranges() -> None:
    """Make the tables that grow for ever anew, divided by event number; `ledger.store.postgres.ranges` adds ranges."""
    if op.get_bind().execute(text("SELECT 1 FROM event LIMIT 1")).first():
        raise NotImplementedError("events on a server before there were ranges")
    op.drop_table("event")
    op.create_table(
        "event",
        Column("seq", BigInteger, nullable=False, autoincrement=False),
        Column("leaf", BigInteger, nullable=False),
        Column("position", BigInteger, nullable=False),
        Column("id", LargeBinary, nullable=False),
        Column("issuer", BigInteger, nullable=False),
        Column("head", LargeBinary, nullable=False),
        Column("body", LargeBinary, nullable=True),
        PrimaryKeyConstraint("seq", name="pk_event"),
        postgresql_partition_by="RANGE (seq)",
    )
    op.drop_table("disclosure")
    op.create_table(
        "disclosure",
        Column("seq", BigInteger, nullable=False, autoincrement=False),
        Column("pointer", String(collation="C"), nullable=False),
        Column("text", String(collation="C"), nullable=False),
        PrimaryKeyConstraint("seq", "pointer", name="pk_disclosure"),
        postgresql_partition_by="RANGE (seq)",
    )


def _ids() -> None:
    op.create_table(
        "event_id",
        Column("id", LargeBinary, nullable=False),
        Column("issuer", BigInteger, nullable=False, autoincrement=False),
        PrimaryKeyConstraint("id", "issuer", name="pk_event_id"),
        schema="derived",
    )


def _nonces() -> None:
    op.create_table(
        "request_nonce",
        Column("kid", LargeBinary, nullable=False),
        Column("nonce", String, nullable=False),
        Column("until", BigInteger, nullable=False),
        PrimaryKeyConstraint("kid", "nonce", name="pk_request_nonce"),
    )
    op.create_index("ix_request_nonce_until", "request_nonce", ["until"])


def _lease() -> None:
    op.create_table(
        "lease",
        Column("one", Integer, nullable=False, autoincrement=False),
        Column("term", BigInteger, nullable=False),
        Column("holder", String, nullable=False),
        Column("url", String, nullable=False),
        Column("pid", Integer, nullable=False),
        Column("until", DateTime(timezone=True), nullable=False),
        PrimaryKeyConstraint("one", name="pk_lease"),
        CheckConstraint("one = 1", name="ck_lease_one"),
    )
    op.execute("INSERT INTO lease (one, term, holder, url, pid, until) VALUES (1, 0, '', '', 0, to_timestamp(0))")


def downgrade() -> None:
    """A server's tables are not made SQLite's again."""
    raise NotImplementedError("restore a backup of before instead")
