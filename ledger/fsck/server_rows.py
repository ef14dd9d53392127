"""The tables of a database on a server, in one snapshot. Its pages are the server's own to check (`server_pages`)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any

import psycopg
from psycopg import Connection

from ledger.fsck.damage import Damages
from ledger.fsck.rows import COLUMNS, Rows, UnreadableError, order_of
from ledger.fsck.server_pages import ABSENT, check_pages
from ledger.store.postgres.connection import connect, require_tables

_TEXTS = {
    ("participant", "uri"),
    ("disclosure", "pointer"),
    ("disclosure", "text"),
    ("cosignature", "line"),
    ("meta", "name"),
    ("meta", "value"),
}
_IDS = "(SELECT id, issuer FROM {} EXCEPT SELECT id, issuer FROM {}) LIMIT 100"


class ServerRows(Rows):
    """One snapshot of a server's database."""

    def __init__(self, connection: Connection[Any], address: str) -> None:
        """Read on a connection that is inside a transaction; pages are looked at over one of their own."""
        self._connection = connection
        self._address = address
        self.pages_unchecked: str | None = ABSENT
        self._numbers = count()

    def all(self, table: str, *, order: str = "") -> Iterator[tuple[Any, ...]]:
        """Yield every row of a table, by its key; several may be read at once."""
        cursor = self._connection.cursor(f"rows{next(self._numbers)}", binary=True)
        with cursor:
            cursor.execute(_select(table, f"ORDER BY {order or order_of(table)}"))
            yield from cursor

    def between(self, table: str, column: str, low: int, high: int) -> list[tuple[Any, ...]]:
        """Return the rows whose number in a column is from `low` to before `high`, by that column."""
        where = f"WHERE {column} >= %s AND {column} < %s ORDER BY {column}"
        return self._fetch(_select(table, where), low, high)

    def where(self, table: str, column: str, value: object) -> list[tuple[Any, ...]]:
        """Return the rows with a value in a column."""
        return self._fetch(_select(table, f"WHERE {column} = %s ORDER BY {order_of(table)}"), value)

    def _fetch(self, sql: bytes, *values: object) -> list[tuple[Any, ...]]:
        return self._connection.cursor(binary=True).execute(sql, values).fetchall()

    def check(self, damages: Damages) -> bool:
        """Look at pages and indexes, as far as the server lets us, and whether the tables are there."""
        self.pages_unchecked = check_pages(self._address, damages)
        missing = [table for table in COLUMNS if self._fetch(b"SELECT to_regclass(%s) IS NULL", table) == [(True,)]]
        for table in missing:
            damages.add("database", table, came="no such table", expected="the tables of this version")
        return not missing

    def check_beside(self, damages: Damages) -> None:
        """Check that the ids which stand by themselves are those of the events."""
        for one, other, came in (("event", "event_id", "no row"), ("event_id", "event", "a row too many")):
            for id_, issuer in self._fetch(_IDS.format(one, other).encode()):
                expected = "one for each event"
                damages.add("event_id", f"id={id_.hex()}, issuer={issuer}", came=came, expected=expected)


@contextmanager
def open_server_rows(address: str) -> Iterator[Rows]:
    """Yield one snapshot of a server's database.

    Raises:
        SetupError: it cannot be opened, or has tables of another version.
        UnreadableError: it cannot be read.
    """
    require_tables(address)
    connection = connect(address, default_transaction_read_only="on", statement_timeout="0")
    try:
        connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        yield ServerRows(connection, address)
    except psycopg.Error as error:
        raise UnreadableError(str(error)) from error
    finally:
        connection.close()


def _select(table: str, rest: str) -> bytes:
    """Return a query for all columns of a table; all its parts are this package's own words."""
    columns = (f"convert_to({name}, 'UTF8')" if (table, name) in _TEXTS else name for name in COLUMNS[table])
    return f"SELECT {', '.join(columns)} FROM {table} {rest}".encode()  # noqa: S608 - see above
