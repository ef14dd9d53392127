"""Rows of items: how composed events are kept, found again, and what waits for what."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from ledger.compose.event import ComposedEvent
from ledger.gateway.composing import Composed, handles_among
from ledger.gateway.recent import Recent
from ledger.gateway.recorded import RecordedHere, note_recorded
from ledger.gateway.register import Number, Register
from ledger.gateway.store import PARKED, READY, RECORDED, WAITING
from verifier.ledgerformat.head import Head, parse_head
from verifier.primitives.cbor import Value, format_cbor, parse_cbor
from verifier.primitives.quick import maker_of

DOCUMENT = "document"  # the form of a need for the document that a receipt answers
_OVERHEAD = 64  # bytes of a submission that an event costs beside its own


@dataclass(frozen=True, slots=True)
class Ready:
    """An event that may be signed, as the scheduler knows it.

    Attributes:
        seq: its place in the queue.
        sender: participant URI.
        size: bytes that it adds to a submission.
        after: items that must be recorded or parked, or stand before it in its own batch; some may be so already.
        received: milliseconds since 1970.
    """

    seq: int
    sender: str
    size: int
    after: frozenset[int]
    received: int


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an item comes from.

    Attributes:
        id: the item's name: 32 hexadecimal digits, the same whenever the same document comes from the same sender.
        job: what it came in.
        sender: participant URI.
        path: where it stood.
        received: milliseconds since 1970.
    """

    id: str
    job: str
    sender: str
    path: str
    received: int


_make_ready, make_origin = maker_of(Ready), maker_of(Origin)  # the same, quickly


