"""Reads on SQLite: one connection, whose snapshot whoever made it decides on."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from typing import Any

from ledger.store.interface import KeyRow
from ledger.store.reading import KEY, SqlReader
from ledger.store.sqlite.lookup import LookupTail

_LEAVES = "SELECT key, leaf FROM history_key WHERE key >= ? AND key < ?"
_LAST_LEAVES = "SELECT key, leaf FROM history_key WHERE key >= ? ORDER BY key"
_ROWS = f"SELECT {KEY} FROM history_key WHERE key IN"
_KEYS = 256  # keys a query
_RANGES = 32  # ranges a query: fewer calls, and the plan stays a search of the primary key for each


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

    def leaves_in(self, ranges: Sequence[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
        """Return key and leaf hash of every key in these ranges (low, high; b"" for no end), in their order."""
        found: list[tuple[bytes, bytes]] = []
        bounded = [each for each in ranges if each[1]]
        for start in range(0, len(bounded), _RANGES):
            chunk = bounded[start : start + _RANGES]
            sql = " UNION ALL ".join([_LEAVES] * len(chunk))
            found += self._connection.execute(sql, [bound for each in chunk for bound in each]).fetchall()
        for low, high in ranges:
            if not high:
                found += self._connection.execute(_LAST_LEAVES, (low,)).fetchall()
        return found

    def rows_of(self, keys: Sequence[bytes]) -> list[KeyRow]:
        """Return the rows of these keys, as far as there are any."""
        found: list[KeyRow] = []
        for start in range(0, len(keys), _KEYS):
            chunk = keys[start : start + _KEYS]
            sql = f"{_ROWS} ({','.join('?' * len(chunk))})"
            found += self._connection.execute(sql, chunk).fetchall()
        return found
