"""What follows from what is recorded, and is rebuilt by `fsck --rebuild`: all from heads, with the same root.

Counters follow from bodies and disclosures, as far as they are held. On a server these tables lie in a schema of their
own, `derived`.
"""

from __future__ import annotations

from typing import ClassVar

from sqlalchemy import BigInteger, Column, LargeBinary
from sqlmodel import Field

from ledger.store.tables.base import Table, big_key


class ParticipantRow(Table, table=True):
    """A participant's URI, numbered so that rows can name it shortly."""

    __tablename__ = "participant"

    id: int = Field(sa_column=big_key())
    uri: str = Field(unique=True)


class EventLookupRow(Table, table=True):
    """Finds an event by its name: `lookup` is the name's first 8 bytes.

    Names are random, so every row dirties a page: they are written in bulk, sorted, and lag behind. The meta
    row `looked-up` holds the first event number that is not here yet.
    """

    __tablename__ = "event_lookup"
    __table_args__: ClassVar[dict[str, bool]] = {"sqlite_with_rowid": False}

    lookup: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    seq: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))


class RegistryEventRow(Table, table=True):
    """Which events are the registry's, so that a start replays them without reading all others."""

    __tablename__ = "registry_event"

    seq: int = Field(sa_column=big_key())


class HistoryKeyRow(Table, table=True):
    """A key of the index: its history's size, mini-tree and leaf hash, and what authority asks of a trace."""

    __tablename__ = "history_key"
    __table_args__: ClassVar[dict[str, bool]] = {"sqlite_with_rowid": False}

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
    __table_args__: ClassVar[dict[str, bool]] = {"sqlite_with_rowid": False}

    key_id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    n: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    seq: int = Field(sa_column=Column(BigInteger, nullable=False))


class CounterRow(Table, table=True):
    """The counter of a subject, by its name: hundred-thousandths, after the newest block."""

    __tablename__ = "counter"
    __table_args__: ClassVar[dict[str, bool]] = {"sqlite_with_rowid": False}

    name: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))
    amount: int = Field(sa_column=Column(BigInteger, nullable=False))
