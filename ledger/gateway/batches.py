"""Rows of batches: a statement is kept byte for byte before it is sent, and its receipt once it came."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from ledger.client.client import Receipt
from ledger.compose.event import ComposedEvent
from ledger.gateway.items import Items
from ledger.gateway.store import READY, RECORDED, SIGNED
from verifier.ledgerformat.submission import Submission, format_submission

REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Signed:
    """A signed batch before it is kept; fields as of `Batch`."""

    sender: str
    identity: bytes
    seqs: tuple[int, ...]
    statement: bytes
    submission: bytes


@dataclass(frozen=True, slots=True)
class Batch:
    """A signed batch.

    Attributes:
        number: of its row.
        sender: participant URI.
        identity: of its statement, 32 bytes.
        seqs: its items, in batch order.
        statement: the signed statement.
        submission: what is sent.
    """

    number: int
    sender: str
    identity: bytes
    seqs: tuple[int, ...]
    statement: bytes
    submission: bytes


class Batches:
    """Batches over the gateway's connection, within its holder's transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Read and write over a connection."""
        self._connection = connection

    def add(self, signed: Signed) -> Batch:
        """Keep a signed statement; its items are signed from now on."""
        sql = "INSERT INTO batch (sender, identity, statement, count, state) VALUES (?, ?, ?, ?, ?)"
        row = (signed.sender, signed.identity, signed.statement, len(signed.seqs), SIGNED)
        number = int(self._connection.execute(sql, row).lastrowid or 0)
        self._connection.executemany(
            "UPDATE item SET state = ?, batch = ?, position = ? WHERE seq = ?",
            [(SIGNED, number, position, seq) for position, seq in enumerate(signed.seqs)],
        )
        return Batch(number, signed.sender, signed.identity, signed.seqs, signed.statement, signed.submission)

    def unanswered(self) -> list[Batch]:
        """Return the batches that were signed and not answered, oldest first, with the bytes that were sent."""
        rows = self._connection.execute(
            "SELECT number, sender, identity, statement FROM batch WHERE state = ? ORDER BY number", (SIGNED,)
        ).fetchall()
        return [self._again(*row) for row in rows]

    def promised(self, batch: Batch, receipt: Receipt) -> None:
        """Keep the ledger's promise; the batch's events are recorded."""
        sql = "UPDATE batch SET state = ?, leaf = ?, promise = ? WHERE number = ?"
        self._connection.execute(sql, (RECORDED, receipt.leaf, receipt.data, batch.number))
        self._connection.execute("UPDATE item SET state = ?, reason = NULL WHERE batch = ?", (RECORDED, batch.number))

    def refused(self, batch: Batch, reason: str) -> None:
        """Note that the ledger refused a batch, and why (JSON); its items are ready again."""
        sql = "UPDATE batch SET state = ?, reason = ? WHERE number = ?"
        self._connection.execute(sql, (REFUSED, reason, batch.number))
        sql = "UPDATE item SET state = ?, batch = NULL, position = NULL WHERE batch = ?"
        self._connection.execute(sql, (READY, batch.number))

    def _again(self, number: int, sender: str, identity: bytes, statement: bytes) -> Batch:
        sql = "SELECT seq FROM item WHERE batch = ? ORDER BY position"
        seqs = [seq for (seq,) in self._connection.execute(sql, (number,))]
        events = Items(self._connection).events(seqs)
        submission = format_submission(submission_of(statement, events))
        return Batch(number, sender, identity, tuple(seqs), statement, submission)


def submission_of(statement: bytes, events: Sequence[ComposedEvent]) -> Submission:
    """Return the submission of a statement and its events: always the same bytes for the same rows."""
    return Submission(
        statement=statement,
        heads=tuple(each.head for each in events),
        bodies=tuple(each.body for each in events),
        disclosures=tuple(each.disclosures for each in events),
        attachments=tuple(dict.fromkeys(attachment for each in events for attachment in each.attachments)),
    )
