"""Where missing blocks are written: a copy of the file that takes its place at the end, or one transaction of a server.

Either way a crash, a wrong byte or a source that breaks off leaves the database as it was.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from ledger.errors import BusyError, SetupError
from ledger.opening import LedgerFolder
from ledger.store.interface import Store, WriteStore
from ledger.store.opening import named_database, require_address
from ledger.store.sqlite.connection import lock
from ledger.store.sqlite.store import SqliteStore
from ledger.tiles.files import sync_folder

if TYPE_CHECKING:
    from ledger.store.postgres.store import PostgresStore

_LEASE = 7 * 86_400.0  # seconds; a restore that is killed loses its lease at once, with its session


class Place(Protocol):
    """A stopped ledger's database, of which this process is the one writer."""

    @property
    def store(self) -> Store:
        """Return it as it is; not used any more once something was written."""
        ...

    def written(self) -> AbstractContextManager[WriteStore]:
        """Yield where rows are written; they are there, all of them, once this ends without a fault."""
        ...


def open_place(folder: LedgerFolder, aside: LedgerFolder, database: str | None) -> AbstractContextManager[Place]:
    """Return the database of a folder, or at another address, to be written.

    Args:
        folder: the ledger's.
        aside: a folder for copies, thrown away by whoever made it.
        database: one on a server, where it is another than the folder names.

    Raises:
        SetupError: it is not there, or another process writes to it or leads.
    """
    address = require_address(database) if database else named_database(folder.root)
    return _on_server(address, folder.root) if address else _in_file(folder, aside)


class _FilePlace:
    def __init__(self, folder: LedgerFolder, aside: LedgerFolder) -> None:
        self.store = SqliteStore(folder.database)
        self._folder, self._aside = folder, aside

    @contextmanager
    def written(self) -> Iterator[WriteStore]:
        """Yield a copy; nobody else gets in between: what the copy lacks, nobody can have written."""
        self.store.backup(str(self._aside.database))
        self.store.close()
        with closing(SqliteStore(self._aside.database)) as copy:
            yield copy.writer()
        _put_in_place(self._aside, self._folder)


@contextmanager
def _in_file(folder: LedgerFolder, aside: LedgerFolder) -> Iterator[Place]:
    place = _FilePlace(folder, aside)
    try:
        yield place
    finally:
        place.store.close()


def _put_in_place(aside: LedgerFolder, folder: LedgerFolder) -> None:
    """Replace the database by the copy, both closed: nothing of the old one is left in a log beside it."""
    held = lock(folder.database)
    try:
        for name in ("-wal", "-shm"):
            beside = folder.database.with_name(folder.database.name + name)
            if name == "-wal" and beside.exists() and beside.stat().st_size:
                raise SetupError(str(beside), came="a log that somebody else has open", expected="a stopped ledger")
            beside.unlink(missing_ok=True)
        aside.database.chmod(0o600)
        descriptor = os.open(aside.database, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        aside.database.replace(folder.database)
        sync_folder(folder.root)
    finally:
        os.close(held)


@contextmanager
def _on_server(address: str, root: Path) -> Iterator[Place]:
    """Lead, so that no process that stands by takes the database from us meanwhile."""
    from ledger.store.postgres.lease import Lease  # noqa: PLC0415 - who keeps to a file needs no driver
    from ledger.store.postgres.store import PostgresStore  # noqa: PLC0415 - likewise

    with closing(Lease(address, holder="suyuan restore", url="", seconds=_LEASE)) as lease:
        if not lease.acquire():
            came, todo = f"one that {lease.state().holder} leads", "Stop every process of the ledger."
            raise SetupError("database", came=came, expected="a stopped ledger", todo=todo)
        try:
            with closing(PostgresStore(address, root, fence=lease)) as store:
                yield _ServerPlace(store)
        finally:
            with suppress(BusyError):
                lease.release()


class _ServerPlace:
    def __init__(self, store: PostgresStore) -> None:
        self.store = store

    @contextmanager
    def written(self) -> Iterator[WriteStore]:
        """Yield the writer, within one transaction."""
        with self.store.writer().whole():
            yield self.store.writer()
