"""Reads on SQLite: one connection, whose snapshot whoever made it decides on."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Any

from ledger.store.reading import SqlReader
from ledger.store.sqlite.lookup import LookupTail


class SqliteReader(SqlReader):
    """Implements `ledger.store.interface.Reader` on one connection."""

    def __init__(self, connection: sqlite3.Connection, tail: LookupTail) -> None:
        """Read on a connection."""
        self._connection = connection
        self._tail = tail

    def _all(self, sql: str, *values: Any) -> list[Any]:
        return self._connection.execute(sql, values).fetchall()

    def _one(self, sql: str, *values: Any) -> tuple[Any, ...] | None:
        row: tuple[Any, ...] | None = self._connection.execute(sql, values).fetchone()
        return row

    def _each(self, sql: str, column: str, *values: Any) -> Iterator[tuple[Any, ...]]:
        where = f" WHERE {column} >= ?" if values else ""
        yield from self._connection.execute(f"{sql}{where} ORDER BY {column}", values)

    def _recent(self, lookup: int) -> tuple[int, ...]:
        return self._tail.find(lookup)
