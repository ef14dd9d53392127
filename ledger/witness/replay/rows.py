"""What is read from and written to a replay's database. No rule of the ledger is known here."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

from ledger.errors import ConflictError, SetupError, StoppedError
from ledger.failpoints import reach
from ledger.witness.replay.tables import VERSION, open_tables

HistoryRow: TypeAlias = tuple[bytes, int, bytes, bytes, int, "int | None", "int | None", "int | None"]
"""key, count, frontier, leaf hash, newest event + 1, owner, guarded, custodian."""

_HISTORY = "SELECT key, count, frontier, leaf, newest, owner, guarded, custodian FROM "
_HISTORIES = "history", "fresh"  # a key that stands in both stands as the second says
_RANGES = 32  # ranges a query
_FRESH = 150_000  # histories that wait to be carried over
_SETTLE = (
    "INSERT OR REPLACE INTO history SELECT * FROM fresh ORDER BY key",
    "DELETE FROM fresh",
)
_LEAVES = """
SELECT key, leaf FROM history WHERE NOT EXISTS (SELECT 1 FROM fresh WHERE fresh.key = history.key)
UNION ALL SELECT key, leaf FROM fresh ORDER BY key
"""
_INSERT = {
    "entries": "INSERT INTO entry (leaf, entry, event, first) VALUES (?,?,?,?)",
    "events": "INSERT INTO event (number, leaf, position, head, before) VALUES (?,?,?,?,?)",
    "registry": "INSERT INTO registry (number, time, body) VALUES (?,?,?)",
    "names": "INSERT INTO name (short, number) VALUES (?,?)",
    "ids": "INSERT INTO used (id, issuer) VALUES (?,?)",
    "sequences": "INSERT INTO sequence (kid, first, count) VALUES (?,?,?)",
    "histories": (
        "INSERT OR REPLACE INTO fresh (key, count, frontier, leaf, newest, owner, guarded, custodian) "
        "VALUES (?,?,?,?,?,?,?,?)"
    ),
    "words": "INSERT INTO word (number, word) VALUES (?,?)",
}


def short_name(name: bytes) -> int:
    """Return the first 8 bytes of an event's name as a signed number, which finds it."""
    return int.from_bytes(name[:8], "big", signed=True)


@dataclass(frozen=True, slots=True)
class Reached:
    """How far a replay has come: always the end of a block.

    Attributes:
        size: leaves.
        events: recorded so far; the next event's number.
        keys: of the index.
        first: leaf at which the newest block began.
        seal: leaf hash of the newest seal, None before the first.
        time: ledger time of the newest seal, -1 before the first.
        edge: complete subtrees of the log's tree, largest first, 32 bytes each.
        note: the checkpoint that is replayed towards, as the ledger signed it.
    """

    size: int = 0
    events: int = 0
    keys: int = 0
    first: int = 0
    seal: bytes | None = None
    time: int = -1
    edge: bytes = b""
    note: bytes = b""


class EventRow(NamedTuple):
    """An event, or a hash envelope (its head is the entry); `before`: of each join the event before it + 1, u64 be."""

    number: int
    leaf: int
    position: int
    head: bytes
    before: bytes


class EntryRow(NamedTuple):
    """A log entry: of a statement the number of its first event, of a seal the first leaf of its block."""

    leaf: int
    entry: bytes
    event: int | None
    first: int | None


@dataclass(slots=True)
class Chunk:
    """Some blocks' rows, written in one transaction."""

    entries: list[EntryRow] = field(default_factory=list)
    events: list[EventRow] = field(default_factory=list)
    registry: list[tuple[int, int, bytes]] = field(default_factory=list)
    names: list[tuple[int, int]] = field(default_factory=list)
    ids: list[tuple[bytes, int]] = field(default_factory=list)
    sequences: list[tuple[bytes, int, int]] = field(default_factory=list)
    histories: list[HistoryRow] = field(default_factory=list)
    words: list[tuple[int, str]] = field(default_factory=list)


