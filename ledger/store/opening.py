"""Which engine a ledger's folder names, and its store: SQLite's file in the folder, or a database on a server.

The file `database` of a folder holds the address of a server's database, and no password. The driver is imported
when it is used: who keeps to the embedded engine needs none.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ledger.errors import SetupError
from ledger.store.interface import Store

if TYPE_CHECKING:
    from ledger.store.postgres.fence import Fence

FILE, NAMED = "ledger.db", "database"
_SCHEMES = ("postgresql://", "postgres://")


def named_database(folder: Path) -> str | None:
    """Return the address of the server's database that a folder names; None for SQLite's file in it.

    Raises:
        SetupError: an address of another engine.
    """
    try:
        address = (folder / NAMED).read_text("utf-8").strip()
    except FileNotFoundError:
        return None
    return require_address(address)


def require_address(address: str) -> str:
    """Return an address of a database on a server.

    Raises:
        SetupError: of another engine, or with a password, which is then not repeated.
    """
    if not address.startswith(_SCHEMES):
        raise SetupError("database", came="another address", expected="postgresql://USER@HOST/NAME")
    from ledger.store.postgres.connection import complete  # noqa: PLC0415 - see above

    complete(address)
    return address


def open_store(
    folder: Path, *, writable: bool = True, database: str | None = None, fence: Fence | None = None
) -> Store:
    """Return the store of a ledger's folder.

    Args:
        folder: the ledger's.
        writable: whether this process is the one writer.
        database: the address of a server's database; None for what the folder names.
        fence: what every transaction of a writer on a server asks first.

    Raises:
        SetupError: it is not there, of other tables, or another process writes to it.
        StoppedError: the fence does not let this process write.
    """
    address = require_address(database) if database else named_database(folder)
    if address is None:
        from ledger.store.sqlite.store import SqliteStore  # noqa: PLC0415 - one engine at a time

        return SqliteStore(folder / FILE, writable=writable)
    from ledger.store.postgres.store import PostgresStore  # noqa: PLC0415 - see above

    return PostgresStore(address, folder, writable=writable, fence=fence)


def create_tables(folder: Path, database: str | None = None) -> None:
    """Create or upgrade the tables of a ledger's folder.

    Raises:
        SetupError: the database cannot be written.
    """
    address = require_address(database) if database else named_database(folder)
    if address is None:
        from ledger.store.sqlite.connection import create as create_file  # noqa: PLC0415 - one engine at a time

        return create_file(folder / FILE)
    from ledger.store.postgres.connection import create  # noqa: PLC0415 - see above

    return create(address)
