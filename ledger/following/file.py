"""The file of a projection: a small database beside the ledger. Deleting it loses nothing.

It is made anew where it is missing, broken, of another ledger, of another layout, or of another history than the one
that is followed; also while it is in use. A crash leaves it where the last transaction was committed, or so that the
next opening makes it anew.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

_FORM = "2"  # of what every such file says of itself
_BROKEN = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_META = "CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;"
_SECRET_SIZE = 32


@dataclass(frozen=True, slots=True)
class Layout:
    """What a projection keeps in its file.

    Attributes:
        version: of the tables and of how events are read into them; files of another are made anew.
        tables: the SQL that makes them; the name `meta` is taken.
        fixed: what else a file says of itself and is made anew for where it says otherwise.
        secrets: names under which `meta` keeps 32 random bytes each, in hex, drawn when the file is made.
    """

    version: str
    tables: str
    fixed: Mapping[str, str] = field(default_factory=dict)
    secrets: tuple[str, ...] = ()


class DerivedFile:
    """The database of a projection: one thread writes, any thread reads."""

    def __init__(self, path: Path, layout: Layout, *, origin: str) -> None:
        """Keep what is derived from the ledger `origin` in the file `path`; it is opened when first written."""
        self._path, self._layout = path, layout
        self._itself = {"version": f"{_FORM}.{layout.version}", "origin": origin, **layout.fixed}
        self._connection: sqlite3.Connection | None = None
        self._inode: tuple[int, int] | None = None
        self._broken = False

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """Yield the connection within one transaction, that of the one thread that writes."""
        connection = self._current()
        with self._watching():
            try:
                connection.execute("BEGIN IMMEDIATE")
                yield connection
                connection.execute("COMMIT")
            except sqlite3.Error:
                self.close()  # which rolls back; what is wrong may be the connection, so the next write opens another
                raise
            except BaseException:
                connection.execute("ROLLBACK")
                raise

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """Yield one snapshot, read-only, to be used in one thread."""
        connection = sqlite3.connect(
            f"{self._path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None, check_same_thread=False
        )
        try:
            with self._watching():
                connection.execute("BEGIN")
                yield connection
        finally:
            connection.close()

    def remake(self) -> sqlite3.Connection:
        """Make the file anew, in the thread that writes."""
        self.close()
        self._remove()
        self._broken = False
        return self._make()

    def scour(self, orders: int) -> None:
        """Write the file anew, so that no page keeps what rows gave up, and note after how many orders of erasure.

        Where a reader still has an older snapshot, or a crash comes between, nothing is noted: the next turn does it
        again.
        """
        connection = self._current()
        with self._watching():
            connection.execute("VACUUM")
            (busy, *_) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            if not busy:
                set_meta(connection, "scoured", str(orders))

    def close(self) -> None:
        """Close the connection; the file stays, and the next write opens it again."""
        if self._connection is not None:
            self._connection.close()
        self._connection = None

    def _current(self) -> sqlite3.Connection:
        """Return the connection to what lies at the path now."""
        if self._broken and not self._is_sound():
            return self.remake()
        self._broken = False
        if self._connection is not None and self._found() != self._inode:
            self.close()
        return self._connection or self._open()

    def _is_sound(self) -> bool:
        """Return whether the file is whole: it may be the ledger's that was broken when it was read."""
        connection = self._connect()
        try:
            return bool(connection.execute("PRAGMA integrity_check(1)").fetchone() == ("ok",))
        except sqlite3.DatabaseError:
            return False
        finally:
            connection.close()

    def _open(self) -> sqlite3.Connection:
        connection = self._connect()
        try:
            if self._is_ours(connection):
                return self._keep(connection)
        except BaseException:
            connection.close()
            raise
        connection.close()
        return self.remake()

    def _is_ours(self, connection: sqlite3.Connection) -> bool:
        try:
            with self._watching():
                columns = connection.execute("SELECT name FROM pragma_table_info('meta')").fetchall()
                if not {("name",), ("value",)} <= set(columns):
                    return False
                return self._itself.items() <= dict(connection.execute("SELECT name, value FROM meta")).items()
        except sqlite3.DatabaseError:
            if self._broken:
                return False
            raise

    def _make(self) -> sqlite3.Connection:
        connection = self._connect()
        try:
            connection.executescript(f"BEGIN; {_META} {self._layout.tables}")
            rows = {**self._itself, "size": "0", "shown": "0", "seal": "", "scoured": "0"}
            rows.update((name, os.urandom(_SECRET_SIZE).hex()) for name in self._layout.secrets)
            connection.executemany("INSERT INTO meta VALUES (?, ?)", rows.items())
            connection.execute("COMMIT")
            return self._keep(connection)
        except BaseException:
            connection.close()
            raise

    def _keep(self, connection: sqlite3.Connection) -> sqlite3.Connection:
        connection.execute("PRAGMA journal_mode=wal")
        connection.execute("PRAGMA cache_size=-8192")  # a turn's pages, or they are written several times
        connection.execute("PRAGMA wal_autocheckpoint=4096")
        connection.execute("PRAGMA synchronous=NORMAL")  # losing the last turns loses nothing: they are made again
        self._connection, self._inode = connection, self._found()
        return connection

    def _connect(self) -> sqlite3.Connection:
        return sqlite3.connect(self._path, isolation_level=None, check_same_thread=False)

    def _remove(self) -> None:
        for suffix in ("", "-wal", "-shm"):  # the database first: a log without it is nothing to SQLite
            self._path.with_name(self._path.name + suffix).unlink(missing_ok=True)

    def _found(self) -> tuple[int, int] | None:
        try:
            status = self._path.stat()
        except FileNotFoundError:
            return None
        return status.st_dev, status.st_ino

    @contextmanager
    def _watching(self) -> Iterator[None]:
        """Note where SQLite says that a file is none of its own; the next write looks whether it is this one."""
        try:
            yield
        except sqlite3.DatabaseError as error:
            if getattr(error, "sqlite_errorcode", 0) & 0xFF in _BROKEN:
                self._broken = True
            raise


def meta(connection: sqlite3.Connection, name: str) -> str:
    """Return what a projection's file says of itself."""
    return str(connection.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()[0])


def set_meta(connection: sqlite3.Connection, name: str, value: str) -> None:
    """Write what a projection's file says of itself; nothing where it says so already."""
    connection.execute("UPDATE meta SET value = ?1 WHERE name = ?2 AND value <> ?1", (value, name))
