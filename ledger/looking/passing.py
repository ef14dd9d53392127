"""Between the ledger's process and a looker: questions and candidates as bytes.

Both ends are one program at one moment, of one version of Python: `marshal` writes and reads plain values several times
as fast as anything that outlives a process. Of a type only its version is passed: the ledger has the type itself.
"""

from __future__ import annotations

import marshal
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from ledger.admission.candidate import Candidate, CandidateEvent
from verifier.errors import SuyuanError
from verifier.judgement.counters import Move
from verifier.judgement.registry import Registry
from verifier.ledgerformat.body import Body, make_body
from verifier.ledgerformat.head import Head, State, make_head
from verifier.ledgerformat.statement import Statement, parse_batch_header
from verifier.ledgerformat.vocabulary import EventType

Looked = tuple[Any, ...] | None  # a candidate in plain values; None for what the ledger has to look at itself


class Question(NamedTuple):
    """A group of submissions, and what they are judged by.

    Attributes:
        acts: a number that is another one whenever the registry is another one.
        leaf: the next one.
        now: the ledger's clock, milliseconds since 1970.
        group: submissions, as they came.
    """

    acts: int
    leaf: int
    now: int
    group: list[bytes]


def format_question(question: Question) -> bytes:
    """Return a question as bytes."""
    return marshal.dumps(tuple(question))


def parse_question(data: bytes) -> Question:
    """Return what `format_question` wrote."""
    return Question(*marshal.loads(data))  # noqa: S302 - our own process wrote it


def format_answer(looked: Sequence[Looked]) -> bytes:
    """Return an answer as bytes: something for each submission of the question."""
    return marshal.dumps(list(looked))


def parse_answer(data: bytes) -> list[Looked]:
    """Return what `format_answer` wrote."""
    looked: list[Looked] = marshal.loads(data)  # noqa: S302 - our own process wrote it
    return looked


def plain_candidate(candidate: Candidate) -> Looked:
    """Return a candidate in plain values; None where it cannot be passed: the registry's own, and envelopes."""
    statement = candidate.statement
    if not isinstance(statement, Statement):
        return None
    places = {event.name: place for place, event in enumerate(candidate.events)}
    events = [_plain_event(event, places) for event in candidate.events]
    if not all(events):
        return None
    parts = (statement.protected, statement.payload, statement.signature, statement.root, statement.count)
    return (*parts, statement.first, candidate.entry, candidate.identity, events, dict(candidate.attachments))


def _plain_event(event: CandidateEvent, places: Mapping[bytes, int]) -> tuple[Any, ...] | None:
    head, body, kind = event.head, event.body, event.kind
    if head.type.startswith("registry."):
        return None
    targets = [
        place if (place := places.get(name)) is not None else _plain_head(target)
        for name, target in zip(head.about, event.targets, strict=True)
    ]
    moves = [(kind.counts.index(each.rule), each.name, each.change, each.stated) for each in event.moves]
    return (
        event.name, event.spelt, _plain_head(head), event.body_bytes, body.subjects, body.data, body.digests,
        kind.version, targets, event.keys, event.disclosures, moves, event.attached,
    )  # fmt: skip


def _plain_head(head: Head) -> tuple[Any, ...]:
    state = head.state and (head.state.kind, head.state.name, head.state.count, head.state.root)
    return (
        head.type, head.id, head.issuer, head.time, head.joins, head.body, head.behalf, head.follows, head.about,
        head.to, head.until, state,
    )  # fmt: skip


def make_candidate(looked: Looked, registry: Registry, leaf: int) -> Candidate | None:
    """Return the candidate that a looker found good, with the types of this registry.

    None where there is none, or where a type is of another version by now: then it has to be looked at again.
    """
    if looked is None:
        return None
    protected, payload, signature, root, count, first, entry, identity, plain, attachments = looked
    header = parse_batch_header(protected)
    events: list[CandidateEvent] = []
    kinds: dict[str, EventType] = {}
    try:
        for each in plain:
            events.append(_make_event(each, events, kinds, registry, leaf))
    except (SuyuanError, _AnotherVersionError):
        return None
    statement = Statement(header, protected, payload, signature, root, count, first)
    return Candidate(statement, entry, identity, events, attachments=attachments)


class _AnotherVersionError(Exception):
    """A type is of another version than the one that a looker judged by."""


def _make_event(
    plain: tuple[Any, ...],
    earlier: Sequence[CandidateEvent],
    kinds: dict[str, EventType],
    registry: Registry,
    leaf: int,
) -> CandidateEvent:
    name, spelt, told, written, subjects, data, digests, version, targets, keys, disclosures, moves, attached = plain
    head = _make_head(told)
    kind = kinds.get(head.type)
    if kind is None:
        kind = kinds[head.type] = registry.type_at(head.type, leaf)
    if kind.version != version:
        raise _AnotherVersionError
    answered = tuple([earlier[each].head if type(each) is int else _make_head(each) for each in targets])
    moved = tuple([Move(kind.counts[rule], *rest) for rule, *rest in moves]) if moves else ()
    body: Body = make_body(subjects, data, digests)
    return CandidateEvent(name, spelt, head, written, body, kind, answered, keys, disclosures, moved, attached)


def _make_head(plain: tuple[Any, ...]) -> Head:
    type_, id_, issuer, time, joins, body, behalf, follows, about, to, until, state = plain
    stated = State(*state) if state else None
    return make_head(type_, id_, issuer, time, joins, body, behalf, follows, about, to, until, stated)
