"""Nonces of signed requests: each key uses each once.

A file of its own beside the ledger's database, with one connection of its own: the database has exactly one
writer (SQLite before 3.51.3 corrupts a WAL that two connections write), and whoever reads should neither wait
for a block nor delay one. What is here is worth nothing once its window has passed, so it is in no backup and
has no migrations.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ledger.errors import BusyError, SetupError

_TABLE = (
    "CREATE TABLE IF NOT EXISTS request_nonce (kid BLOB NOT NULL, nonce TEXT NOT NULL, "
    "until INTEGER NOT NULL, UNIQUE (kid, nonce)) STRICT"
)
_PURGE_AFTER = 1_000  # milliseconds between two purges


class SqliteNonces:
    """Implements `ledger.store.interface.Nonces`. Any thread may use it."""

    def __init__(self, path: Path) -> None:
        """Open the file, or begin it.

        Raises:
            SetupError: it cannot be written.
        """
        self._lock = threading.Lock()
        self._purged = 0
        try:
            self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
            self._connection.execute("PRAGMA journal_mode=wal")
            self._connection.execute("PRAGMA synchronous=FULL")  # a crash must not let a request in once more
            self._connection.execute(_TABLE)
            self._connection.execute("CREATE INDEX IF NOT EXISTS ix_request_nonce_until ON request_nonce (until)")
        except sqlite3.Error as error:
            raise SetupError(str(path), came=str(error), expected="a file for nonces that can be written") from error

    def use(self, kid: bytes, nonce: str, *, until: int, now: int) -> bool:
        """Return whether a key uses this nonce for the first time; durable when it returns.

        Args:
            kid: 32 bytes.
            nonce: as it was signed.
            until: from when on nobody could use it anyway, milliseconds since 1970.
            now: milliseconds since 1970; what was kept until then is forgotten.

        Raises:
            BusyError: it could not be written; nothing is let in then.
        """
        with self._lock, self._writing():
            if now - self._purged >= _PURGE_AFTER:
                self._purged = now
                self._connection.execute("DELETE FROM request_nonce WHERE until < ?", (now,))
            sql = "INSERT INTO request_nonce (kid, nonce, until) VALUES (?, ?, ?) ON CONFLICT DO NOTHING"
            return self._connection.execute(sql, (kid, nonce, until)).rowcount == 1

    @property
    def kept(self) -> int:
        """Return how many nonces are kept."""
        with self._lock:
            (count,) = self._connection.execute("SELECT count(*) FROM request_nonce").fetchone()
        return int(count)

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            todo = "Try again; the operator finds the cause in the server's disk."
            raise BusyError(
                "nonces", came=type(error).__name__, expected="a file that can be written", todo=todo
            ) from error
