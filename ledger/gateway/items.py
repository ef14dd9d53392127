"""Rows of items: how composed events are kept, found again, and what waits for what."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ledger.compose.event import ComposedEvent
from ledger.gateway.composing import Composed, handles_among
from ledger.gateway.register import Number, Register
from ledger.gateway.store import PARKED, READY, RECORDED, WAITING
from verifier.ledgerformat.head import Head, parse_head
from verifier.primitives.cbor import Value, format_cbor, parse_cbor

DOCUMENT = "document"  # the form of a need for the document that a receipt answers
_OVERHEAD = 64  # bytes of a submission that an event costs beside its own


@dataclass(frozen=True, slots=True)
class Ready:
    """An event that may be signed, as the scheduler knows it.

    Attributes:
        seq: its place in the queue.
        sender: participant URI.
        size: bytes that it adds to a submission.
        after: items that must be recorded, or stand before it in its own batch.
        received: milliseconds since 1970.
    """

    seq: int
    sender: str
    size: int
    after: frozenset[int]
    received: int


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an item comes from: its job and sender, what it is, where it stood, when it came."""

    job: str
    sender: str
    digest: bytes
    path: str
    received: int

    @property
    def id(self) -> str:
        """Return the item's name: 32 hexadecimal digits, the same whenever the same document comes."""
        return self.digest.hex()[:32]


