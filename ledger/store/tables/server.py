"""Tables that a database server has beside the others, and SQLite has not.

`lease` says who leads: primary, though worth nothing once its time has passed. `event_id` is derived from heads.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Column, DateTime, Index, Integer, LargeBinary, MetaData, String
from sqlmodel import Field, SQLModel

from ledger.store.tables.base import NAMES


class ServerTable(SQLModel):
    """The base of these tables."""

    metadata = MetaData(naming_convention=NAMES)


class EventIdRow(ServerTable, table=True):
    """An issuer's id, once: a partitioned table can say so only of its ranges, each by itself."""

    __tablename__ = "event_id"
    __table_args__ = {"schema": "derived"}

    id: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))
    issuer: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))


class NonceRow(ServerTable, table=True):
    """A nonce of a signed request, for minutes; on SQLite it has a file of its own."""

    __tablename__ = "request_nonce"
    __table_args__ = (Index("ix_request_nonce_until", "until"),)

    kid: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))
    nonce: str = Field(sa_column=Column(String, primary_key=True))
    until: int = Field(sa_column=Column(BigInteger, nullable=False))


class EpcisQueryRow(ServerTable, table=True):
    """A participant's named query, seen by every process; on SQLite it is in a file of its own."""

    __tablename__ = "epcis_query"

    owner: str = Field(sa_column=Column(String, primary_key=True))
    name: str = Field(sa_column=Column(String, primary_key=True))
    text: str = Field(sa_column=Column(String, nullable=False))


class LeaseRow(ServerTable, table=True):
    """Who leads, in one row: the fencing number grows by one with each take-over."""

    __tablename__ = "lease"

    one: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    term: int = Field(sa_column=Column(BigInteger, nullable=False))
    holder: str = Field(sa_column=Column(String, nullable=False))
    url: str = Field(sa_column=Column(String, nullable=False))
    pid: int = Field(sa_column=Column(Integer, nullable=False))
    until: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
