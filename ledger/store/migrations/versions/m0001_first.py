"""The first tables."""

from __future__ import annotations

from alembic import op
from sqlalchemy import BigInteger, Column, Integer, LargeBinary, PrimaryKeyConstraint, String, UniqueConstraint

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def _row_id(name: str) -> Column[int]:
    return Column(name, BigInteger().with_variant(Integer(), "sqlite"), autoincrement=False, nullable=False)


def _number(name: str, *, nullable: bool = False) -> Column[int]:
    return Column(name, BigInteger, nullable=nullable)


def _bytes(name: str, *, nullable: bool = False) -> Column[bytes]:
    return Column(name, LargeBinary, nullable=nullable)


def upgrade() -> None:
    """Create every table of `ledger.store.tables`."""
    _log()
    _events()
    _derived()
    op.create_table(
        "meta",
        Column("name", String, nullable=False),
        Column("value", String, nullable=False),
        PrimaryKeyConstraint("name", name="pk_meta"),
    )


def _log() -> None:
    op.create_table(
        "statement",
        _row_id("leaf"),
        _bytes("entry"),
        _bytes("identity"),
        _bytes("kid"),
        _number("first"),
        _number("count"),
        _number("seq"),
        PrimaryKeyConstraint("leaf", name="pk_statement"),
        UniqueConstraint("identity", name="uq_statement_identity"),
    )
    op.create_index("ix_statement_kid_first", "statement", ["kid", "first"])
    op.create_table(
        "seal",
        _row_id("leaf"),
        _bytes("entry"),
        _number("first"),
        _number("time"),
        PrimaryKeyConstraint("leaf", name="pk_seal"),
    )
    op.create_table(
        "checkpoint",
        _row_id("size"),
        _bytes("note"),
        _bytes("receipt_header"),
        _bytes("receipt_signature"),
        _number("quorum"),
        PrimaryKeyConstraint("size", name="pk_checkpoint"),
    )
    op.create_table(
        "cosignature",
        _number("size"),
        Column("line", String, nullable=False),
        PrimaryKeyConstraint("size", "line", name="pk_cosignature"),
    )


def _events() -> None:
    op.create_table(
        "event",
        _row_id("seq"),
        _number("leaf"),
        _number("position"),
        _bytes("id"),
        _number("issuer"),
        _bytes("head"),
        _bytes("body", nullable=True),
        PrimaryKeyConstraint("seq", name="pk_event"),
        UniqueConstraint("id", "issuer", name="uq_event_id_issuer"),
    )
    op.create_table(
        "disclosure",
        _number("seq"),
        Column("pointer", String, nullable=False),
        Column("text", String, nullable=False),
        PrimaryKeyConstraint("seq", "pointer", name="pk_disclosure"),
    )
    op.create_table(
        "attachment",
        _bytes("sha256"),
        _bytes("content"),
        PrimaryKeyConstraint("sha256", name="pk_attachment"),
    )


def _derived() -> None:
    op.create_table(
        "participant",
        _row_id("id"),
        Column("uri", String, nullable=False),
        PrimaryKeyConstraint("id", name="pk_participant"),
        UniqueConstraint("uri", name="uq_participant_uri"),
    )
    op.create_table(
        "event_lookup",
        _number("lookup"),
        _number("seq"),
        PrimaryKeyConstraint("lookup", "seq", name="pk_event_lookup"),
        sqlite_with_rowid=False,
    )
    op.create_table("registry_event", _row_id("seq"), PrimaryKeyConstraint("seq", name="pk_registry_event"))
    op.create_table(
        "history_key",
        _bytes("key"),
        _number("id"),
        _number("count"),
        _bytes("frontier"),
        _bytes("leaf"),
        _number("owner", nullable=True),
        _number("guarded", nullable=True),
        _number("custodian", nullable=True),
        PrimaryKeyConstraint("key", name="pk_history_key"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "history",
        _number("key_id"),
        _number("n"),
        _number("seq"),
        PrimaryKeyConstraint("key_id", "n", name="pk_history"),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """There is nothing before the first tables."""
    raise NotImplementedError("a ledger is not taken back to nothing; delete its folder instead")
