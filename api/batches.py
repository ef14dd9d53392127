"""Batches as auditors and witnesses read them: of one statement, or of many in one answer."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from sys import maxsize

from api.access import Access
from api.actors import Moment
from api.authorise import READ_BATCH, READ_BODY, Thing
from api.facts import Facts
from ledger.errors import UnknownError
from ledger.ledger import Ledger
from ledger.prove.parts import order_to_erase
from ledger.prove.trace import Sources
from ledger.store.interface import StoredEvent
from verifier.errors import MalformedError
from verifier.judgement.registry import Registry
from verifier.ledgerformat.batch_answer import ERASED, MISSING, RESTRICTED, SHOWN, AnsweredEvent, format_batch_answer
from verifier.ledgerformat.batch_answers import ENOUGH, format_batch_answers
from verifier.ledgerformat.head import event_name, parse_head
from verifier.ledgerformat.statement import Statement, parse_entry

_ENVELOPE = 0xD2


def batch_answer(ledger: Ledger, leaf: int, access: Access, moment: Moment) -> bytes:
    """Return the batch of a statement as a CBOR answer, with the bodies that whoever asks may read.

    Raises:
        UnauthenticatedError: whoever asks may not read it, and signed nothing.
        PrivateError: whoever asks may not read it.
        UnknownError: there is no statement over a batch at this leaf; told to those who may read any.
    """
    with ledger.sources() as sources:
        facts = Facts(sources, moment, access.actor)
        stored = sources.reader.statement(leaf)
        statement = parse_entry(stored.entry) if stored else None
        issuer = statement.header.issuer if isinstance(statement, Statement) else None
        access.require(READ_BATCH, facts.batch(issuer) if issuer else Thing())
        if not isinstance(statement, Statement):
            raise UnknownError("leaf", came=leaf, expected="the leaf of a statement over a batch")
        return _answer(sources.reader.batch(leaf), sources, access, facts)


def _answered(event: StoredEvent, access: Access, facts: Facts | None, registry: Registry) -> AnsweredEvent:
    if event.body is None:
        order = order_to_erase(event_name(event.head), registry, maxsize)
        return AnsweredEvent(event.head, MISSING) if order is None else AnsweredEvent(event.head, ERASED, order=order)
    if facts and not access.allows(READ_BODY, facts.event(event, parse_head(event.head))):
        return AnsweredEvent(event.head, RESTRICTED)
    return AnsweredEvent(event.head, SHOWN, event.body)


def batch_answers(
    ledger: Ledger, first: int, end: int, access: Access, moment: Moment, *, enough: int = ENOUGH
) -> bytes:
    """Return the batch answers from a leaf to before another, whole ones, until they have `enough` bytes.

    Each is what `batch_answer` says of its leaf.

    Raises:
        MalformedError: the range has no leaf.
        UnauthenticatedError: whoever asks may not read every batch, and signed nothing.
        PrivateError: whoever asks may not read every batch.
        UnknownError: the log does not reach to the first leaf.
    """
    if end <= first:
        raise MalformedError("end", came=end, expected=f"a leaf behind {first}")
    access.require(READ_BATCH, Thing())
    with ledger.sources() as sources:
        end = min(end, sources.reader.counters().size)
        if end <= first:
            raise UnknownError("leaf", came=first, expected=f"a leaf below {end}, the size of the log")
        facts, answers, held, next_ = Facts(sources, moment, access.actor), [], 0, end
        for leaf, events in _batches(sources, first, end):
            if held >= enough:
                next_ = leaf
                break
            answers.append((leaf, _answer(events, sources, access, facts)))
            held += len(answers[-1][1])
    return format_batch_answers(next_, answers)


def _batches(sources: Sources, first: int, end: int) -> Iterator[tuple[int, list[StoredEvent]]]:
    """Yield leaf and events of every statement over a batch; a hash envelope is an event, and no batch."""
    for leaf, events in groupby(sources.reader.events_from(first, end), lambda event: event.leaf):
        held = list(events)
        if held[0].head[0] != _ENVELOPE:
            yield leaf, held


def _answer(events: list[StoredEvent], sources: Sources, access: Access, facts: Facts) -> bytes:
    every = access.allows(READ_BODY, Thing())  # what is open whatever it is needs no facts: an agency's reads
    registry = sources.replay.registry
    return format_batch_answer([_answered(each, access, None if every else facts, registry) for each in events])
