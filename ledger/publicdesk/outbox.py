"""What the desk says: signed and kept before it is sent, sent until it is promised or refused, its promise checked.

The ledger takes the same bytes once, however often they come, so a crash or a lost answer doubles nothing.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from ledger.client.client import Receipt
from ledger.client.trusted import TrustedLedger, read_charter
from ledger.errors import BusyError, ConflictError, OverloadError, StoppedError, UnreachableError
from ledger.publicdesk.file import DeskFile
from ledger.publicdesk.setting import Setting
from ledger.trade.speaker import Said
from verifier.errors import SuyuanError, UntrustedError
from verifier.ledgerformat.head import event_name
from verifier.ledgerformat.statement import Statement, parse_entry
from verifier.ledgerformat.submission import Submission, format_submission, parse_submission
from verifier.proof.bundle import EventPart, StatementPart
from verifier.proof.promise import Promise, format_promise

MAX_WAITING = 10_000  # events that the ledger has not answered
LATER = (UnreachableError, BusyError, StoppedError)


class TurnedDownError(ConflictError):
    """The ledger will never record what the desk said."""


@dataclass(frozen=True, slots=True)
class Signed:
    """One event, signed by the desk: its name, and the submission's bytes."""

    event: bytes
    submission: bytes


class Outbox:
    """Brings what the desk says to the ledger. Any thread may use it."""

    def __init__(self, file: DeskFile, setting: Setting) -> None:
        """Speak as the desk to the ledger that its policy pins."""
        self._file, self._client, self._speaker = file, setting.client, setting.speaker
        self._policy, self._clock = setting.policy, setting.clock
        self._trusted: TrustedLedger | None = None

    def sign(self, said: Said) -> Signed:
        """Return a draft as a signed batch of one."""
        submission = self._speaker.sign([said])
        return Signed(event_name(submission.heads[0]), format_submission(submission))

    def keep(self, connection: sqlite3.Connection, signed: Signed) -> None:
        """Keep what is to be sent, within the transaction that makes it necessary.

        Raises:
            OverloadError: too much waits for the ledger already.
        """
        sql = "SELECT COUNT(*) FROM said WHERE promise IS NULL AND refused IS NULL"
        if connection.execute(sql).fetchone()[0] >= MAX_WAITING:
            todo = "The ledger does not answer; try again later."
            raise OverloadError("outbox", came=f"{MAX_WAITING} waiting", expected="fewer", todo=todo)
        sql = "INSERT INTO said (event, time, submission) VALUES (?, ?, ?)"
        connection.execute(sql, (signed.event, self._clock(), signed.submission))

    def forget(self, before: int) -> None:
        """Delete what was answered and is older: it holds what people wrote, and they have their receipts."""
        with self._file.use() as connection:
            sql = "DELETE FROM said WHERE time < ? AND (promise IS NOT NULL OR refused IS NOT NULL)"
            connection.execute(sql, (before,))

    def promise_of(self, event: bytes) -> bytes | None:
        """Return the promise file of an event, None while the ledger has not answered."""
        with self._file.use() as connection:
            row = connection.execute("SELECT promise FROM said WHERE event = ?", (event,)).fetchone()
        return row[0] if row else None

    def waiting(self) -> list[bytes]:
        """Return the names of what is not answered yet, oldest first."""
        sql = "SELECT event FROM said WHERE promise IS NULL AND refused IS NULL ORDER BY number LIMIT 1000"
        with self._file.use() as connection:
            return [bytes(row[0]) for row in connection.execute(sql)]

    def deliver(self, event: bytes) -> bytes | None:
        """Send an event; return its promise file, kept; None for what this desk did not say.

        Raises:
            UnreachableError, BusyError, StoppedError: not now; it stays to be sent.
            TurnedDownError: the ledger refused it.
            SuyuanError: the promise is not the trusted ledger's; it stays to be sent.
        """
        with self._file.use() as connection:
            row = connection.execute("SELECT submission, promise FROM said WHERE event = ?", (event,)).fetchone()
        if row is None:
            return None
        data, promise = row
        if promise is not None:
            return bytes(promise)
        made = self._promise(parse_submission(data), self._send(event, data))
        with self._file.use() as connection:
            connection.execute("UPDATE said SET promise = ?, submission = x'' WHERE event = ?", (made, event))
        return made

    def _send(self, event: bytes, data: bytes) -> Receipt:
        try:
            return self._client.submit(data)
        except LATER:
            raise
        except SuyuanError as error:
            with self._file.use() as connection:
                sql = "UPDATE said SET refused = ?, submission = x'' WHERE event = ?"
                connection.execute(sql, (str(error), event))
            raise TurnedDownError(error.field, came=error.came, expected=error.expected, todo=error.todo) from error

    def _promise(self, submission: Submission, receipt: Receipt) -> bytes:
        statement = parse_entry(submission.statement)
        if not isinstance(statement, Statement):
            raise TypeError("a batch is signed as a statement")
        trusted = self._checked(receipt, submission.statement)
        shown = EventPart(0, submission.heads[0], submission.bodies[0], tuple(submission.disclosures[0]))
        part = StatementPart(
            receipt.leaf, statement.protected, statement.first, statement.count, statement.signature, b"", (shown,)
        )
        return format_promise(Promise(trusted.parts, part, receipt.data))

    def _checked(self, receipt: Receipt, statement: bytes) -> TrustedLedger:
        """Return the ledger whose receipt this is; a charter that changed meanwhile is read anew."""
        if self._trusted is not None:
            try:
                self._trusted.receipt(receipt.data, statement)
            except UntrustedError:
                self._trusted = None
            else:
                return self._trusted
        trusted = read_charter(self._client.charter(), self._policy, self._clock() // 1000)
        trusted.receipt(receipt.data, statement)
        self._trusted = trusted
        return trusted
