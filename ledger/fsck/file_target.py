"""Derived tables of SQLite's file, written anew."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ledger.store.sqlite.connection import open_writer


class SqliteTarget:
    """SQLite's file."""

    def __init__(self, database: Path) -> None:
        """Open it when it is written to."""
        self._database = database
        self._connection: sqlite3.Connection

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Run one transaction."""
        self._connection = open_writer(self._database)
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            yield
            self._connection.execute("COMMIT")
        finally:
            self._connection.close()  # which takes back what was not committed

    def replace(self, table: str, columns: int, rows: Iterable[tuple[Any, ...]]) -> int:
        """Put these rows in place of a table's; return how many."""
        self._connection.execute(f"DELETE FROM {table}")  # noqa: S608 - our own words
        marks = ", ".join("?" * columns)
        return self._connection.executemany(f"INSERT INTO {table} VALUES ({marks})", rows).rowcount  # noqa: S608

    def finish(self, upto: int) -> None:
        """Write up to where names are looked up in the table."""
        self._connection.execute("INSERT OR REPLACE INTO meta (name, value) VALUES ('looked-up', ?)", (str(upto),))

    def leaves(self) -> list[tuple[bytes, bytes]]:
        """Return every key and leaf hash as they now are, by key."""
        return self._connection.execute("SELECT key, leaf FROM history_key ORDER BY key").fetchall()
