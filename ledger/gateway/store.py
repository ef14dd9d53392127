"""The gateway's one file: jobs, items, batches, handles. Whatever was committed here survives any crash.

A *job* is what came in one piece: a message, a document, a list of drafts. An *item* is one event that it makes.

waiting    it lacks what others have to tell: a handle, a document that it answers; `source` is read again then
ready      composed: these bytes and no others will be signed
signed     stands in a batch whose statement is kept byte for byte; that statement is sent until it is answered
recorded   the ledger promised it; the receipt is the batch's
parked     the ledger refuses it, `reason` says why; it is kept and never sent again by itself

The bytes of an event stand in a table of their own: rows whose state changes are small.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ledger.errors import SetupError
from ledger.gateway.turn import Turn
from ledger.tiles.files import make_folder

WAITING, READY, SIGNED, RECORDED, PARKED = "waiting", "ready", "signed", "recorded", "parked"
STATES = (WAITING, READY, SIGNED, RECORDED, PARKED)
VERSION = "2"
# Names and numbers are hashes or somebody else's, so every item touches pages of its own in each index: these are kept
# in memory, and brought to the file seldom, many items at a time. What is committed stands in the WAL at once.
_CACHE = 32_768  # KiB
_CHECKPOINT = 8_000  # pages of the WAL
_TABLES = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE job (
    id TEXT PRIMARY KEY, sender TEXT NOT NULL, kind TEXT NOT NULL, received INTEGER NOT NULL, told TEXT NOT NULL
) STRICT;
CREATE INDEX job_received ON job (kind, received, id);
CREATE TABLE item (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, job TEXT NOT NULL, sender TEXT NOT NULL,
    path TEXT NOT NULL, received INTEGER NOT NULL, state TEXT NOT NULL, size INTEGER NOT NULL, name BLOB,
    after TEXT NOT NULL, batch INTEGER, position INTEGER, reason TEXT
) STRICT;
CREATE TABLE event (
    item INTEGER PRIMARY KEY, head BLOB NOT NULL, body BLOB NOT NULL, disclosures TEXT NOT NULL,
    attachments BLOB NOT NULL
) STRICT;
CREATE TABLE source (item INTEGER PRIMARY KEY, data BLOB NOT NULL) STRICT;
CREATE INDEX item_open ON item (state, seq) WHERE state IN ('waiting', 'ready', 'signed', 'parked');
CREATE INDEX item_name ON item (name) WHERE name IS NOT NULL;
CREATE INDEX item_batch ON item (batch, position) WHERE batch IS NOT NULL;
CREATE TABLE batch (
    number INTEGER PRIMARY KEY AUTOINCREMENT, sender TEXT NOT NULL, identity BLOB NOT NULL, statement BLOB NOT NULL,
    count INTEGER NOT NULL, state TEXT NOT NULL, leaf INTEGER, promise BLOB, receipt BLOB, checkpoint BLOB,
    reason TEXT
) STRICT;
CREATE INDEX batch_open ON batch (state) WHERE state = 'signed';
CREATE INDEX batch_promised ON batch (number) WHERE receipt IS NULL AND promise IS NOT NULL;
CREATE TABLE handle (
    form TEXT NOT NULL, code TEXT NOT NULL, number TEXT NOT NULL, time INTEGER NOT NULL, handle TEXT NOT NULL,
    item INTEGER, event BLOB, looks INTEGER NOT NULL DEFAULT 0, look INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (form, number, code, time)
) STRICT, WITHOUT ROWID;
CREATE INDEX handle_look ON handle (look) WHERE item IS NOT NULL AND looks < 5;
CREATE INDEX handle_name ON handle (handle);
CREATE TABLE need (
    form TEXT NOT NULL, number TEXT NOT NULL, code TEXT NOT NULL, time INTEGER NOT NULL, item INTEGER NOT NULL,
    PRIMARY KEY (form, number, item)
) STRICT, WITHOUT ROWID;
CREATE TABLE reported (key TEXT NOT NULL, item INTEGER NOT NULL, event BLOB NOT NULL, PRIMARY KEY (key, item))
    STRICT, WITHOUT ROWID;
CREATE TABLE packing (
    type TEXT NOT NULL, child TEXT NOT NULL, parent TEXT NOT NULL, event BLOB NOT NULL, item INTEGER NOT NULL,
    PRIMARY KEY (child, parent, type)
) STRICT, WITHOUT ROWID;
CREATE INDEX packing_parent ON packing (parent, type);
CREATE TABLE ended (event BLOB NOT NULL, item INTEGER NOT NULL, PRIMARY KEY (event, item)) STRICT, WITHOUT ROWID;
CREATE TABLE told (sender TEXT NOT NULL, id TEXT NOT NULL, item INTEGER NOT NULL, event BLOB NOT NULL,
    PRIMARY KEY (id, sender, item, event)) STRICT, WITHOUT ROWID;
"""


class Store:
    """The file, its lock and its one read-write connection; any thread may use it, one at a time."""

    def __init__(self, folder: Path, *, origin: str) -> None:
        """Open the file of a folder, or begin it.

        Raises:
            SetupError: another gateway has it open, it is another ledger's, or it cannot be written.
        """
        self._turn = Turn()
        self.folder = folder
        make_folder(folder)
        self._held = _hold(folder / "gateway.lock")
        path = folder / "gateway.db"
        try:
            self.connection = _open(path)
            _require_version(self.connection, path, origin)
        except sqlite3.Error as error:
            os.close(self._held)
            raise SetupError(str(path), came=str(error), expected="a file that can be written") from error
        except SetupError:
            os.close(self._held)
            raise

    def close(self) -> None:
        """Close the file and let it go."""
        with self._turn:
            self.connection.close()
            os.close(self._held)

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Yield the connection between two transactions."""
        with self._turn:
            yield self.connection

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Yield the connection within a transaction: durable when the block ends, nothing where it raises."""
        with self._turn:
            self.connection.execute("BEGIN IMMEDIATE")
            try:
                yield self.connection
            except BaseException:
                self.connection.execute("ROLLBACK")
                raise
            self.connection.execute("COMMIT")


def _open(path: Path) -> sqlite3.Connection:
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))  # what is in it is nobody else's
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA journal_mode=wal")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute(f"PRAGMA cache_size=-{_CACHE}")
    connection.execute(f"PRAGMA wal_autocheckpoint={_CHECKPOINT}")
    return connection


def _require_version(connection: sqlite3.Connection, path: Path, origin: str) -> None:
    if connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'meta'").fetchone() is None:
        connection.executescript(f"BEGIN; {_TABLES}")
        connection.executemany("INSERT INTO meta VALUES (?, ?)", [("version", VERSION), ("origin", origin)])
        connection.execute("COMMIT")
    found = dict(connection.execute("SELECT name, value FROM meta"))
    if found.get("version") != VERSION:
        raise SetupError(str(path), came=f"version {found.get('version')}", expected=f"version {VERSION}")
    if found.get("origin") != origin:
        todo = "Use a folder of its own for each ledger."
        raise SetupError(str(path), came=f"a queue for {found.get('origin')}", expected=f"one for {origin}", todo=todo)


def _hold(path: Path) -> int:
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise SetupError(str(path), came=error.strerror, expected="a folder that can be written") from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        todo = "Hand documents to the gateway that runs, or stop it first."
        raise SetupError(
            str(path), came="held by another process", expected="a gateway's own folder", todo=todo
        ) from None
    return descriptor
