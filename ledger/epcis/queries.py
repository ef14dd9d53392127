"""Named queries: what a participant keeps under a name of its own. Nothing is derived from them."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from ledger.epcis.query import parse_query
from ledger.errors import ConflictError, UnknownError
from verifier.errors import MalformedError, TooLargeError

MOST = 100  # of one participant
_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_TABLE = (
    "CREATE TABLE IF NOT EXISTS query (owner TEXT NOT NULL, name TEXT NOT NULL, text TEXT NOT NULL, "
    "PRIMARY KEY (owner, name)) STRICT, WITHOUT ROWID"
)
Given = Mapping[str, Sequence[str]]


class NamedQueries:
    """Named queries by their owner; any thread may ask."""

    def __init__(self, path: Path) -> None:
        """Keep them in the file `path`."""
        self._path = path
        with self._connected() as connection:
            connection.execute(_TABLE)

    def add(self, owner: str, name: str, given: Given) -> None:
        """Keep a query.

        Raises:
            MalformedError: the name or the query.
            ConflictError: its owner has one of this name.
            TooLargeError: its owner has too many.
        """
        if not _NAME.fullmatch(name):
            raise MalformedError("name", came=name[:80], expected="1 to 64 letters, digits, - or _")
        parse_query(given)
        with self._connected() as connection:
            connection.execute("BEGIN IMMEDIATE")
            sql = "SELECT count(*), count(*) FILTER (WHERE name = ?) FROM query WHERE owner = ?"
            count, same = connection.execute(sql, (name, owner)).fetchone()
            if same:
                raise ConflictError("name", came=name, expected="a name that is not taken", todo="Delete it first.")
            if count >= MOST:
                raise TooLargeError("queries", came=f"{count}", expected=f"at most {MOST}", todo="Delete one.")
            connection.execute("INSERT INTO query VALUES (?, ?, ?)", (owner, name, json.dumps(dict(given))))

    def names(self, owner: str) -> list[str]:
        """Return the names of a participant's queries, sorted."""
        with self._connected() as connection:
            rows = connection.execute("SELECT name FROM query WHERE owner = ? ORDER BY name", (owner,)).fetchall()
        return [name for (name,) in rows]

    def find(self, owner: str, name: str) -> dict[str, list[str]]:
        """Return a query; raise UnknownError where its owner has none of this name."""
        with self._connected() as connection:
            sql = "SELECT text FROM query WHERE owner = ? AND name = ?"
            row = connection.execute(sql, (owner, name)).fetchone()
        if row is None:
            raise _unknown(name)
        found: dict[str, list[str]] = json.loads(row[0])
        return found

    def delete(self, owner: str, name: str) -> None:
        """Forget a query; raise UnknownError where its owner has none of this name."""
        with self._connected() as connection:
            gone = connection.execute("DELETE FROM query WHERE owner = ? AND name = ?", (owner, name)).rowcount
        if not gone:
            raise _unknown(name)

    @contextmanager
    def _connected(self) -> Iterator[sqlite3.Connection]:
        """Yield a connection within one transaction, closed at the end."""
        with closing(sqlite3.connect(self._path, timeout=10)) as connection, connection:
            yield connection


def _unknown(name: str) -> UnknownError:
    return UnknownError("queryName", came=name, expected="the name of a query of yours")
