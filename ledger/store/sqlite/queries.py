"""Named queries in a file of their own: the ledger's database has exactly one writer, and they are no part of it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from ledger.errors import BusyError
from ledger.store.queries import require_room

_TABLE = (
    "CREATE TABLE IF NOT EXISTS query (owner TEXT NOT NULL, name TEXT NOT NULL, text TEXT NOT NULL, "
    "PRIMARY KEY (owner, name)) STRICT, WITHOUT ROWID"
)


class SqliteQueries:
    """Implements `ledger.store.queries.QueryRows`."""

    def __init__(self, path: Path) -> None:
        """Keep them in the file `path`."""
        self._path = path
        with self._connected() as connection:
            connection.execute(_TABLE)

    def add(self, owner: str, name: str, text: str, *, most: int) -> None:
        """Keep a text."""
        with self._connected() as connection:
            connection.execute("BEGIN IMMEDIATE")
            sql = "SELECT count(*), count(*) FILTER (WHERE name = ?) FROM query WHERE owner = ?"
            count, same = connection.execute(sql, (name, owner)).fetchone()
            require_room(name, count=count, same=same, most=most)
            connection.execute("INSERT INTO query VALUES (?, ?, ?)", (owner, name, text))

    def names(self, owner: str) -> list[str]:
        """Return the names of an owner's texts, sorted."""
        with self._connected() as connection:
            rows = connection.execute("SELECT name FROM query WHERE owner = ? ORDER BY name", (owner,)).fetchall()
        return [name for (name,) in rows]

    def find(self, owner: str, name: str) -> str | None:
        """Return a text, None where its owner has none of this name."""
        with self._connected() as connection:
            sql = "SELECT text FROM query WHERE owner = ? AND name = ?"
            row = connection.execute(sql, (owner, name)).fetchone()
        return row[0] if row else None

    def delete(self, owner: str, name: str) -> bool:
        """Forget a text; return whether there was one."""
        with self._connected() as connection:
            gone = connection.execute("DELETE FROM query WHERE owner = ? AND name = ?", (owner, name)).rowcount
        return gone == 1

    def close(self) -> None:
        """Do nothing: each call has a connection of its own."""

    @contextmanager
    def _connected(self) -> Iterator[sqlite3.Connection]:
        """Yield a connection within one transaction, closed at the end."""
        try:
            with closing(sqlite3.connect(self._path, timeout=10)) as connection, connection:
                yield connection
        except sqlite3.Error as error:
            todo = "Try again; the operator finds the cause in the server's disk."
            came = type(error).__name__
            raise BusyError("queries", came=came, expected="a file that can be written", todo=todo) from error
