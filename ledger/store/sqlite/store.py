"""The embedded store, whole: one writer, readers as snapshots."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Lock

from ledger.errors import SetupError
from ledger.store.interface import StoredSeal
from ledger.store.sqlite.connection import lock, open_reader, open_writer
from ledger.store.sqlite.lookup import LookupTail
from ledger.store.sqlite.nonces import SqliteNonces
from ledger.store.sqlite.queries import SqliteQueries
from ledger.store.sqlite.reader import SqliteReader
from ledger.store.sqlite.writer import SqliteWriter


class SqliteStore:
    """Implements `ledger.store.interface.Store`."""

    def __init__(self, path: Path, *, writable: bool = True) -> None:
        """Open a database that `suyuan init` made.

        Raises:
            SetupError: it is not there, of other tables, or another process writes to it.
        """
        if not path.exists():
            raise SetupError(str(path), came="no database", expected="one that `suyuan init` made")
        self._path = path
        self._nonces: SqliteNonces | None = None
        self._opening = Lock()
        self._lock = lock(path) if writable else None
        try:
            self._connection = open_writer(path) if writable else None
        except BaseException:
            self._unlock()
            raise
        self._idle: SimpleQueue[sqlite3.Connection] = SimpleQueue()
        if self._connection:
            self._tail = LookupTail(self._connection)
            self._writer = SqliteWriter(self._connection, self._tail)
        else:
            reader = open_reader(path)
            self._tail = LookupTail(reader)
            self._idle.put(reader)

    @contextmanager
    def read(self) -> Iterator[SqliteReader]:
        """Yield one snapshot; its connection is reused afterwards."""
        try:
            connection = self._idle.get_nowait()
        except Empty:
            connection = open_reader(self._path)
        connection.execute("BEGIN")
        try:
            connection.execute("SELECT 1 FROM meta LIMIT 1").fetchone()  # the snapshot begins with the first read
            yield SqliteReader(connection, self._tail)
        finally:
            connection.execute("ROLLBACK")
            self._idle.put(connection)

    def writer(self) -> SqliteWriter:
        """Return the writer's side."""
        if self._connection is None:
            raise SetupError(str(self._path), came="opened for reading", expected="opened for writing")
        return self._writer

    def read_own(self) -> None:
        """Do nothing: a file is read as it was written."""

    def require_synchronous(self) -> None:
        """Return: there is one machine, and each commit is synced to its disk."""

    def confirm(self, seal: StoredSeal) -> None:
        """Return: what a snapshot shows is synced."""

    def beside(self, name: str) -> Path:
        """Return where a file that is derived from this database lies."""
        return self._path.with_name(name)

    def nonces(self) -> SqliteNonces:
        """Return the nonces of signed requests; their file is opened when they are first asked for."""
        with self._opening:
            if self._nonces is None:
                self._nonces = SqliteNonces(self._path.with_name("nonces.db"))
            return self._nonces

    def queries(self) -> SqliteQueries:
        """Return participants' named queries, in a file beside the database."""
        return SqliteQueries(self.beside("epcis-queries.db"))

    def backup(self, path: str) -> None:
        """Write a consistent copy of the database to a new file."""
        if Path(path).exists():
            raise SetupError(path, came="a file that is there already", expected="a new file")
        source, target = open_reader(self._path), sqlite3.connect(path)
        try:
            source.backup(target)
        finally:
            target.close()
            source.close()

    def close(self) -> None:
        """Close every connection and give up the lock."""
        while not self._idle.empty():
            self._idle.get().close()
        if self._connection:
            self._connection.close()
        if self._nonces:
            self._nonces.close()
        self._unlock()

    def _unlock(self) -> None:
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None