class ReplayRows:
    """The database of one replay. One thread at a time.

    Keys are hashes: in a large table each lies on a page of its own, which a chunk would write for a hundred bytes.
    So histories go to a small table, `fresh`, and from there to the large one many chunks at a time, in key order.
    """

    def __init__(self, path: Path, *, fresh: int = _FRESH) -> None:
        """Open or create the file; `fresh` histories may lie in the small table.

        Raises:
            SetupError: another process has it, or it is of another version.
        """
        self._connection, self._lock = open_tables(path)
        self._failed = ""
        row = self._one("SELECT version FROM state")
        if row and row[0] != VERSION:
            self.close()
            todo = "Move the file away; the ledger is replayed from leaf 0."
            raise SetupError(str(path), came=f"version {row[0]}", expected=f"version {VERSION}", todo=todo)
        self._most = fresh
        self._fresh: int = self._connection.execute("SELECT count(*) FROM fresh").fetchone()[0]

    def close(self) -> None:
        """Close the file and let go of the lock."""
        self._connection.close()
        os.close(self._lock)

    def reached(self) -> Reached:
        """Return how far the replay has come."""
        row = self._one("SELECT size, events, keys, first, seal, time, edge, note FROM state")
        return Reached(*row) if row else Reached()

    def commit(self, chunk: Chunk, reached: Reached) -> None:
        """Write blocks and how far they reach in one durable transaction; a crash before its end leaves nothing of it.

        Raises:
            ConflictError: an id is there already; nothing was written.
            StoppedError: the database could not be written; this process writes nothing more.
        """
        if self._failed:
            raise StoppedError("replay", came=self._failed, expected="a restart after somebody has looked")
        values = (VERSION, reached.size, reached.events, reached.keys, reached.first, reached.seal, reached.time,
                  reached.edge, reached.note)  # fmt: skip
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            for name, sql in _INSERT.items():
                if rows := getattr(chunk, name):
                    self._connection.executemany(sql, sorted(rows) if name in _SORTED else rows)
            fresh = self._settled(self._fresh + len(chunk.histories))
            self._connection.execute("INSERT OR REPLACE INTO state VALUES (1,?,?,?,?,?,?,?,?,?)", values)
            reach("replay-before-commit")
            self._connection.execute("COMMIT")
        except sqlite3.IntegrityError as error:
            self._connection.execute("ROLLBACK")
            raise ConflictError("replay", came=str(error), expected="what is not recorded yet") from error
        except sqlite3.Error as error:
            self._failed = str(error)
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            raise StoppedError("replay", came=self._failed, expected="a database that can be written") from error
        self._fresh = fresh
        reach("replay-after-commit")

    def _settled(self, fresh: int) -> int:
        """Carry the fresh histories over, once they are many; return how many there are then, at most."""
        if fresh < self._most:
            return fresh
        for sql in _SETTLE:
            self._connection.execute(sql)
        return 0

    # Reading.

    def leaves(self) -> Iterator[tuple[bytes, bytes]]:
        """Yield key and leaf hash of every history, sorted by key."""
        yield from self._connection.execute(_LEAVES)

    def histories(self, ranges: Sequence[tuple[bytes, bytes]]) -> list[HistoryRow]:
        """Return the rows of keys in these ranges (low, high; b"" for no end)."""
        found: dict[bytes, HistoryRow] = {}
        bounds = [bound for low, high in ranges for bound in (low, high or b"\xff" * 33)]
        for table in _HISTORIES:
            for start in range(0, len(bounds), 2 * _RANGES):
                part = bounds[start : start + 2 * _RANGES]
                for row in self._connection.execute(_between(table, len(part) // 2), part):
                    found[row[0]] = row
        return list(found.values())

    def history(self, key: bytes) -> HistoryRow | None:
        """Return the row of one key."""
        found = (self._one(f"{_HISTORY}{table} WHERE key = ?", key) for table in reversed(_HISTORIES))
        return next((row for row in found if row), None)

    def event(self, number: int) -> EventRow | None:
        """Return an event by its number."""
        row = self._one("SELECT number, leaf, position, head, before FROM event WHERE number = ?", number)
        return EventRow(*row) if row else None

    def events(self, first: int, count: int) -> list[EventRow]:
        """Return events by number, from the first on."""
        sql = "SELECT number, leaf, position, head, before FROM event WHERE number >= ? AND number < ? ORDER BY number"
        return [EventRow(*row) for row in self._connection.execute(sql, (first, first + count))]

    def numbers(self, short: int) -> list[int]:
        """Return the numbers of events with this short name."""
        return [row[0] for row in self._connection.execute("SELECT number FROM name WHERE short = ?", (short,))]

    def used(self, ids: Sequence[tuple[bytes, int]]) -> tuple[bytes, int] | None:
        """Return the first of these (id, issuer) that is recorded, None where none is."""
        sql = "SELECT 1 FROM used WHERE id = ? AND issuer = ?"
        return next((each for each in ids if self._connection.execute(sql, each).fetchone()), None)

    def sequence_before(self, kid: bytes, below: int) -> tuple[int, int] | None:
        """Return first and count of the key's range that begins last before a number."""
        sql = "SELECT first, count FROM sequence WHERE kid = ? AND first < ? ORDER BY first DESC LIMIT 1"
        return self._one(sql, kid, below)

    def registry(self) -> Iterator[tuple[EventRow, int, bytes]]:
        """Yield the registry's events, with ledger time and body, in log order."""
        sql = (
            "SELECT e.number, e.leaf, e.position, e.head, e.before, r.time, r.body "
            "FROM registry r JOIN event e ON e.number = r.number ORDER BY r.number"
        )
        for *row, time, body in self._connection.execute(sql):
            yield EventRow(*row), time, body

    def body(self, number: int) -> bytes | None:
        """Return the body of a registry event by its number; None for any other."""
        row = self._one("SELECT body FROM registry WHERE number = ?", number)
        return row[0] if row else None

    def words(self) -> list[tuple[int, str]]:
        """Return every participant's URI with its number."""
        return self._connection.execute("SELECT number, word FROM word ORDER BY number").fetchall()

    def entry(self, leaf: int) -> EntryRow | None:
        """Return a log entry."""
        row = self._one("SELECT leaf, entry, event, first FROM entry WHERE leaf = ?", leaf)
        return EntryRow(*row) if row else None

    def entries(self, first: int, last: int) -> list[EntryRow]:
        """Return the log entries from leaf `first` to before `last`."""
        sql = "SELECT leaf, entry, event, first FROM entry WHERE leaf >= ? AND leaf < ? ORDER BY leaf"
        return [EntryRow(*row) for row in self._connection.execute(sql, (first, last))]

    def statements_with(self, part: bytes) -> Iterator[EntryRow]:
        """Yield the log entries, but for seals, that have these bytes somewhere: for each, all are looked through."""
        sql = "SELECT leaf, entry, event, first FROM entry WHERE event IS NOT NULL AND instr(entry, ?) ORDER BY leaf"
        for row in self._connection.execute(sql, (part,)):
            yield EntryRow(*row)

    def events_with(self, part: bytes) -> Iterator[EventRow]:
        """Yield the events whose heads have these bytes somewhere: for each, all are looked through."""
        sql = "SELECT number, leaf, position, head, before FROM event WHERE instr(head, ?) ORDER BY number"
        for row in self._connection.execute(sql, (part,)):
            yield EventRow(*row)

    def seal_from(self, leaf: int) -> EntryRow | None:
        """Return the first seal at a leaf or after it."""
        sql = "SELECT leaf, entry, event, first FROM entry WHERE leaf >= ? AND event IS NULL ORDER BY leaf LIMIT 1"
        row = self._one(sql, leaf)
        return EntryRow(*row) if row else None

    def _one(self, sql: str, *values: object) -> tuple[Any, ...] | None:
        row: tuple[Any, ...] | None = self._connection.execute(sql, values).fetchone()
        return row


_SORTED = frozenset({"names", "ids", "histories"})


@cache
def _between(table: str, ranges: int) -> str:
    return " UNION ALL ".join([f"{_HISTORY}{table} WHERE key >= ? AND key < ?"] * ranges)
