"""The one writer's connection: a block is one transaction, durable when `commit` returns."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext

from ledger.errors import ConflictError, StoppedError
from ledger.store.erasing import erase
from ledger.store.interface import Block, Deletion, Naming, StoredSeal
from ledger.store.sqlite.connection import BUSY, TIDY_PAGES
from ledger.store.sqlite.erasing import write_anew
from ledger.store.sqlite.lookup import LookupTail
from ledger.store.sqlite.reader import SqliteReader

_INSERT = {
    "statements": "INSERT INTO statement (leaf, entry, identity, kid, first, count, seq) VALUES (?,?,?,?,?,?,?)",
    "events": "INSERT INTO event (seq, leaf, position, id, issuer, head, body) VALUES (?,?,?,?,?,?,?)",
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
    "counters": (
        "INSERT INTO counter (name, amount) VALUES (?,?) ON CONFLICT (name) DO UPDATE SET amount = excluded.amount"
    ),
}


class SqliteWriter:
    """Implements `ledger.store.interface.WriteStore`."""

    def __init__(self, connection: sqlite3.Connection, tail: LookupTail) -> None:
        """Own the read-write connection."""
        self._connection = connection
        self._tail = tail
        self._stopped: str | None = None
        self._untidy = 0  # pages, about, written since the last checkpoint of the write-ahead log

    def reader(self) -> SqliteReader:
        """Return a reader on the writer's own connection."""
        return SqliteReader(self._connection, self._tail)

    def commit(self, block: Block, pause: AbstractContextManager[None]) -> None:
        """Write a block in one transaction; a crash before the end leaves nothing of it."""
        if block.seal:
            self._require_next(block, block.seal)
        with self._transaction(pause):
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
            written = self._tail.write(self._connection) if self._tail.is_full() else None
        if written is not None:
            self._tail.forget(written)
        self._tail.add(block.lookups)
        self._untidy += _pages_of(block)

    def _require_next(self, block: Block, seal: StoredSeal) -> None:
        """Stop for good at a block that is not the next: somebody else has written, or the writer has lost count."""
        with self._stopping():
            (size,) = self._connection.execute("SELECT coalesce(max(leaf) + 1, 0) FROM seal").fetchone()
        leaves = [row[0] for row in block.statements] + [seal.leaf]
        if leaves != list(range(size, size + len(leaves))) or (block.first, block.size) != (size, seal.leaf + 1):
            came, expected = f"leaf {leaves[0]} to {leaves[-1]}", f"leaf {size} and those after it"
            self._stopped = f"a block of {came}"
            raise StoppedError("store", came=came, expected=expected, todo="Run `suyuan fsck`.")

    def tidy(self) -> None:
        """Copy the write-ahead log into the database, once it has grown.

        SQLite would do it within a commit, while submitters wait. A crash here loses nothing: the log is
        copied again. Readers that are still at an older snapshot leave the rest for the next time.
        """
        if self._untidy < TIDY_PAGES:
            return
        self._untidy = 0
        with self._stopping():
            self._connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()

    def add_cosignatures(self, size: int, lines: Sequence[str], *, quorum: bool) -> None:
        """Add verified lines to a checkpoint; `quorum` says whether they reach it."""
        with self._transaction():
            rows = [(size, line) for line in lines]
            self._connection.executemany("INSERT OR IGNORE INTO cosignature (size, line) VALUES (?,?)", rows)
            if quorum:
                self._connection.execute("UPDATE checkpoint SET quorum = 1 WHERE size = ?", (size,))

    def erase(self, deletions: Sequence[Deletion], time: int, names: Naming) -> None:
        """Take out what orders are about and write down that it was, in one transaction."""
        with self._transaction():
            erase(self._connection, deletions, time, names)

    def scour(self) -> bool:
        """Copy the write-ahead log into the database and cut it to nothing; return whether nobody was in the way."""
        with self._stopping():
            self._connection.execute("PRAGMA busy_timeout=0")  # submitters wait meanwhile
            try:
                write_anew(self._connection)
                (busy, *_) = self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            finally:
                self._connection.execute(f"PRAGMA busy_timeout={BUSY}")
        return bool(busy == 0)

    def set_meta(self, name: str, value: str) -> None:
        """Write what the database says of itself."""
        with self._transaction():
            sql = "INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value"
            self._connection.execute(sql, (name, value))

    @contextmanager
    def _transaction(self, pause: AbstractContextManager[None] | None = None) -> Iterator[None]:
        """Run one durable transaction; fsync is never retried."""
        with self._stopping():
            try:
                self._connection.execute("BEGIN IMMEDIATE")
                yield
                with pause or nullcontext():
                    self._connection.execute("COMMIT")
            except sqlite3.IntegrityError as error:
                self._connection.execute("ROLLBACK")
                raise ConflictError("block", came=str(error), expected="events that are not recorded yet") from error

    @contextmanager
    def _stopping(self) -> Iterator[None]:
        """Stop for good at the first write that fails."""
        if self._stopped:
            raise StoppedError("store", came=self._stopped, expected="a restart after somebody has looked")
        try:
            yield
        except sqlite3.Error as error:
            self._stopped = str(error)
            raise StoppedError("store", came=self._stopped, expected="a database that can be written") from error


def _pages_of(block: Block) -> int:
    """Return about how many pages a block changes: each key lies on a page of its own, events side by side."""
    keys = len(block.new_keys) + len(block.changed_keys)
    return keys + len(block.histories) // 2 + len(block.events) // 4 + 8
