"""The projection's database: opening events by the keyed hash of their number. Deleting it loses nothing."""

from __future__ import annotations

import hmac
import os
import sqlite3
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from ledger.following.file import Layout
from ledger.handles.openings import Key
from ledger.tiles.files import replace
from verifier.primitives.cbor import Value, format_cbor

_VERSION = "2"
_KEY_SIZE = 32
_MOST = 16  # openings of one number that are told
_TABLES = """
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


def layout(numbers: Numbers) -> Layout:
    """Return what the projection keeps; hashes under another key are nothing to it."""
    return Layout(_VERSION, _TABLES, fixed={"key": numbers.id})


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
