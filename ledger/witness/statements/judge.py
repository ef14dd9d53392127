"""Is a statement admissible? Asked when it comes, and again before anybody is told that it was withheld."""

from __future__ import annotations

from typing import Protocol

from ledger.client.client import LedgerClient
from ledger.witness.store import WitnessReader
from verifier.errors import MismatchError, NotPermittedError, SuyuanError
from verifier.ledgerformat.body import body_hash
from verifier.ledgerformat.head import parse_head
from verifier.ledgerformat.statement import Statement, check_batch, parse_entry, require_batch
from verifier.ledgerformat.submission import Submission, parse_submission


class Judge(Protocol):
    """Judges submissions by the newest sealed state that a witness knows."""

    @property
    def basis(self) -> str:
        """Return what the judgement is built on: `replay` or `ledger`."""
        ...

    def judge(self, submission: bytes) -> int:
        """Return the size of the sealed state by which a submission is admissible.

        Raises:
            SuyuanError: it is not, or nobody can say now.
        """
        ...


class LedgerJudge:
    """Asks the ledger itself, by `POST /validate`: enough to hold it to its own word.

    A ledger that calls an admissible statement inadmissible gets away with it here; a witness that replays
    judges by its own state, and such a ledger does not.
    """

    basis = "ledger"

    def __init__(self, client: LedgerClient, store: WitnessReader, origin: str) -> None:
        """Ask a ledger; `store` knows its newest checkpoint that was cosigned."""
        self._client, self._store, self._origin = client, store, origin

    def judge(self, submission: bytes) -> int:
        """Return the size that was cosigned last, where the ledger finds no fault; see `Judge`."""
        faults = self._client.validate(submission)
        if faults:
            raise faults[0]
        newest = self._store.newest(self._origin)
        return newest.size if newest else 0


def read_submission(data: bytes) -> tuple[Submission, Statement]:
    """Return a submission whose parts are what its statement signs, as far as the bytes themselves tell.

    Raises:
        SuyuanError: another format, other heads than the statement's, or other bodies than the heads'.
    """
    submission = parse_submission(data)
    statement = require_batch(parse_entry(submission.statement))
    check_batch(statement, submission.heads)
    for place, (head, body) in enumerate(zip(submission.heads, submission.bodies, strict=True)):
        try:
            if parse_head(head).body != body_hash(body):
                raise MismatchError("body", came="another body", expected="the one that the head names")
        except SuyuanError as error:
            raise error.within(f"events[{place}]") from error
    return submission, statement


def require_meant_for(statement: Statement, origin: str) -> None:
    """Return if a statement is meant for a ledger; raise NotPermittedError if it is not."""
    if origin not in statement.header.audience:
        came = ", ".join(statement.header.audience)
        raise NotPermittedError("statement.aud", came=came, expected=f"{origin}, which this witness follows")
