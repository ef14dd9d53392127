"""Reads on PostgreSQL: one connection, whose snapshot whoever made it decides on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import cache
from typing import Any

import psycopg

from ledger.store.interface import KeyRow
from ledger.store.reading import KEY, SqlReader

_LEAVES = (
    "SELECT k.key, k.leaf FROM unnest(?::bytea[], ?::bytea[]) WITH ORDINALITY AS r(low, high, place),"
    " LATERAL (SELECT key, leaf FROM history_key WHERE key >= r.low AND key < r.high OFFSET 0) k"
    " ORDER BY r.place, k.key"
)
_LAST_LEAVES = "SELECT key, leaf FROM history_key WHERE key >= ? ORDER BY key"
_ROWS = f"SELECT {KEY} FROM history_key WHERE key = ANY(?::bytea[])"
_PAGE = 2_000  # rows fetched at once


@cache
def translated(sql: str) -> str:
    """Return a statement of `ledger.store` in this driver's spelling."""
    return sql.replace("?", "%s").replace("instr(", "strpos(")


class Portable:
    """A connection that takes statements of `ledger.store`: its `ledger.store.erasing.Sql`."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        """Run statements on a connection."""
        self._connection = connection

    def execute(self, sql: str, values: Sequence[Any] = (), /) -> psycopg.Cursor[Any]:
        """Run a statement; return what its rows are fetched from."""
        return self._connection.cursor(binary=True).execute(translated(sql), values)

    def executemany(self, sql: str, rows: Any, /) -> None:
        """Run a statement for each row."""
        self._connection.cursor().executemany(translated(sql), rows)


class PostgresReader(SqlReader):
    """Implements `ledger.store.interface.Reader` on one connection."""

    def __init__(
        self, connection: psycopg.Connection[Any], watch: Callable[[], AbstractContextManager[None]] = nullcontext
    ) -> None:
        """Read on a connection; each query within what `watch` returns, which says what a failure means."""
        self._sql = Portable(connection)
        self._watch = watch

    def _all(self, sql: str, *values: Any) -> list[Any]:
        with self._watch():
            return self._sql.execute(sql, values).fetchall()

    def _one(self, sql: str, *values: Any) -> tuple[Any, ...] | None:
        with self._watch():
            row: tuple[Any, ...] | None = self._sql.execute(sql, values).fetchone()
        return row

    def _each(self, sql: str, column: str, *values: Any) -> Iterator[tuple[Any, ...]]:
        """Read page by page: every page is a statement of its own, within the reader's snapshot."""
        where, after = (f" WHERE {column} >= ?", values) if values else ("", ())
        while True:
            rows = self._all(f"{sql}{where} ORDER BY {column} LIMIT {_PAGE}", *after)
            yield from rows
            if len(rows) < _PAGE:
                return
            where, after = f" WHERE {column} > ?", (rows[-1][0],)

    def leaves_in(self, ranges: Sequence[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
        """Return key and leaf hash of every key in these ranges (low, high; b"" for no end), in their order."""
        bounded = [each for each in ranges if each[1]]
        lows, highs = [low for low, _ in bounded], [high for _, high in bounded]
        found: list[tuple[bytes, bytes]] = self._all(_LEAVES, lows, highs) if bounded else []
        for low, high in ranges:
            if not high:
                found += self._all(_LAST_LEAVES, low)
        return found

    def rows_of(self, keys: Sequence[bytes]) -> list[KeyRow]:
        """Return the rows of these keys, as far as there are any."""
        return self._all(_ROWS, list(keys)) if keys else []

    def has_event_id(self, id_: bytes, issuer: int) -> bool:
        """Return whether an issuer's id is recorded."""
        return self._one("SELECT 1 FROM event_id WHERE id = ? AND issuer = ?", id_, issuer) is not None