class Items:
    """Items over the gateway's connection, within its holder's transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Read and write over a connection."""
        self._connection = connection
        self.register = Register(connection)

    def known(self, sender: str, digest: bytes) -> tuple[str, str] | None:
        """Return id and state of the item that a document made before."""
        sql = "SELECT id, state FROM item WHERE sender = ? AND digest = ?"
        row = self._connection.execute(sql, (sender, digest)).fetchone()
        return (row[0], row[1]) if row else None

    def add(self, origin: Origin, composed: Composed) -> Ready:
        """Keep a composed event."""
        seq = self._insert(origin, READY, None)
        return self.fill(seq, origin, composed)

    def add_waiting(self, origin: Origin, numbers: Iterable[Number], source: bytes, place: int) -> None:
        """Keep a document that waits for something; `place` is that of the event among those of its document."""
        self.need(self._insert(origin, WAITING, source, place), numbers)

    def need(self, seq: int, numbers: Iterable[Number]) -> None:
        """Note what an item waits for, in place of what was noted before."""
        self.satisfied(seq)
        rows = [(each.form, each.number, each.code, each.time, seq) for each in numbers]
        self._connection.executemany("INSERT OR IGNORE INTO need VALUES (?, ?, ?, ?, ?)", rows)

    def fill(self, seq: int, origin: Origin, composed: Composed) -> Ready:
        """Write the event of an item, and the handles that it opens."""
        event = composed.event
        for handle, numbers in composed.opened.items():
            self.register.keep(numbers, handle, item=seq, event=event.name)
        after = self._after(composed) - {seq}
        size = _OVERHEAD + len(event.head) + len(event.body) + sum(map(len, event.attachments + event.disclosures))
        sql = (
            "UPDATE item SET state = 'ready', size = ?, name = ?, head = ?, body = ?, disclosures = ?, "
            "attachments = ?, after = ?, source = NULL, position = NULL WHERE seq = ?"
        )
        attachments = format_cbor(list[Value](event.attachments))
        disclosures = "\n".join(event.disclosures)
        listed = json.dumps(sorted(after)) if after else "[]"
        row = (size, event.name, event.head, event.body, disclosures, attachments, listed, seq)
        self._connection.execute(sql, row)
        self._note_packing(composed)
        return Ready(seq, origin.sender, size, frozenset(after), origin.received)

    def park(self, seq: int, reason: str) -> None:
        """Keep an item from being sent; `reason` is JSON."""
        sql = "UPDATE item SET state = ?, batch = NULL, position = NULL, reason = ? WHERE seq = ?"
        self._connection.execute(sql, (PARKED, reason, seq))
        self._connection.execute("DELETE FROM need WHERE item = ?", (seq,))

    def origin(self, seq: int) -> tuple[Origin, bytes, int]:
        """Return where a waiting item comes from, what it is read from again, and its place in its document."""
        sql = "SELECT job, sender, digest, path, received, source, position FROM item WHERE seq = ?"
        *row, source, place = self._connection.execute(sql, (seq,)).fetchone()
        return Origin(*row), source, place

    def waiting_for(self, numbers: Iterable[Number]) -> list[int]:
        """Return the items that wait for one of these numbers."""
        sql = "SELECT DISTINCT item FROM need WHERE form = ? AND number = ?"
        found = {seq for each in numbers for (seq,) in self._connection.execute(sql, (each.form, each.number))}
        return sorted(found)

    def needs(self, limit: int) -> list[Number]:
        """Return numbers that items wait for and the ledger may know, those of the oldest first."""
        sql = (
            "SELECT form, code, number, time, min(item) FROM need WHERE form <> ? "
            "GROUP BY form, code, number ORDER BY 5 LIMIT ?"
        )
        return [Number(*row[:4]) for row in self._connection.execute(sql, (DOCUMENT, limit))]

    def satisfied(self, seq: int) -> None:
        """Forget what an item waited for."""
        self._connection.execute("DELETE FROM need WHERE item = ?", (seq,))

    def events(self, seqs: Sequence[int]) -> list[ComposedEvent]:
        """Return the events of items, in this order."""
        sql = "SELECT name, head, body, disclosures, attachments FROM item WHERE seq = ?"
        return [_event(self._connection.execute(sql, (seq,)).fetchone()) for seq in seqs]

    def head(self, name: bytes) -> Head | None:
        """Return the head of an event of this gateway."""
        row = self._connection.execute("SELECT head FROM item WHERE name = ?", (name,)).fetchone()
        return parse_head(row[0]) if row else None

    def packed(self, child: str, parent: str) -> bytes | None:
        """Return the latest event of this gateway that packed a child into a parent."""
        row = self._connection.execute(
            "SELECT event FROM packing WHERE child = ? AND parent = ?", (child, parent)
        ).fetchone()
        return row[0] if row else None

    def report(self, keys: Iterable[str], seq: int, event: bytes) -> None:
        """Note what receipts to an event's document find it by."""
        rows = [(key, seq, event) for key in keys]
        self._connection.executemany("INSERT OR IGNORE INTO reported VALUES (?, ?, ?)", rows)

    def reported(self, key: str) -> tuple[bytes, ...]:
        """Return the newest event whose document a receipt answers; none where none is known."""
        sql = "SELECT event FROM reported WHERE key = ? ORDER BY item DESC LIMIT 1"
        return tuple(event for (event,) in self._connection.execute(sql, (key,)))

    def ready(self) -> list[Ready]:
        """Return what may be signed, oldest first: what a start begins with."""
        sql = "SELECT seq, sender, size, after, received FROM item WHERE state = ? ORDER BY seq"
        rows = self._connection.execute(sql, (READY,))
        return [
            Ready(seq, sender, size, self.open_among(json.loads(after)), at) for seq, sender, size, after, at in rows
        ]

    def ready_one(self, seq: int) -> Ready:
        """Return one item as the scheduler knows it."""
        sql = "SELECT seq, sender, size, after, received FROM item WHERE seq = ?"
        place, sender, size, after, at = self._connection.execute(sql, (seq,)).fetchone()
        return Ready(place, sender, size, self.open_among(json.loads(after)), at)

    def open_among(self, seqs: Iterable[int]) -> frozenset[int]:
        """Return those items that may still be recorded, and are not yet."""
        sql = "SELECT state FROM item WHERE seq = ?"
        states = {seq: self._connection.execute(sql, (seq,)).fetchone() for seq in seqs}
        return frozenset(seq for seq, row in states.items() if row and row[0] not in (RECORDED, PARKED))

    def _insert(self, origin: Origin, state: str, source: bytes | None, place: int | None = None) -> int:
        sql = (
            "INSERT INTO item (id, job, sender, digest, path, received, state, size, after, source, position) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, '[]', ?, ?)"
        )
        row = (origin.id, origin.job, origin.sender, origin.digest, origin.path, origin.received, state)
        cursor = self._connection.execute(sql, (*row, len(source or b""), source, place))
        return int(cursor.lastrowid or 0)

    def _after(self, composed: Composed) -> frozenset[int]:
        """Return the items that must be recorded before this event: openers of its handles, and what it answers."""
        after = self.register.opener(handles_among(composed.subjects))
        sql = "SELECT seq FROM item WHERE name = ? AND state NOT IN ('recorded', 'parked')"
        return frozenset(after | {seq for name in composed.about for (seq,) in self._connection.execute(sql, (name,))})

    def _note_packing(self, composed: Composed) -> None:
        subjects = composed.draft.subjects
        if composed.draft.type == "transport.aggregation" and {"child", "parent"} <= subjects.keys():
            row = (subjects["child"], subjects["parent"], composed.event.name)
            self._connection.execute("INSERT OR REPLACE INTO packing VALUES (?, ?, ?)", row)


def _event(row: tuple[bytes, bytes, bytes, str, bytes]) -> ComposedEvent:
    name, head, body, disclosures, attachments = row
    listed = parse_cbor(attachments, "attachments")
    texts = tuple(disclosures.split("\n")) if disclosures else ()
    return ComposedEvent(name, head, body, texts, tuple(each for each in listed if isinstance(each, bytes)))  # type: ignore[union-attr]
