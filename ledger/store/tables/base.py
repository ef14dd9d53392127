"""What every table has: one metadata with named constraints, and the key of a row id."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Integer, MetaData
from sqlmodel import SQLModel

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Table(SQLModel):
    """The base of all tables: one metadata with named constraints, so that migrations can name them."""

    metadata = MetaData(naming_convention=NAMES)


def big_key() -> Column[int]:
    """Return a 64-bit primary key that SQLite stores as its row id."""
    return Column(BigInteger().with_variant(Integer(), "sqlite"), primary_key=True, autoincrement=False)
