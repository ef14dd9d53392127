"""What EPCIS events of this gateway may refer to: its packings and associations, and what its events became.

Implements `ledger.readers.epcis.Recorded` over the gateway's connection. Events count from when they are composed.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from ledger.gateway.composing import Composed

_PACKED, _ASSOCIATED = "transport.aggregation", "transport.association"
_ENDS = ("transport.unpacking", "transport.dissociation")
_CORRECTION = "record.correction"


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
        """Return the event of this gateway by which a child is inside a parent."""
        return self._joined(_PACKED, child, parent)

    def associated(self, child: str, parent: str) -> bytes | None:
        """Return the event of this gateway by which a child is associated with a parent."""
        return self._joined(_ASSOCIATED, child, parent)

    def inside(self, parent: str) -> tuple[str, ...]:
        """Return what this gateway packed into a parent and nobody here took out, in the order in which it came."""
        return self._children(_PACKED, parent)

    def attached(self, parent: str) -> tuple[str, ...]:
        """Return what this gateway associated with a parent and nobody here took off, likewise."""
        return self._children(_ASSOCIATED, parent)

    def told(self, event_id: str) -> tuple[bytes, ...]:
        """Return the events of the sender that an EPCIS event became, by its eventID or CBV event hash."""
        sql = "SELECT event FROM told WHERE id = ? AND sender = ? ORDER BY item"
        return tuple(event for (event,) in self.connection.execute(sql, (event_id, self.sender)))

    def _joined(self, kind: str, child: str, parent: str) -> bytes | None:
        sql = f"SELECT event FROM packing p WHERE child = ? AND parent = ? AND type = ? AND {_HOLDS}"  # noqa: S608 - ours
        row = self.connection.execute(sql, (child, parent, kind)).fetchone()
        return row[0] if row else None

    def _children(self, kind: str, parent: str) -> tuple[str, ...]:
        sql = f"SELECT child FROM packing p WHERE parent = ? AND type = ? AND {_HOLDS} ORDER BY item"  # noqa: S608 - ours
        return tuple(child for (child,) in self.connection.execute(sql, (parent, kind)))


# What the ledger refused neither packed anything nor took it out.
_HOLDS = (
    "EXISTS (SELECT 1 FROM item i WHERE i.seq = p.item AND i.state <> 'parked') AND NOT EXISTS "
    "(SELECT 1 FROM ended e JOIN item i ON i.seq = e.item WHERE e.event = p.event AND i.state <> 'parked')"
)


def note_recorded(connection: sqlite3.Connection, seq: int, composed: Composed, sender: str) -> None:
    """Note what later documents may refer to in a composed event."""
    draft, name = composed.draft, composed.event.name
    if draft.type in (_PACKED, _ASSOCIATED) and {"child", "parent"} <= draft.subjects.keys():
        row = (draft.type, draft.subjects["child"], draft.subjects["parent"], name, seq)
        connection.execute("INSERT OR REPLACE INTO packing VALUES (?, ?, ?, ?, ?)", row)
    if draft.type in _ENDS:
        rows = [(each, seq) for each in draft.about]
        connection.executemany("INSERT OR IGNORE INTO ended VALUES (?, ?)", rows)
    if draft.type != _CORRECTION:
        ids = {draft.data[each] for each in ("eventID", "alias") if isinstance(draft.data.get(each), str)}
        told = [(sender, each, seq, name) for each in ids]
        connection.executemany("INSERT OR IGNORE INTO told VALUES (?, ?, ?, ?)", told)
