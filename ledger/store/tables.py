"""The tables. SQLModel defines them; hot paths use the driver inside the store.

Primary, never rebuilt: statement, seal, event, disclosure, attachment, checkpoint, cosignature, meta.
Derived from heads, rebuilt by `fsck --rebuild`: participant, registry_event, event_lookup,
history_key, history. Derived from bodies and disclosures, rebuilt as far as they are held: counter.

Trust: whoever can write here can make the ledger stop or refuse; what was signed can no longer be
changed without the guard, the witnesses and every auditor finding out.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, MetaData, UniqueConstraint
from sqlmodel import Field, SQLModel

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Table(SQLModel):
    """The base of all tables: one metadata with named constraints, so that migrations can name them."""

    metadata = MetaData(naming_convention=NAMES)


def _big_key() -> Column[int]:
    """Return a 64-bit primary key that SQLite stores as its row id."""
    return Column(BigInteger().with_variant(Integer(), "sqlite"), primary_key=True, autoincrement=False)


class StatementRow(Table, table=True):
    """A log entry that a participant sent: a statement over a batch, or a hash envelope."""

    __tablename__ = "statement"
    __table_args__ = (Index("ix_statement_kid_first", "kid", "first"),)

    leaf: int = Field(sa_column=_big_key())
    entry: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    identity: bytes = Field(sa_column=Column(LargeBinary, nullable=False, unique=True))
    kid: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    first: int = Field(sa_column=Column(BigInteger, nullable=False))
    count: int = Field(sa_column=Column(BigInteger, nullable=False))
    seq: int = Field(sa_column=Column(BigInteger, nullable=False))


class SealRow(Table, table=True):
    """The seal of a block."""

    __tablename__ = "seal"

    leaf: int = Field(sa_column=_big_key())
    entry: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    first: int = Field(sa_column=Column(BigInteger, nullable=False))
    time: int = Field(sa_column=Column(BigInteger, nullable=False))


class ParticipantRow(Table, table=True):
    """A participant's URI, numbered so that rows can name it shortly."""

    __tablename__ = "participant"

    id: int = Field(sa_column=_big_key())
    uri: str = Field(unique=True)


class EventRow(Table, table=True):
    """An event: its head for ever, its body as long as it may be kept."""

    __tablename__ = "event"
    __table_args__ = (UniqueConstraint("id", "issuer"),)

    seq: int = Field(sa_column=_big_key())
    leaf: int = Field(sa_column=Column(BigInteger, nullable=False))
    position: int = Field(sa_column=Column(BigInteger, nullable=False))
    id: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    issuer: int = Field(sa_column=Column(BigInteger, nullable=False))
    head: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    body: bytes | None = Field(sa_column=Column(LargeBinary, nullable=True))


class EventLookupRow(Table, table=True):
    """Finds an event by its name: `lookup` is the name's first 8 bytes.

    Names are random, so every row dirties a page: they are written in bulk, sorted, and lag behind. The meta
    row `looked-up` holds the first event number that is not here yet.
    """

    __tablename__ = "event_lookup"
    __table_args__ = {"sqlite_with_rowid": False}

    lookup: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    seq: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))


class RegistryEventRow(Table, table=True):
    """Which events are the registry's, so that a start replays them without reading all others."""

    __tablename__ = "registry_event"

    seq: int = Field(sa_column=_big_key())


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


class HistoryKeyRow(Table, table=True):
    """A key of the index: its history's size, mini-tree and leaf hash, and what authority asks of a trace."""

    __tablename__ = "history_key"
    __table_args__ = {"sqlite_with_rowid": False}

    key: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))
    id: int = Field(sa_column=Column(BigInteger, nullable=False))
    count: int = Field(sa_column=Column(BigInteger, nullable=False))
    frontier: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    leaf: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    owner: int | None = Field(sa_column=Column(BigInteger, nullable=True))
    guarded: int | None = Field(sa_column=Column(BigInteger, nullable=True))
    custodian: int | None = Field(sa_column=Column(BigInteger, nullable=True))


class HistoryRow(Table, table=True):
    """One entry of a history: entry `n` of key `key_id` is event `seq`."""

    __tablename__ = "history"
    __table_args__ = {"sqlite_with_rowid": False}

    key_id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    n: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    seq: int = Field(sa_column=Column(BigInteger, nullable=False))


class CounterRow(Table, table=True):
    """The counter of a subject, by its name: hundred-thousandths, after the newest block."""

    __tablename__ = "counter"
    __table_args__ = {"sqlite_with_rowid": False}

    name: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))
    amount: int = Field(sa_column=Column(BigInteger, nullable=False))


class CheckpointRow(Table, table=True):
    """Every block's checkpoint with the ledger's own lines, and the one signature of its receipts."""

    __tablename__ = "checkpoint"

    size: int = Field(sa_column=_big_key())
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
