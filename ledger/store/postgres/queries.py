"""Named queries on the database server: one table for all processes."""

from __future__ import annotations

from typing import Final

from ledger.store.postgres.connection import WRITER_LOCK
from ledger.store.postgres.own import OwnConnection
from ledger.store.queries import require_room

_ADDING: Final = WRITER_LOCK + 2  # an advisory lock: whoever counts an owner's queries adds to them alone


class PostgresQueries:
    """Implements `ledger.store.queries.QueryRows`."""

    def __init__(self, dsn: str) -> None:
        """Connect to the primary when it is first asked."""
        self._own = OwnConnection(dsn, "queries")

    def add(self, owner: str, name: str, text: str, *, most: int) -> None:
        """Keep a text."""
        with self._own.asking() as connection, connection.transaction():
            connection.execute("SELECT pg_advisory_xact_lock(%s)", (_ADDING,))
            sql = "SELECT count(*), count(*) FILTER (WHERE name = %s) FROM epcis_query WHERE owner = %s"
            count, same = connection.execute(sql, (name, owner)).fetchone() or (0, 0)
            require_room(name, count=count, same=same, most=most)
            connection.execute("INSERT INTO epcis_query (owner, name, text) VALUES (%s, %s, %s)", (owner, name, text))

    def names(self, owner: str) -> list[str]:
        """Return the names of an owner's texts, sorted."""
        with self._own.asking() as connection:
            sql = "SELECT name FROM epcis_query WHERE owner = %s ORDER BY name"
            return [name for (name,) in connection.execute(sql, (owner,)).fetchall()]

    def find(self, owner: str, name: str) -> str | None:
        """Return a text, None where its owner has none of this name."""
        with self._own.asking() as connection:
            sql = "SELECT text FROM epcis_query WHERE owner = %s AND name = %s"
            row = connection.execute(sql, (owner, name)).fetchone()
        return row[0] if row else None

    def delete(self, owner: str, name: str) -> bool:
        """Forget a text; return whether there was one."""
        with self._own.asking() as connection:
            sql = "DELETE FROM epcis_query WHERE owner = %s AND name = %s"
            return connection.execute(sql, (owner, name)).rowcount == 1

    def close(self) -> None:
        """Close the connection."""
        self._own.close()
