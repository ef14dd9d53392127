"""Events whose names are not in `event_lookup` yet: found in memory, written in bulk.

Event names are random. Written one by one, each would dirty a page of its own; sorted and in bulk, a page
takes many. What is here is derived: a start reads it again from the heads after `looked-up`.
"""

from __future__ import annotations

import sqlite3

from ledger.store.interface import lookup_of
from verifier.ledgerformat.head import event_name

BULK = 50_000
_META = "looked-up"


class LookupTail:
    """Lookup to event number, for the newest events. One writer; any thread may find."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Read the events that the table does not have yet."""
        row = connection.execute("SELECT value FROM meta WHERE name = ?", (_META,)).fetchone()
        self._first = int(row[0]) if row else 0
        self._found: dict[int, tuple[int, ...]] = {}
        self._next = self._first
        for seq, head in connection.execute("SELECT seq, head FROM event WHERE seq >= ? ORDER BY seq", (self._first,)):
            self.add([(lookup_of(event_name(head)), seq)])

    def find(self, lookup: int) -> tuple[int, ...]:
        """Return the numbers of recent events with this lookup."""
        return self._found.get(lookup, ())

    def add(self, lookups: list[tuple[int, int]]) -> None:
        """Take in the lookups of a committed block."""
        found = self._found
        for lookup, seq in lookups:
            known = found.get(lookup)
            found[lookup] = (seq,) if known is None else (*known, seq)
        if lookups:
            self._next = lookups[-1][1] + 1

    def is_full(self) -> bool:
        """Return whether there is a bulk to write."""
        return len(self._found) >= BULK

    def write(self, connection: sqlite3.Connection) -> int:
        """Write the bulk within the caller's transaction; return the number to forget up to once it is durable."""
        rows = sorted((lookup, seq) for lookup, seqs in self._found.items() for seq in seqs)
        connection.executemany("INSERT OR IGNORE INTO event_lookup (lookup, seq) VALUES (?,?)", rows)
        sql = "INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value"
        connection.execute(sql, (_META, str(self._next)))
        return self._next

    def forget(self, upto: int) -> None:
        """Drop what is in the table now."""
        self._found = (
            {}
            if upto == self._next
            else {
                lookup: kept
                for lookup, seqs in self._found.items()
                if (kept := tuple(seq for seq in seqs if seq >= upto))
            }
        )
