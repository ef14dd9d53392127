"""Who was first: one row an item, held by the database.

The row is in the same transaction as what the desk says of it to the ledger, so a crash leaves both or none.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Activation:
    """A first activation.

    Attributes:
        item: URI.
        digest: that committed to the code, 32 bytes.
        claim: SHA-256 of what only the buyer has, 32 bytes.
        time: milliseconds since 1970.
        region: coarse, as the buyer stated it; empty where nothing was said.
        event: name of the event that says so.
    """

    item: str
    digest: bytes
    claim: bytes
    time: int
    region: str
    event: bytes


def find_activation(connection: sqlite3.Connection, item: str) -> Activation | None:
    """Return the first activation of an item, None where there is none."""
    sql = "SELECT item, digest, claim, time, region, event FROM activation WHERE item = ?"
    row = connection.execute(sql, (item,)).fetchone()
    return Activation(*row) if row else None


def add_first(connection: sqlite3.Connection, activation: Activation) -> bool:
    """Return whether this is the first activation of its item, which is then kept: the primary key decides."""
    row = (activation.item, activation.digest, activation.claim, activation.time, activation.region, activation.event)
    sql = "INSERT INTO activation (item, digest, claim, time, region, event) VALUES (?, ?, ?, ?, ?, ?)"
    return connection.execute(f"{sql} ON CONFLICT DO NOTHING", row).rowcount == 1


def withdraw(connection: sqlite3.Connection, event: bytes) -> None:
    """Forget an activation that the ledger refused to record."""
    connection.execute("DELETE FROM activation WHERE event = ?", (event,))
