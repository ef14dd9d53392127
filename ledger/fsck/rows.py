"""The tables as they lie on disk: read-only, in one snapshot, and without believing that a column holds what it should.

Text comes as bytes and is decoded strictly here, so that a flipped bit is a damage and not an exception of the driver.
"""

from __future__ import annotations

import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

from ledger.errors import SetupError
from ledger.fsck.damage import Damages
from ledger.store.opening import named_database

COLUMNS: dict[str, tuple[str, ...]] = {
    "statement": ("leaf", "entry", "identity", "kid", "first", "count", "seq"),
    "seal": ("leaf", "entry", "first", "time"),
    "participant": ("id", "uri"),
    "event": ("seq", "leaf", "position", "id", "issuer", "head", "body"),
    "event_lookup": ("lookup", "seq"),
    "registry_event": ("seq",),
    "disclosure": ("seq", "pointer", "text"),
    "attachment": ("sha256", "content"),
    "history_key": ("key", "id", "count", "frontier", "leaf", "owner", "guarded", "custodian"),
    "history": ("key_id", "n", "seq"),
    "counter": ("name", "amount"),
    "checkpoint": ("size", "note", "receipt_header", "receipt_signature", "quorum"),
    "cosignature": ("size", "line"),
    "meta": ("name", "value"),
}
_ORDER = {
    "disclosure": "seq, pointer",
    "history": "key_id, n",
    "cosignature": "size, line",
    "event_lookup": "lookup, seq",
}


class UnreadableError(Exception):
    """The database could not be read on: a damaged page, or a server that is gone."""


class Rows(ABC):
    """One snapshot of a database, on any engine. Text comes as bytes."""

    lags = False  # whether names of the newest events are not looked up in the table yet
    checks_pages = False  # whether `check` looks at pages and indices too

    @abstractmethod
    def all(self, table: str, *, order: str = "") -> Iterator[tuple[Any, ...]]:
        """Yield every row of a table, by its key."""

    @abstractmethod
    def between(self, table: str, column: str, low: int, high: int) -> list[tuple[Any, ...]]:
        """Return the rows whose number in a column is from `low` to before `high`, by that column."""

    @abstractmethod
    def where(self, table: str, column: str, value: object) -> list[tuple[Any, ...]]:
        """Return the rows with a value in a column."""

    @abstractmethod
    def check(self, damages: Damages) -> bool:
        """Look whether the tables are there and hang together; return whether they can be read."""

    @abstractmethod
    def check_beside(self, damages: Damages) -> None:
        """Check the tables that only this engine has."""


class SqliteRows(Rows):
    """One snapshot of SQLite's file."""

    lags = checks_pages = True

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Read on a connection that is inside a transaction."""
        self._connection = connection

    def all(self, table: str, *, order: str = "") -> Iterator[tuple[Any, ...]]:
        """Yield every row of a table, by its key."""
        by = order or order_of(table)
        for row in self._connection.execute(_select(table, f"ORDER BY {by}")):  # noqa: UP028 - see below
            yield row  # `yield from` would close the cursor when a generator that was left is collected: too late

    def between(self, table: str, column: str, low: int, high: int) -> list[tuple[Any, ...]]:
        """Return the rows whose number in a column is from `low` to before `high`, by that column."""
        sql = _select(table, f"WHERE {column} >= ? AND {column} < ? ORDER BY {column}")
        return self._connection.execute(sql, (low, high)).fetchall()

    def where(self, table: str, column: str, value: object) -> list[tuple[Any, ...]]:
        """Return the rows with a value in a column."""
        return self._connection.execute(_select(table, f"WHERE {column} = ? ORDER BY 1, 2"), (value,)).fetchall()

    def check(self, damages: Damages) -> bool:
        """Ask SQLite whether its pages, indices and tables hang together; return whether the tables can be read."""
        for (line,) in self._connection.execute("PRAGMA integrity_check"):
            said = line.decode("utf-8", "replace")
            if said != "ok":
                damages.add("database", said, came="a damaged page or index", expected="integrity_check: ok")
        present = {
            row[0].decode("utf-8", "replace") for row in self._connection.execute("SELECT name FROM sqlite_schema")
        }
        for table in COLUMNS.keys() - present:
            damages.add("database", table, came="no such table", expected="the tables of this version")
        return present >= COLUMNS.keys()

    def check_beside(self, damages: Damages) -> None:
        """Return: the file has no others."""


def order_of(table: str) -> str:
    """Return what a table's rows are sorted by: its key."""
    return _ORDER.get(table, COLUMNS[table][0])


def text_of(value: Any) -> str | None:
    """Return a text column's value; None where it is no text, or no UTF-8."""
    if not isinstance(value, bytes):
        return None
    try:
        return value.decode()
    except UnicodeDecodeError:
        return None


def open_rows(database: Path) -> AbstractContextManager[Rows]:
    """Return one snapshot of a ledger's database: SQLite's file, or the server's that the folder names instead.

    Raises:
        SetupError: there is none, or it cannot be opened.
        UnreadableError: it cannot be read.
    """
    address = named_database(database.parent)
    if address is None:
        return _open_file(database)
    from ledger.fsck.server_rows import open_server_rows  # noqa: PLC0415 - the driver only where it is used

    return open_server_rows(address)


@contextmanager
def _open_file(database: Path) -> Iterator[Rows]:
    if not database.exists():
        raise SetupError(str(database), came="no database", expected="one that `suyuan init` made")
    connection = sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None)
    connection.text_factory = bytes
    try:
        connection.execute("PRAGMA query_only=1")
        connection.execute("BEGIN")
        yield SqliteRows(connection)
    except sqlite3.DatabaseError as error:
        raise UnreadableError(str(error)) from error
    finally:
        connection.close()


def _select(table: str, rest: str) -> str:
    """Return a query for all columns of a table; all its parts are this package's own words."""
    return f"SELECT {', '.join(COLUMNS[table])} FROM {table} {rest}"  # noqa: S608 - see above
