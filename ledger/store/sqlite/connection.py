"""Connections, and the settings without which acknowledged events can be lost."""

from __future__ import annotations

import fcntl
import os
import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import Connection, create_engine, event
from sqlalchemy.exc import DBAPIError

from ledger.errors import SetupError
from ledger.store.schema import migrate, require_newest
from ledger.store.sqlite.erasing import OVERWRITES

TIDY_PAGES = 4_096  # pages, about, of the write-ahead log that are worth copying into the database
BUSY = 5_000  # milliseconds for which a connection waits for another one
_SETTINGS = {
    "journal_mode": "wal",
    "synchronous": 2,
    "foreign_keys": 1,
    "busy_timeout": BUSY,
    "secure_delete": 1,  # what is taken out is overwritten, not only given up
    "temp_store": 2,  # in memory: no file beside the database holds a copy of rows
}


def open_writer(path: Path) -> sqlite3.Connection:
    """Return the one read-write connection, with its settings read back.

    `synchronous=FULL`: with NORMAL a power loss takes back commits that were acknowledged.

    Raises:
        SetupError: no database, a setting did not take, or the tables are of another version.
    """
    _require_tables(path)
    writer = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    try:
        for name, value in _SETTINGS.items():
            _set(writer, name, value)
        writer.execute("PRAGMA cache_size=-32768")
        writer.execute(f"PRAGMA wal_autocheckpoint={8 * TIDY_PAGES}")  # the writer tidies up itself, between answers
    except BaseException:
        writer.close()
        raise
    return writer


def _set(connection: sqlite3.Connection, name: str, value: object) -> None:
    connection.execute(f"PRAGMA {name}={value}")
    (present,) = connection.execute(f"PRAGMA {name}").fetchone()
    if present != value:
        raise SetupError(f"SQLite {name}", came=present, expected=str(value))


def _require_tables(path: Path) -> None:
    engine = create_engine(f"sqlite:///{path}")
    try:
        with engine.connect() as connection:
            require_newest(connection)
    except DBAPIError as error:
        raise SetupError(str(path), came=str(error.orig), expected="a database that `suyuan init` made") from error
    finally:
        engine.dispose()


def open_reader(path: Path) -> sqlite3.Connection:
    """Return a read-only connection; it never writes and never checkpoints."""
    reader = sqlite3.connect(f"file:{path}?mode=ro", uri=True, isolation_level=None, check_same_thread=False)
    reader.execute("PRAGMA busy_timeout=5000")
    reader.execute("PRAGMA query_only=1")
    return reader


def create(path: Path) -> None:
    """Create or upgrade the database's tables, in one transaction: a crash or fault leaves what was there before.

    Raises:
        SetupError: the file is something else, or cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(f"sqlite:///{path}")
    event.listen(engine, "connect", _begin_nothing)
    event.listen(engine, "begin", _begin)
    try:
        with closing(sqlite3.connect(path)) as plain:
            plain.execute("PRAGMA journal_mode=wal")
            new = plain.execute("SELECT count(*) FROM sqlite_schema").fetchone() == (0,)
        with engine.begin() as connection:
            migrate(connection)
            if new:  # `open_writer` is the first who writes rows, and overwrites what they give up
                connection.exec_driver_sql("INSERT INTO meta (name, value) VALUES (?, '1')", (OVERWRITES,))
    except (sqlite3.Error, DBAPIError) as error:
        came = str(getattr(error, "orig", error))
        raise SetupError(str(path), came=came, expected="a database that can be written") from error
    finally:
        engine.dispose()


def _begin_nothing(connection: sqlite3.Connection, _: object) -> None:
    """Keep the driver from beginning transactions by itself: it would not begin one before a CREATE TABLE."""
    connection.isolation_level = None


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def lock(path: Path) -> int:
    """Return the descriptor of a lock that no second writer of the same database can take.

    Raises:
        SetupError: another process writes to this database.
    """
    descriptor = os.open(f"{path}.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise SetupError(str(path), came="another process that writes to it", expected="one writer") from None
    return descriptor


def is_wal_reset_safe() -> bool:
    """Return whether this SQLite has the fix of the WAL-reset fault (3.51.3)."""
    return sqlite3.sqlite_version_info >= (3, 51, 3)
