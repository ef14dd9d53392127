"""The tables of SQLite's file, read-only, in one snapshot."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ledger.errors import SetupError
from ledger.fsck.damage import Damages
from ledger.fsck.rows import COLUMNS, Rows, UnreadableError, order_of


class SqliteRows(Rows):
    """One snapshot of SQLite's file."""

    lags = True

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


@contextmanager
def open_file_rows(database: Path) -> Iterator[Rows]:
    """Yield one snapshot of a file.

    Raises:
        SetupError: there is none, or SQLite cannot open it.
        UnreadableError: it cannot be read.
    """
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
