"""What SQLite needs so that no page keeps a copy of what was taken out.

`secure_delete` overwrites what a row gives up. Yet rows that are deleted let SQLite move their neighbours to other
pages, where stale copies of these stay behind that nothing overwrites later. So no row is ever deleted
(`ledger.store.erasing`).
"""

from __future__ import annotations

import sqlite3

OVERWRITES = "overwrites"  # meta row: since its first row, or since it was written anew, nothing given up stays


def write_anew(connection: sqlite3.Connection) -> None:
    """Write a database anew that was begun before what rows give up was overwritten; do nothing for others.

    Takes as long as writing every row, once, and as much room again on the disk.
    """
    if connection.execute("SELECT 1 FROM meta WHERE name = ?", (OVERWRITES,)).fetchone():
        return
    connection.execute("PRAGMA temp_store=0")  # the copy may be larger than the memory
    try:
        connection.execute("VACUUM")
    finally:
        connection.execute("PRAGMA temp_store=2")
    connection.execute("INSERT INTO meta (name, value) VALUES (?, '1')", (OVERWRITES,))
