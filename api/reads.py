"""Small reads that the prover has no word for."""

from __future__ import annotations

from ledger.errors import UnknownError
from ledger.ledger import Ledger
from ledger.store.interface import StoredEvent
from verifier.ledgerformat.batch_answer import MISSING, SHOWN, AnsweredEvent, format_batch_answer
from verifier.ledgerformat.statement import Envelope, parse_entry


def leaf_of(ledger: Ledger, identity: bytes) -> int:
    """Return the leaf of a recorded statement.

    Raises:
        UnknownError: nothing of this identity is recorded.
    """
    with ledger.store.read() as reader:
        found = reader.statement_by_identity(identity)
    if found is None:
        raise UnknownError("identity", came=identity, expected="the identity of a recorded statement")
    return found.leaf


def published_checkpoint(ledger: Ledger) -> bytes:
    """Return the published note's bytes.

    Raises:
        UnknownError: nothing is published yet.
    """
    note = ledger.tiles.checkpoint()
    if note is None:
        raise UnknownError("checkpoint", came="none", expected="a ledger that has published")
    return note


def batch_answer(ledger: Ledger, leaf: int) -> bytes:
    """Return the batch of a statement as a CBOR answer.

    Raises:
        UnknownError: there is no statement over a batch at this leaf.
    """
    with ledger.store.read() as reader:
        stored = reader.statement(leaf)
        if stored is None or isinstance(parse_entry(stored.entry), Envelope):
            raise UnknownError("leaf", came=leaf, expected="the leaf of a statement over a batch")
        events = [_answered(each) for each in reader.batch(leaf)]
    return format_batch_answer(events)


def _answered(event: StoredEvent) -> AnsweredEvent:
    return AnsweredEvent(event.head, MISSING if event.body is None else SHOWN, event.body)
