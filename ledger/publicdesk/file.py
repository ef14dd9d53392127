"""The files of a public desk: what must not be lost, and what has to be.

`desk.db` holds what the desk promised: first activations, and for 90 days what it said, so that receipts can be had
again. It is synced before anything is answered, and belongs in backups. `counts.db` holds counts that are forgotten
after 90 days: it is in no backup, so that nothing outlives its term there, and a crash may lose its last seconds.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ledger.errors import BusyError, SetupError

_LAYOUT = 1
DESK = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE activation (
    item TEXT PRIMARY KEY, digest BLOB NOT NULL, claim BLOB NOT NULL, time INTEGER NOT NULL, region TEXT NOT NULL,
    event BLOB NOT NULL
) STRICT;
CREATE TABLE said (
    number INTEGER PRIMARY KEY, event BLOB NOT NULL UNIQUE, time INTEGER NOT NULL, submission BLOB NOT NULL,
    promise BLOB, refused TEXT
) STRICT;
CREATE INDEX said_open ON said (number) WHERE promise IS NULL AND refused IS NULL;
CREATE TABLE alarm (item TEXT NOT NULL, ground TEXT NOT NULL, PRIMARY KEY (item, ground)) STRICT;
"""
COUNTS = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE salt (day INTEGER PRIMARY KEY, secret BLOB NOT NULL) STRICT;
CREATE TABLE scan (
    day INTEGER NOT NULL, thing BLOB NOT NULL, region TEXT NOT NULL, count INTEGER NOT NULL,
    PRIMARY KEY (day, thing, region)
) STRICT, WITHOUT ROWID;
CREATE TABLE again (
    day INTEGER NOT NULL, thing BLOB NOT NULL, claim BLOB NOT NULL, region TEXT NOT NULL,
    PRIMARY KEY (day, thing, claim)
) STRICT, WITHOUT ROWID;
"""


class DeskFile:
    """A database of the desk, with one connection. Any thread may use it."""

    def __init__(self, path: Path, tables: str, *, owner: str, durable: bool) -> None:
        """Open the file, or begin it.

        Args:
            path: of it.
            tables: the SQL that makes them.
            owner: the ledger and the desk that it belongs to.
            durable: whether what was written survives a power loss.

        Raises:
            SetupError: it cannot be written, or is another desk's.
        """
        self._lock = threading.Lock()
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
            self._connection.execute("PRAGMA journal_mode=wal")
            self._connection.execute(f"PRAGMA synchronous={'FULL' if durable else 'NORMAL'}")
            self._connection.execute("PRAGMA secure_delete=ON")  # what is forgotten is not left in free pages
            if not self._connection.execute("PRAGMA user_version").fetchone()[0]:
                self._begin(tables, owner)
            path.chmod(0o600)
        except (sqlite3.Error, OSError) as error:
            raise SetupError(str(path), came=str(error), expected="a file that can be written") from error
        self._require_own(path, owner)

    def _begin(self, tables: str, owner: str) -> None:
        """Make the tables and say whose they are, all at once: a crash leaves an empty file, which is begun anew."""
        self._connection.execute("BEGIN IMMEDIATE")
        for statement in filter(str.strip, tables.split(";")):
            self._connection.execute(statement)
        self._connection.execute("INSERT INTO meta VALUES ('owner', ?)", (owner,))
        self._connection.execute(f"PRAGMA user_version={_LAYOUT}")
        self._connection.execute("COMMIT")

    def _require_own(self, path: Path, owner: str) -> None:
        (layout,) = self._connection.execute("PRAGMA user_version").fetchone()
        row = self._connection.execute("SELECT value FROM meta WHERE name = 'owner'").fetchone()
        if layout != _LAYOUT or row is None or row[0] != owner:
            came = f"layout {layout} of {row[0] if row else 'nobody'}"
            self._connection.close()
            raise SetupError(str(path), came=came, expected=f"layout {_LAYOUT} of {owner}", todo="Name another folder.")

    @contextmanager
    def use(self) -> Iterator[sqlite3.Connection]:
        """Yield the connection within one transaction.

        Raises:
            BusyError: it could not be written; nothing was.
        """
        with self._lock:
            try:
                self._connection.execute("BEGIN IMMEDIATE")
                try:
                    yield self._connection
                except BaseException:
                    self._connection.execute("ROLLBACK")
                    raise
                self._connection.execute("COMMIT")
            except sqlite3.Error as error:
                todo = "Try again; the operator finds the cause in the desk's disk."
                expected = "a file that can be written"
                raise BusyError("desk", came=type(error).__name__, expected=expected, todo=todo) from error

    def scour(self) -> None:
        """Leave nothing of what was deleted in the file beside the database; it may be that somebody reads it now."""
        with self._lock, suppress(sqlite3.Error):
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()
