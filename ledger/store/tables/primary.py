"""What is recorded, and follows from nothing else: entries, heads, bodies, disclosures, signatures.

Trust: whoever can write here can make the ledger stop or refuse; what was signed can no longer be changed without
the guard, the witnesses and every auditor finding out.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, LargeBinary, UniqueConstraint
from sqlmodel import Field

from ledger.store.tables.base import Table, big_key


class StatementRow(Table, table=True):
    """A log entry that a participant sent: a statement over a batch, or a hash envelope."""

    __tablename__ = "statement"
    __table_args__ = (Index("ix_statement_kid_first", "kid", "first"),)

    leaf: int = Field(sa_column=big_key())
    entry: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    identity: bytes = Field(sa_column=Column(LargeBinary, nullable=False, unique=True))
    kid: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    first: int = Field(sa_column=Column(BigInteger, nullable=False))
    count: int = Field(sa_column=Column(BigInteger, nullable=False))
    seq: int = Field(sa_column=Column(BigInteger, nullable=False))


class SealRow(Table, table=True):
    """The seal of a block."""

    __tablename__ = "seal"

    leaf: int = Field(sa_column=big_key())
    entry: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    first: int = Field(sa_column=Column(BigInteger, nullable=False))
    time: int = Field(sa_column=Column(BigInteger, nullable=False))


class EventRow(Table, table=True):
    """An event: its head for ever, its body as long as it may be kept."""

    __tablename__ = "event"
    __table_args__ = (UniqueConstraint("id", "issuer"),)

    seq: int = Field(sa_column=big_key())
    leaf: int = Field(sa_column=Column(BigInteger, nullable=False))
    position: int = Field(sa_column=Column(BigInteger, nullable=False))
    id: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    issuer: int = Field(sa_column=Column(BigInteger, nullable=False))
    head: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    body: bytes | None = Field(sa_column=Column(LargeBinary, nullable=True))


class DisclosureRow(Table, table=True):
    """A disclosure, as base64url text. Served to nobody yet."""

    __tablename__ = "disclosure"

    seq: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    pointer: str = Field(primary_key=True)
    text: str


class AttachmentRow(Table, table=True):
    """An attachment's bytes, once however many events name it."""

    __tablename__ = "attachment"

    sha256: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))
    content: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class CheckpointRow(Table, table=True):
    """Every block's checkpoint with the ledger's own lines, and the one signature of its receipts."""

    __tablename__ = "checkpoint"

    size: int = Field(sa_column=big_key())
    note: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    receipt_header: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    receipt_signature: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    quorum: int = Field(sa_column=Column(BigInteger, nullable=False, default=0))


class CosignatureRow(Table, table=True):
    """A verified line of a witness under a checkpoint."""

    __tablename__ = "cosignature"

    size: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    line: str = Field(primary_key=True)


class MetaRow(Table, table=True):
    """What the database says of itself: origin, first sizes, derived state's version."""

    __tablename__ = "meta"

    name: str = Field(primary_key=True)
    value: str
