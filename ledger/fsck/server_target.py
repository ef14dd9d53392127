"""Derived tables of a database on a server, written anew."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ledger.fsck.targets import Target
from ledger.store.postgres.rows import DERIVED, copy
from ledger.store.postgres.store import PostgresStore
from ledger.store.postgres.writer import PostgresWriter


class ServerTarget:
    """The schema `derived`."""

    def __init__(self, writer: PostgresWriter) -> None:
        """Write as the one writer."""
        self._writer = writer

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Run one transaction."""
        with self._writer.transaction() as cursor:
            self._cursor = cursor
            yield

    def replace(self, table: str, columns: int, rows: Iterable[tuple[Any, ...]]) -> int:
        """Put these rows in place of a table's; return how many."""
        target, types = DERIVED[table]
        held = list(rows)
        self._cursor.execute(f"DELETE FROM {table}")  # noqa: S608 - our own words
        copy(self._cursor, target, types, (row[:columns] for row in held))
        return len(held)

    def finish(self, upto: int) -> None:
        """Write the ids by themselves; names are looked up in the table as soon as they are recorded."""
        del upto
        self._cursor.execute("DELETE FROM event_id")
        self._cursor.execute("INSERT INTO event_id (id, issuer) SELECT id, issuer FROM event")

    def leaves(self) -> list[tuple[bytes, bytes]]:
        """Return every key and leaf hash as they now are, by key."""
        return list(self._writer.reader().key_leaves())


@contextmanager
def open_server_target(address: str, folder: Path) -> Iterator[Target]:
    """Yield the derived tables of a server's database, which nobody else writes to meanwhile.

    Raises:
        SetupError: no database, or another process writes to it.
    """
    store = PostgresStore(address, folder)
    try:
        yield ServerTarget(store.writer())
    finally:
        store.close()
