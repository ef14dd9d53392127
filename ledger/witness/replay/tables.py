"""The database of one replayed ledger: one file, one read-write connection, one process.

Derived from the log and believed by nobody else: whoever loses it replays from leaf 0. Not in backups.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
from pathlib import Path

from ledger.errors import SetupError

VERSION = 2
_HISTORY = """
CREATE TABLE IF NOT EXISTS {} (
    key BLOB PRIMARY KEY, count INTEGER NOT NULL, frontier BLOB NOT NULL, leaf BLOB NOT NULL, newest INTEGER NOT NULL,
    owner INTEGER, guarded INTEGER, custodian INTEGER
) STRICT, WITHOUT ROWID;
"""
_TABLES = """
CREATE TABLE IF NOT EXISTS state (
    one INTEGER PRIMARY KEY CHECK (one = 1), version INTEGER NOT NULL, size INTEGER NOT NULL, events INTEGER NOT NULL,
    keys INTEGER NOT NULL, first INTEGER NOT NULL, seal BLOB, time INTEGER NOT NULL, edge BLOB NOT NULL,
    note BLOB NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS entry (
    leaf INTEGER PRIMARY KEY, entry BLOB NOT NULL, event INTEGER, first INTEGER
) STRICT;
CREATE TABLE IF NOT EXISTS event (
    number INTEGER PRIMARY KEY, leaf INTEGER NOT NULL, position INTEGER NOT NULL, head BLOB NOT NULL,
    before BLOB NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS registry (
    number INTEGER PRIMARY KEY, time INTEGER NOT NULL, body BLOB NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS name (
    short INTEGER NOT NULL, number INTEGER NOT NULL, PRIMARY KEY (short, number)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS used (
    id BLOB NOT NULL, issuer INTEGER NOT NULL, PRIMARY KEY (id, issuer)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS sequence (
    kid BLOB NOT NULL, first INTEGER NOT NULL, count INTEGER NOT NULL, PRIMARY KEY (kid, first)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS word (number INTEGER PRIMARY KEY, word TEXT NOT NULL UNIQUE) STRICT;
"""
_SCHEMA = _TABLES + _HISTORY.format("history") + _HISTORY.format("fresh")
_SETTINGS = {"journal_mode": "wal", "synchronous": 2, "busy_timeout": 5000}
_CACHE = 32 << 10  # KiB of pages that SQLite may hold
_WAL = 16_384  # pages after which a commit copies the write-ahead log into the database


def open_tables(path: Path) -> tuple[sqlite3.Connection, int]:
    """Return the connection, and the descriptor of a lock that no second process can take.

    Raises:
        SetupError: another process has it, or it is not such a database.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = _lock(path)
    try:
        connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        for name, value in _SETTINGS.items():
            _set(connection, name, value)
        connection.execute(f"PRAGMA cache_size=-{_CACHE}")
        connection.execute(f"PRAGMA wal_autocheckpoint={_WAL}")
        connection.executescript(_SCHEMA)
    except sqlite3.Error as error:
        os.close(lock)
        raise SetupError(str(path), came=str(error), expected="a database of a replaying witness") from error
    except BaseException:
        os.close(lock)
        raise
    return connection, lock


def _set(connection: sqlite3.Connection, name: str, value: object) -> None:
    connection.execute(f"PRAGMA {name}={value}")
    (present,) = connection.execute(f"PRAGMA {name}").fetchone()
    if present != value:
        raise SetupError(f"SQLite {name}", came=present, expected=str(value))


def _lock(path: Path) -> int:
    descriptor = os.open(f"{path}.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise SetupError(str(path), came="a replay that runs already", expected="one process") from None
    return descriptor
