"""Where derived tables are written anew: one transaction of the engine's one writer."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, Protocol

from ledger.store.opening import named_database
from ledger.store.sqlite.connection import lock, open_writer


class Target(Protocol):
    """The derived tables of a database that nobody else writes to."""

    def writing(self) -> AbstractContextManager[None]:
        """Return one transaction: whatever raises within leaves the tables as they were."""
        ...

    def replace(self, table: str, columns: int, rows: Iterable[tuple[Any, ...]]) -> int:
        """Put these rows in place of a table's; return how many."""
        ...

    def finish(self, upto: int) -> None:
        """Write what belongs to the engine alone; names of events before number `upto` are looked up in the table."""
        ...

    def leaves(self) -> list[tuple[bytes, bytes]]:
        """Return every key and leaf hash as they now are, by key."""
        ...


@contextmanager
def open_target(database: Path) -> Iterator[Target]:
    """Yield the derived tables of a ledger's database, which nobody else writes to meanwhile.

    Raises:
        SetupError: no database, or another process writes to it.
    """
    address = named_database(database.parent)
    if address is None:
        held = lock(database)
        try:
            yield SqliteTarget(database)
        finally:
            os.close(held)
        return
    from ledger.fsck.server_target import open_server_target  # noqa: PLC0415 - the driver only where it is used

    with open_server_target(address, database.parent) as target:
        yield target


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
