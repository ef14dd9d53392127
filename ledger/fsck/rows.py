"""The tables as they lie on disk: read-only, in one snapshot, and without believing that a column holds what it should.

Text comes as bytes and is decoded strictly here, so that a flipped bit is a damage and not an exception of the driver.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ledger.errors import SetupError
from ledger.fsck.damage import Damages

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


class Rows:
    """One snapshot of a database."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Read on a connection that is inside a transaction."""
        self._connection = connection

    def all(self, table: str, *, order: str = "") -> Iterator[tuple[Any, ...]]:
        """Yield every row of a table, by its key."""
        by = order or _ORDER.get(table, COLUMNS[table][0])
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


def text_of(value: Any) -> str | None:
    """Return a text column's value; None where it is no text, or no UTF-8."""
    if not isinstance(value, bytes):
        return None
    try:
        return value.decode()
    except UnicodeDecodeError:
        return None


@contextmanager
def open_rows(database: Path) -> Iterator[Rows]:
    """Yield one snapshot of a database.

    Raises:
        SetupError: there is none, or SQLite cannot open it.
    """
    if not database.exists():
        raise SetupError(str(database), came="no database", expected="one that `suyuan init` made")
    connection = sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None)
    connection.text_factory = bytes
    try:
        connection.execute("PRAGMA query_only=1")
        connection.execute("BEGIN")
        yield Rows(connection)
    finally:
        connection.close()


def _select(table: str, rest: str) -> str:
    """Return a query for all columns of a table; all its parts are this package's own words."""
    return f"SELECT {', '.join(COLUMNS[table])} FROM {table} {rest}"  # noqa: S608 - see above
