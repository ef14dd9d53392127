"""The one writer's connection: a block is one transaction, durable when `commit` returns."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from ledger.errors import ConflictError, StoppedError
from ledger.store.interface import Block, KeyRow
from ledger.store.sqlite.reader import SqliteReader

_BUCKET = (
    "SELECT key, id, count, frontier, leaf, owner, guarded, custodian FROM history_key "
    "WHERE key >= ? AND key < ? ORDER BY key"
)
_LAST_BUCKET = _BUCKET.replace(" AND key < ?", "")
_INSERT = {
    "statements": "INSERT INTO statement (leaf, entry, identity, kid, first, count, seq) VALUES (?,?,?,?,?,?,?)",
    "events": "INSERT INTO event (seq, leaf, position, id, issuer, lookup, head, body) VALUES (?,?,?,?,?,?,?,?)",
    "registry": "INSERT INTO registry_event (seq) VALUES (?)",
    "participants": "INSERT INTO participant (id, uri) VALUES (?,?)",
    "disclosures": "INSERT INTO disclosure (seq, pointer, text) VALUES (?,?,?)",
    "attachments": "INSERT OR IGNORE INTO attachment (sha256, content) VALUES (?,?)",
    "new_keys": (
        "INSERT INTO history_key (key, id, count, frontier, leaf, owner, guarded, custodian) VALUES (?,?,?,?,?,?,?,?)"
    ),
    "changed_keys": (
        "UPDATE history_key SET count = ?, frontier = ?, leaf = ?, owner = ?, guarded = ?, custodian = ? WHERE key = ?"
    ),
    "histories": "INSERT INTO history (key_id, n, seq) VALUES (?,?,?)",
}


class SqliteWriter:
    """Implements `ledger.store.interface.WriteStore`."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Own the read-write connection."""
        self._connection = connection
        self._stopped: str | None = None

    def key_states(self, ranges: Sequence[tuple[bytes, bytes]]) -> list[list[KeyRow]]:
        """Return the key rows of each range, sorted by key."""
        execute = self._connection.execute
        return [
            execute(_BUCKET, each).fetchall() if each[1] else execute(_LAST_BUCKET, each[:1]).fetchall()
            for each in ranges
        ]

    def reader(self) -> SqliteReader:
        """Return a reader on the writer's own connection."""
        return SqliteReader(self._connection)

    def commit(self, block: Block) -> None:
        """Write a block in one transaction; a crash before the end leaves nothing of it."""
        with self._transaction():
            for name, sql in _INSERT.items():
                if rows := getattr(block, name):
                    self._connection.executemany(sql, rows)
            if block.seal:
                self._connection.execute("INSERT INTO seal (leaf, entry, first, time) VALUES (?,?,?,?)", block.seal)
            if block.checkpoint:
                sql = (
                    "INSERT INTO checkpoint (size, note, receipt_header, receipt_signature, quorum) VALUES (?,?,?,?,?)"
                )
                self._connection.execute(sql, block.checkpoint)

    def add_cosignatures(self, size: int, lines: Sequence[str], *, quorum: bool) -> None:
        """Add verified lines to a checkpoint; `quorum` says whether they reach it."""
        with self._transaction():
            rows = [(size, line) for line in lines]
            self._connection.executemany("INSERT OR IGNORE INTO cosignature (size, line) VALUES (?,?)", rows)
            if quorum:
                self._connection.execute("UPDATE checkpoint SET quorum = 1 WHERE size = ?", (size,))

    def set_meta(self, name: str, value: str) -> None:
        """Write what the database says of itself."""
        with self._transaction():
            sql = "INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value"
            self._connection.execute(sql, (name, value))

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        """Run one durable transaction. After a failed write nothing more is written: fsync is never retried."""
        if self._stopped:
            raise StoppedError("store", came=self._stopped, expected="a restart after somebody has looked")
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            yield
            self._connection.execute("COMMIT")
        except sqlite3.IntegrityError as error:
            self._connection.execute("ROLLBACK")
            raise ConflictError("block", came=str(error), expected="events that are not recorded yet") from error
        except sqlite3.Error as error:
            self._stopped = str(error)
            raise StoppedError("store", came=self._stopped, expected="a database that can be written") from error