class Items:
    """Items over the gateway's connection, within its holder's transaction."""

    def __init__(self, connection: sqlite3.Connection, recent: Recent | None = None) -> None:
        """Read and write over a connection; `recent` knows events without asking it."""
        self._connection = connection
        self._recent = recent or Recent()
        self.register = Register(connection)

    def knows(self, origin: Origin) -> bool:
        """Return whether a document made this item before."""
        return self._connection.execute("SELECT 1 FROM item WHERE id = ?", (origin.id,)).fetchone() is not None

    def add(self, origin: Origin, composed: Composed) -> Ready:
        """Keep a composed event."""
        after, size = self._after(composed), size_of(composed.event)
        row = (origin.id, origin.job, origin.sender, origin.path, origin.received, READY, size, composed.event.name)
        seq = self._insert(*row, _listed(after), None)
        self._write(seq, composed, origin.sender)
        return _make_ready(seq, origin.sender, size, after, origin.received)

    def add_waiting(self, origin: Origin, numbers: Iterable[Number], source: bytes, place: int) -> None:
        """Keep a document that waits for something; `place` is that of the event among those of its document."""
        row = (origin.id, origin.job, origin.sender, origin.path, origin.received, WAITING, len(source), None)
        seq = self._insert(*row, "[]", place)
        self._connection.execute("INSERT INTO source VALUES (?, ?)", (seq, source))
        self.need(seq, numbers)

    def need(self, seq: int, numbers: Iterable[Number]) -> None:
        """Note what an item waits for, in place of what was noted before."""
        self._connection.execute("DELETE FROM need WHERE item = ?", (seq,))
        rows = [(each.form, each.number, each.code, each.time, seq) for each in numbers]
        self._connection.executemany("INSERT OR IGNORE INTO need VALUES (?, ?, ?, ?, ?)", rows)

    def fill(self, seq: int, origin: Origin, composed: Composed) -> Ready:
        """Keep the event of an item that waited."""
        after, size = self._after(composed) - {seq}, size_of(composed.event)
        sql = "UPDATE item SET state = ?, size = ?, name = ?, after = ?, position = NULL WHERE seq = ?"
        self._connection.execute(sql, (READY, size, composed.event.name, _listed(after), seq))
        self._connection.execute("DELETE FROM source WHERE item = ?", (seq,))
        self._connection.execute("DELETE FROM need WHERE item = ?", (seq,))
        self._write(seq, composed, origin.sender)
        return _make_ready(seq, origin.sender, size, after, origin.received)

    def park(self, seq: int, reason: str) -> None:
        """Keep an item from being sent; `reason` is JSON."""
        sql = "UPDATE item SET state = ?, batch = NULL, position = NULL, reason = ? WHERE seq = ?"
        self._connection.execute(sql, (PARKED, reason, seq))
        self._connection.execute("DELETE FROM need WHERE item = ?", (seq,))

    def origin(self, seq: int) -> tuple[Origin, bytes, int]:
        """Return where a waiting item comes from, what it is read from again, and its place in its document."""
        sql = (
            "SELECT i.id, i.job, i.sender, i.path, i.received, s.data, i.position FROM item i "
            "JOIN source s ON s.item = i.seq WHERE i.seq = ?"
        )
        *row, source, place = self._connection.execute(sql, (seq,)).fetchone()
        return Origin(*row), source, place

    def anything_waits(self) -> bool:
        """Return whether any item waits for a number."""
        return self._connection.execute("SELECT 1 FROM need LIMIT 1").fetchone() is not None

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

    def events(self, seqs: Sequence[int]) -> list[ComposedEvent]:
        """Return the events of items, in this order."""
        sql = (
            "SELECT i.seq, i.name, e.head, e.body, e.disclosures, e.attachments FROM item i "  # noqa: S608 - marks only
            f"JOIN event e ON e.item = i.seq WHERE i.seq IN ({','.join('?' * len(seqs))})"
        )
        found = {seq: _event(row) for seq, *row in self._connection.execute(sql, seqs)}
        return [found[seq] for seq in seqs]

    def head(self, name: bytes) -> Head | None:
        """Return the head of an event of this gateway."""
        sql = "SELECT e.head FROM item i JOIN event e ON e.item = i.seq WHERE i.name = ?"
        row = self._connection.execute(sql, (name,)).fetchone()
        return parse_head(row[0]) if row else None

    def recorded_by(self, sender: str) -> RecordedHere:
        """Return what a document of a sender may refer to."""
        return RecordedHere(self._connection, sender)

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

    def _insert(self, *row: str | int | bytes | None) -> int:
        sql = (
            "INSERT INTO item (id, job, sender, path, received, state, size, name, after, position) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        )
        return int(self._connection.execute(sql, row).lastrowid or 0)

    def _write(self, seq: int, composed: Composed, sender: str) -> None:
        """Write an event's bytes, the handles that it opens, and what may refer to it."""
        event = composed.event
        attachments = format_cbor(list[Value](event.attachments))
        row = (seq, event.head, event.body, "\n".join(event.disclosures), attachments)
        self._connection.execute("INSERT INTO event VALUES (?, ?, ?, ?, ?)", row)
        self._recent.note(event.name, seq, composed.head)
        for handle, numbers in composed.opened.items():
            self.register.keep(numbers, handle, item=seq, event=event.name)
        note_recorded(self._connection, seq, composed, sender)

    def _after(self, composed: Composed) -> frozenset[int]:
        """Return the items that may have to be recorded before this event: openers of its handles, what it answers."""
        openers = {handle: item for handle, item in composed.known.items() if item is not None}
        after = set(openers.values())
        # A number that was learnt from a receipt tells no item, though its handle may be opened here.
        if others := handles_among(composed.subjects) - composed.opened.keys() - openers.keys():
            after |= self.register.opener(others)
        for name in composed.prepared.about:
            if (place := self._recent.place(name)) is not None:
                after.add(place)
            else:
                sql = "SELECT seq FROM item WHERE name = ?"
                after.update(seq for (seq,) in self._connection.execute(sql, (name,)))
        return frozenset(after)


def size_of(event: ComposedEvent) -> int:
    """Return how many bytes an event adds to a submission, about."""
    return _OVERHEAD + len(event.head) + len(event.body) + sum(map(len, event.attachments + event.disclosures))


def _listed(after: Iterable[int]) -> str:
    return f"[{', '.join(map(str, sorted(after)))}]"


def _event(row: Sequence[Any]) -> ComposedEvent:
    name, head, body, disclosures, attachments = row
    listed = parse_cbor(attachments, "attachments")
    texts = tuple(disclosures.split("\n")) if disclosures else ()
    return ComposedEvent(name, head, body, texts, tuple(each for each in listed if isinstance(each, bytes)))  # type: ignore[union-attr]
