"""The projection's database: opening events by the keyed hash of their number. Deleting it loses nothing."""

from __future__ import annotations

import hmac
import os
import sqlite3
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from ledger.handles.openings import Key
from ledger.tiles.files import replace
from verifier.primitives.cbor import Value, format_cbor

VERSION = "1"
_KEY_SIZE = 32
_MOST = 16  # openings of one number that are told
_TABLES = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE opening (
    hash BLOB NOT NULL, leaf INTEGER NOT NULL, position INTEGER NOT NULL, name BLOB NOT NULL,
    PRIMARY KEY (hash, leaf, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX opening_name ON opening (name);
"""


class Found(NamedTuple):
    """Opening events of a number, in log order; `decoy` is another's, where there are none."""

    names: tuple[bytes, ...]
    decoy: bytes | None


class Numbers:
    """Hashes numbers under the projection's key."""

    def __init__(self, path: Path) -> None:
        """Take the key of the file `path`; draw one where there is none."""
        if not path.exists() or path.stat().st_size != _KEY_SIZE:
            replace(path, os.urandom(_KEY_SIZE))
        path.chmod(0o600)
        self._key = path.read_bytes()

    @property
    def id(self) -> str:
        """Return what tells this key from another."""
        return hmac.new(self._key, b"suyuan/handles/key", sha256).hexdigest()[:32]

    def hash(self, key: Key) -> bytes:
        """Return the keyed hash of a number, 32 bytes."""
        return hmac.new(self._key, format_cbor(list[Value](key)), sha256).digest()


def open_tables(path: Path, origin: str, key: str) -> sqlite3.Connection:
    """Return the one read-write connection; tables of another version, ledger or key, or none, are made anew."""
    connection = _connect(path)
    try:
        meta = dict(connection.execute("SELECT name, value FROM meta"))
        if (meta.get("version"), meta.get("origin"), meta.get("key")) == (VERSION, origin, key):
            return connection
    except sqlite3.DatabaseError:
        pass
    connection.close()
    remove(path)
    connection = _connect(path)
    connection.executescript(f"BEGIN; {_TABLES}")
    rows = [("version", VERSION), ("origin", origin), ("key", key), ("size", "0"), ("seal", "")]
    connection.executemany("INSERT INTO meta VALUES (?, ?)", rows)
    connection.execute("COMMIT")
    return connection


def open_reader(path: Path) -> sqlite3.Connection:
    """Return a read-only connection."""
    return sqlite3.connect(f"file:{path}?mode=ro", uri=True, isolation_level=None, check_same_thread=False)


def remove(path: Path) -> None:
    """Delete the database; the next opening makes it anew."""
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def meta(connection: sqlite3.Connection, name: str) -> str:
    """Return what the database says of itself."""
    return str(connection.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()[0])


def set_meta(connection: sqlite3.Connection, name: str, value: str) -> None:
    """Write what the database says of itself."""
    connection.execute("UPDATE meta SET value = ? WHERE name = ?", (value, name))


def find(connection: sqlite3.Connection, hash_: bytes) -> Found:
    """Return the opening events of a number.

    A number that is not there gives another's event, so that it costs as much as one that may not be told.
    """
    sql = "SELECT name FROM opening WHERE hash = ? ORDER BY leaf, position LIMIT ?"
    names = tuple(name for (name,) in connection.execute(sql, (hash_, _MOST)))
    if names:
        return Found(names, None)
    row = connection.execute("SELECT name FROM opening WHERE hash > ? ORDER BY hash LIMIT 1", (hash_,)).fetchone()
    return Found((), row[0] if row else None)


def add(connection: sqlite3.Connection, rows: Iterable[tuple[bytes, int, int, bytes]]) -> None:
    """Add openings: hash, leaf, position, event name."""
    connection.executemany("INSERT OR IGNORE INTO opening VALUES (?, ?, ?, ?)", rows)


def forget(connection: sqlite3.Connection, names: Iterable[bytes]) -> None:
    """Forget the numbers of events: they were erased."""
    connection.executemany("DELETE FROM opening WHERE name = ?", [(name,) for name in names])


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA journal_mode=wal")
    connection.execute("PRAGMA synchronous=NORMAL")  # losing the last turns loses nothing: they are made again
    return connection
