"""Which engine a ledger's rows lie in: SQLite's file, or the server's database that the folder names instead."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from ledger.fsck.file_rows import open_file_rows
from ledger.fsck.file_target import SqliteTarget
from ledger.fsck.rows import Rows
from ledger.fsck.targets import Target
from ledger.store.opening import named_database
from ledger.store.sqlite.connection import lock


def open_rows(database: Path) -> AbstractContextManager[Rows]:
    """Return one snapshot of a ledger's database: SQLite's file, or the server's that the folder names instead.

    Raises:
        SetupError: there is none, or it cannot be opened.
        UnreadableError: it cannot be read.
    """
    address = named_database(database.parent)
    if address is None:
        return open_file_rows(database)
    from ledger.fsck.server_rows import open_server_rows  # noqa: PLC0415 - the driver only where it is used

    return open_server_rows(address)


@contextmanager
def open_target(database: Path) -> Iterator[Target]:
    """Yield the derived tables of a ledger's database, which nobody else writes to meanwhile.

    Raises:
        SetupError: no database, or another process writes to it.
    """
    address = named_database(database.parent)
    if address is None:
        held = lock(database)
        try:
            yield SqliteTarget(database)
        finally:
            os.close(held)
        return
    from ledger.fsck.server_target import open_server_target  # noqa: PLC0415 - the driver only where it is used

    with open_server_target(address, database.parent) as target:
        yield target
