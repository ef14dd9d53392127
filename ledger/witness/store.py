"""What a witness has cosigned, kept so that it can never sign against it: one small SQLite database.

Trust: whoever can write here can make the witness sign two roots for a size. A copy of this file must
never be brought back (`docs/operations.md`): a witness that lost its database begins anew, under new keys.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from ledger.errors import ConflictError, SetupError, StoppedError

_TABLES = """
CREATE TABLE IF NOT EXISTS cosigned (
    origin TEXT PRIMARY KEY, size INTEGER NOT NULL, root BLOB NOT NULL, time INTEGER NOT NULL,
    signed INTEGER, note BLOB NOT NULL, lines BLOB NOT NULL, handed INTEGER NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS stopped (
    origin TEXT PRIMARY KEY, reason TEXT NOT NULL, time INTEGER NOT NULL, evidence TEXT NOT NULL
) STRICT;
"""
_SETTINGS = {"journal_mode": "wal", "synchronous": 2, "busy_timeout": 5000}
_NEWEST = "SELECT size, root, time, signed, note, lines FROM cosigned WHERE origin = ?"
_BEGIN = """
INSERT OR IGNORE INTO cosigned (size, root, time, signed, note, lines, handed, origin) VALUES (?, ?, ?, ?, ?, ?, 0, ?)
"""
_MOVE = """
UPDATE cosigned SET size = ?, root = ?, time = ?, signed = ?, note = ?, lines = ?, handed = 0
WHERE origin = ? AND size = ? AND root = ? AND size < ?
"""
_RENEW = "UPDATE cosigned SET time = ?, signed = ?, lines = ? WHERE origin = ? AND size = ? AND root = ? AND time <= ?"
_Execute: TypeAlias = Callable[..., sqlite3.Cursor]


class StoreFailedError(StoppedError):
    """The witness's own database could not be written: nothing more may be signed by this process."""


@dataclass(frozen=True, slots=True)
class Cosigned:
    """The newest checkpoint of a ledger that this witness cosigned.

    Attributes:
        size: its leaves.
        root: 32 bytes.
        time: of the cosignature, POSIX seconds.
        signed: when the ledger signed it, by its own timed line; None where it had none.
        note: the checkpoint with the ledger's lines only.
        lines: the witness's own lines, each with its newline.
    """

    size: int
    root: bytes
    time: int
    signed: int | None
    note: bytes
    lines: bytes

    @property
    def whole(self) -> bytes:
        """Return the checkpoint with the ledger's lines and the witness's."""
        return self.note + self.lines


@dataclass(frozen=True, slots=True)
class Stopped:
    """Why the witness no longer cosigns for a ledger; `evidence` names the files that show it."""

    origin: str
    reason: str
    time: int
    evidence: tuple[str, ...]


class WitnessReader:
    """Reads a witness's database, also while the witness runs."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Read over a connection; `open_reader` makes one."""
        self._connection = connection
        self._mutex = threading.Lock()

    def close(self) -> None:
        """Close the database."""
        self._connection.close()

    def newest(self, origin: str) -> Cosigned | None:
        """Return what was cosigned last for a ledger, None before the first."""
        row = self._one(_NEWEST, origin)
        return Cosigned(*row) if row else None

    def waiting(self, origin: str) -> Cosigned | None:
        """Return what was cosigned last, if the ledger has not confirmed that it has the lines."""
        row = self._one(f"{_NEWEST} AND handed = 0", origin)
        return Cosigned(*row) if row else None

    def stopped(self, origin: str) -> Stopped | None:
        """Return why a ledger was stopped, None if it was not."""
        row = self._one("SELECT origin, reason, time, evidence FROM stopped WHERE origin = ?", origin)
        return Stopped(row[0], row[1], row[2], tuple(row[3].split("\n")) if row[3] else ()) if row else None

    def origins(self) -> list[str]:
        """Return the ledgers for which anything was cosigned or stopped."""
        sql = "SELECT origin FROM cosigned UNION SELECT origin FROM stopped ORDER BY origin"
        with self._mutex:
            return [origin for (origin,) in self._connection.execute(sql)]

    def _one(self, sql: str, origin: str) -> tuple[Any, ...] | None:
        with self._mutex:
            row: tuple[Any, ...] | None = self._connection.execute(sql, (origin,)).fetchone()
        return row


class WitnessStore(WitnessReader):
    """The database of one witness, to be written. One process at a time; in it, any thread."""

    def __init__(self, path: Path) -> None:
        """Open or create the database.

        Raises:
            SetupError: another process has it, or a setting without which it could forget did not take.
        """
        self._lock = _lock(path)
        self._failed = ""
        try:
            super().__init__(_open_writer(path))
        except BaseException:
            os.close(self._lock)
            raise

    def close(self) -> None:
        """Close the database and let go of the lock."""
        super().close()
        os.close(self._lock)

    def advance(self, origin: str, before: Cosigned | None, now: Cosigned) -> None:
        """Move a ledger from what was cosigned `before` to `now`, durably; only then may the lines leave.

        A crash before the end leaves `before`, and lines that nobody has seen.

        Raises:
            ConflictError: it is not at `before` any more, `now` is not larger, or it was stopped.
            StoreFailedError: the database could not be written.
        """
        values = (now.size, now.root, now.time, now.signed, now.note, now.lines, origin)
        with self._transaction() as execute:
            if execute("SELECT 1 FROM stopped WHERE origin = ?", (origin,)).fetchone():
                moved = 0
            elif before is None:
                moved = execute(_BEGIN, values).rowcount
            else:
                moved = execute(_MOVE, (*values, before.size, before.root, now.size)).rowcount
            if moved != 1:
                raise ConflictError(f"witness.{origin}", came="another state", expected="the state that was checked")

    def renew(self, origin: str, now: Cosigned) -> None:
        """Keep a later cosignature over what was cosigned last: the same size and root.

        Raises:
            ConflictError: another size or root was cosigned meanwhile, or later than `now.time`.
            StoreFailedError: the database could not be written.
        """
        values = (now.time, now.signed, now.lines, origin, now.size, now.root, now.time)
        with self._transaction() as execute:
            if execute(_RENEW, values).rowcount != 1:
                raise ConflictError(f"witness.{origin}", came="another state", expected="the state that was checked")

    def handed(self, origin: str, size: int) -> None:
        """Note that the ledger has the lines for a size."""
        with self._transaction() as execute:
            execute("UPDATE cosigned SET handed = 1 WHERE origin = ? AND size = ?", (origin, size))

    def stop(self, stopped: Stopped) -> None:
        """Cosign nothing more for a ledger, from now on and after every restart; the first reason stays."""
        values = (stopped.origin, stopped.reason, stopped.time, "\n".join(stopped.evidence))
        with self._transaction() as execute:
            execute("INSERT OR IGNORE INTO stopped (origin, reason, time, evidence) VALUES (?, ?, ?, ?)", values)

    def resume(self, origin: str) -> bool:
        """Go on with a ledger after somebody has looked; return whether it was stopped."""
        with self._transaction() as execute:
            return bool(execute("DELETE FROM stopped WHERE origin = ?", (origin,)).rowcount)

    @contextmanager
    def _transaction(self) -> Iterator[_Execute]:
        """Run one durable transaction. After a failed write the next one fails too: nothing is signed over it."""
        with self._mutex:
            if self._failed:
                raise StoreFailedError("witness.db", came=self._failed, expected="a restart after somebody has looked")
            try:
                self._connection.execute("BEGIN IMMEDIATE")
                yield self._connection.execute
                self._connection.execute("COMMIT")
            except ConflictError:
                self._connection.execute("ROLLBACK")
                raise
            except sqlite3.Error as error:
                self._failed = str(error)
                expected = "a database that can be written"
                raise StoreFailedError("witness.db", came=self._failed, expected=expected) from error


def open_reader(path: Path) -> WitnessReader:
    """Return a reader of a witness's database; it never writes.

    Raises:
        SetupError: there is none.
    """
    if not path.exists():
        raise SetupError(str(path), came="no database", expected="a witness that has run")
    return WitnessReader(sqlite3.connect(f"file:{path}?mode=ro", uri=True, check_same_thread=False))


def _open_writer(path: Path) -> sqlite3.Connection:
    try:
        connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        for name, value in _SETTINGS.items():
            connection.execute(f"PRAGMA {name}={value}")
            (present,) = connection.execute(f"PRAGMA {name}").fetchone()
            if present != value:
                raise SetupError(f"SQLite {name}", came=present, expected=str(value))
        connection.executescript(_TABLES)
    except sqlite3.Error as error:
        raise SetupError(str(path), came=str(error), expected="a database of a witness") from error
    return connection


def _lock(path: Path) -> int:
    """Return the descriptor of a lock that no second process can take."""
    try:
        descriptor = os.open(f"{path}.lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise SetupError(str(path), came=error.strerror, expected="a folder of a witness") from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise SetupError(str(path), came="a witness that runs already", expected="one process") from None
    return descriptor
