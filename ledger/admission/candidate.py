"""A submission that passed intake, ready to be judged against the state before its leaf."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from verifier.judgement.counters import Move
from verifier.ledgerformat.body import Body
from verifier.ledgerformat.head import Head
from verifier.ledgerformat.statement import Envelope, Statement
from verifier.ledgerformat.vocabulary import EventType


@dataclass(slots=True)
class CandidateEvent:
    """An event of a candidate.

    Attributes:
        name: 32 bytes.
        spelt: the head's bytes.
        head: the head.
        body_bytes: the body's bytes.
        body: the body.
        kind: the version of its type that intake judged it by.
        targets: heads that it answers, in the order of `head.about`.
        keys: index key of each join, in the order of `head.joins`.
        disclosures: base64url text by pointer.
        moves: what it does to counters.
        attached: SHA-256 of each attachment that its disclosures name.
    """

    name: bytes
    spelt: bytes
    head: Head
    body_bytes: bytes
    body: Body
    kind: EventType
    targets: tuple[Head, ...]
    keys: tuple[bytes, ...]
    disclosures: Mapping[str, str] = field(default_factory=dict)
    moves: tuple[Move, ...] = ()
    attached: tuple[bytes, ...] = ()


@dataclass(slots=True)
class Candidate:
    """A statement (or hash envelope) that passed intake.

    Attributes:
        statement: the statement or envelope.
        entry: its bytes.
        identity: what makes two statements the same, 32 bytes.
        events: its events; none for an envelope.
        envelope_key: index key that an envelope joins.
        attachments: content by SHA-256.
    """

    statement: Statement | Envelope
    entry: bytes
    identity: bytes
    events: list[CandidateEvent]
    envelope_key: bytes | None = None
    attachments: Mapping[bytes, bytes] = field(default_factory=dict)
