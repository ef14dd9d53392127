"""What EPCIS events of this gateway may refer to: its packings and associations, and what its events became.

Implements `ledger.readers.epcis.Recorded` over the gateway's connection. Events count from when they are composed.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

from ledger.gateway.composing import Composed

_PACKED, _ASSOCIATED = "transport.aggregation", "transport.association"
_ENDS = ("transport.unpacking", "transport.dissociation")


@dataclass(frozen=True, slots=True)
class RecordedHere:
    """Finds events of this gateway; what a sender declares an error must be its own.

    Attributes:
        connection: of the gateway's file, within its holder's transaction.
        sender: participant URI.
    """

    connection: sqlite3.Connection
    sender: str

    def packed(self, child: str, parent: str) -> bytes | None:
        """Return the event by which a child is inside a parent, as far as this gateway knows."""
        return self.joined(_PACKED, child, parent)

    def associated(self, child: str, parent: str) -> bytes | None:
        """Return the event by which a child is associated with a parent, likewise."""
        return self.joined(_ASSOCIATED, child, parent)

    def inside(self, parent: str) -> tuple[str, ...]:
        """Return what was packed into a parent and not taken out, likewise, in the order in which it came."""
        return self.children(_PACKED, parent)

    def attached(self, parent: str) -> tuple[str, ...]:
        """Return what was associated with a parent and not taken off, likewise."""
        return self.children(_ASSOCIATED, parent)

    def joined(self, kind: str, child: str, parent: str) -> bytes | None:
        """Return the event of a type by which a child is joined to a parent."""
        sql = f"SELECT event FROM packing p WHERE child = ? AND parent = ? AND type = ? AND {_HOLDS}"  # noqa: S608 - ours
        row = self.connection.execute(sql, (child, parent, kind)).fetchone()
        return row[0] if row else None

    def children(self, kind: str, parent: str) -> tuple[str, ...]:
        """Return what is joined to a parent by events of a type."""
        sql = f"SELECT child FROM packing p WHERE parent = ? AND type = ? AND {_HOLDS} ORDER BY item"  # noqa: S608 - ours
        return tuple(child for (child,) in self.connection.execute(sql, (parent, kind)))

    def told(self, event_id: str) -> tuple[bytes, ...]:
        """Return the events of the sender that an EPCIS event became, by its eventID or CBV event hash."""
        sql = "SELECT event FROM told WHERE id = ? AND sender = ? ORDER BY item"
        return tuple(event for (event,) in self.connection.execute(sql, (event_id, self.sender)))


# What the ledger refused neither packed anything nor took it out; 0 stands for what was said elsewhere.
_HOLDS = (
    "(p.item = 0 OR EXISTS (SELECT 1 FROM item i WHERE i.seq = p.item AND i.state <> 'parked')) AND NOT EXISTS "
    "(SELECT 1 FROM ended e LEFT JOIN item i ON i.seq = e.item "
    "WHERE e.event = p.event AND (e.item = 0 OR i.state <> 'parked'))"
)


def note_recorded(connection: sqlite3.Connection, seq: int, composed: Composed, sender: str) -> None:
    """Note what later documents may refer to in a composed event."""
    event, name = composed.prepared, composed.event.name
    if event.type in (_PACKED, _ASSOCIATED) and {"child", "parent"} <= event.subjects.keys():
        keep_contained(connection, event.type, str(event.subjects["child"]), str(event.subjects["parent"]), name, seq)
    if event.type in _ENDS:
        keep_ended(connection, event.about, seq)
    if composed.told:
        keep_told(connection, sender, [(each, name) for each in composed.told], seq)


def keep_contained(  # noqa: PLR0917 - a row
    connection: sqlite3.Connection, kind: str, child: str, parent: str, event: bytes, item: int = 0
) -> None:
    """Keep which event, of a type, joined a child and a parent: of an item, or, without one, said elsewhere."""
    connection.execute("INSERT OR REPLACE INTO packing VALUES (?, ?, ?, ?, ?)", (kind, child, parent, event, item))


def keep_ended(connection: sqlite3.Connection, events: Iterable[bytes], item: int = 0) -> None:
    """Keep which events join nothing any more, by an item, or elsewhere."""
    connection.executemany("INSERT OR IGNORE INTO ended VALUES (?, ?)", [(each, item) for each in events])


def keep_told(connection: sqlite3.Connection, sender: str, rows: Iterable[tuple[str, bytes]], item: int = 0) -> None:
    """Keep which events of a sender an eventID or hash stands for, by an item, or elsewhere."""
    sql = "INSERT OR IGNORE INTO told VALUES (?, ?, ?, ?)"
    connection.executemany(sql, [(sender, id_, item, event) for id_, event in rows])
