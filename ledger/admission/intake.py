"""Intake: everything that can be known of a submission without the writer.

Runs on the bytes received, in any thread; it changes nothing. Bad input raises one clear error, or, for
`faults`, is listed whole.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from ledger.admission.arrival import Arrived
from ledger.admission.candidate import Candidate, CandidateEvent
from ledger.admission.schema import check_data
from ledger.admission.seen import FindBody, check_seen
from ledger.admission.storable import require_storable, require_storable_type
from verifier.errors import MalformedError, MismatchError, NotPermittedError, SuyuanError
from verifier.judgement.charter import parse_charter
from verifier.judgement.counters import Move, read_moves
from verifier.judgement.registry import Registry
from verifier.judgement.replay import Replay
from verifier.ledgerformat.body import Body, body_hash, parse_body
from verifier.ledgerformat.disclosure import MAX_ATTACHMENT, disclosure_digest, parse_attachment, read_disclosure
from verifier.ledgerformat.event import Event
from verifier.ledgerformat.head import Head, event_name, parse_head
from verifier.ledgerformat.index import index_key
from verifier.ledgerformat.mapping import check_body, check_head, check_links, check_targets
from verifier.ledgerformat.statement import Envelope, Statement, parse_entry, require_batch, statement_identity
from verifier.ledgerformat.subject import subject_name
from verifier.ledgerformat.submission import Submission
from verifier.ledgerformat.vocabulary import EventType
from verifier.primitives.keys import PublicKey
from verifier.primitives.merkle import tree_root

AHEAD = 300_000  # milliseconds by which a claimed time may be ahead of the ledger's clock
FindHead = Callable[[bytes], Head | None]


@dataclass(frozen=True, slots=True)
class Standing:
    """What intake judges by: the state when a submission arrives. The writer judges again.

    Attributes:
        origin: this ledger.
        leaf: the next leaf.
        now: the ledger's clock, milliseconds since 1970.
        replay: registry and waiting proposals.
        find_head: the head of a recorded event, by name.
        find_body: the body of a recorded event, by name; None where it is not kept.
        signers: holder and key of each kid that was asked for, by this state; many statements have one.
    """

    origin: str
    leaf: int
    now: int
    replay: Replay
    find_head: FindHead
    find_body: FindBody
    signers: dict[bytes, tuple[str, PublicKey]] = field(default_factory=dict)

    @property
    def registry(self) -> Registry:
        """Return the registry."""
        return self.replay.registry


def receive(submission: Submission, parsed: Statement | Envelope, standing: Standing) -> Arrived:
    """Return a submission meant for this ledger, with the key that its statement must verify under.

    Raises:
        SuyuanError: what speaks against it.
    """
    statement = require_batch(parsed)
    kid = statement.header.kid
    founded = standing.replay.founding is not None
    signer = _signer(kid, standing) if founded else _founder(submission, kid)
    return Arrived(submission, statement, _key_for(statement, signer, standing))


def admit(arrived: Arrived, standing: Standing) -> Candidate:
    """Return the candidate of a submission that has arrived.

    Raises:
        SuyuanError: the first fault, its field named.
    """
    submission, statement = arrived.submission, arrived.verified()
    names = [event_name(each) for each in submission.heads]
    _check_root(statement, names)
    events = []
    attachments = _attachments(submission.attachments)
    batch: dict[bytes, Head] = {}
    bodies: dict[bytes, Body] = {}
    ids: set[bytes] = set()
    for place, name in enumerate(names):
        try:
            event = _event(submission, place, name, statement, standing, batch, attachments)
            _require_own_id(event.head, ids)
            check_seen(event, bodies, standing.find_body)
        except SuyuanError as error:
            raise error.within(f"events[{place}]") from error
        batch[name] = event.head
        bodies[name] = event.body
        events.append(event)
    _require_attachments_used(events, attachments)
    identity = statement_identity(statement)
    return Candidate(statement, submission.statement, identity, events, attachments=attachments)


def faults(submission: Submission, standing: Standing) -> list[SuyuanError]:
    """Return every fault that can be told apart: of the statement, and one of each event."""
    found: list[SuyuanError] = []
    try:
        statement = receive(submission, parse_entry(submission.statement), standing).verified()
    except SuyuanError as error:
        return [error]
    names = [event_name(each) for each in submission.heads]
    try:
        _check_root(statement, names)
        attachments = _attachments(submission.attachments)
    except SuyuanError as error:
        found.append(error)
        attachments = {}
    batch: dict[bytes, Head] = {}
    bodies: dict[bytes, Body] = {}
    ids: set[bytes] = set()
    events = []
    for place, name in enumerate(names):
        try:
            events.append(_event(submission, place, name, statement, standing, batch, attachments))
            batch[name], bodies[name] = events[-1].head, events[-1].body
            _require_own_id(batch[name], ids)
            check_seen(events[-1], bodies, standing.find_body)
        except SuyuanError as error:
            found.append(error.within(f"events[{place}]"))
    return found or _unused(events, attachments)


def _unused(events: Sequence[CandidateEvent], attachments: Mapping[bytes, bytes]) -> list[SuyuanError]:
    """Return what speaks against the attachments, once nothing speaks against the events that should name them."""
    try:
        _require_attachments_used(events, attachments)
    except SuyuanError as error:
        return [error]
    return []


def admit_envelope(entry: bytes, statement: Statement | Envelope, standing: Standing) -> Candidate:
    """Return the candidate of a plain SCITT statement, parsed already: admitted only as a hash envelope (RFC 9995)."""
    if isinstance(statement, Statement):
        todo = "Send statement, heads and bodies as application/vnd.suyuan.submission+cbor."
        raise MalformedError("entry", came="a statement over a batch", expected="its heads and bodies too", todo=todo)
    statement.verify(_key_for(statement, _signer(statement.header.kid, standing), standing))
    key = standing.registry.key_at(statement.header.kid, standing.leaf, standing.now)
    subject = statement.header.subject
    if not key.may_sign("note") or not key.subjects or not key.may_name(subject):
        expected = "a subject below a prefix that the registry gives this key for notes"
        raise NotPermittedError("statement.sub", came=subject, expected=expected)
    join = index_key("note", subject_name(subject))
    return Candidate(statement, entry, statement_identity(statement), [], envelope_key=join)


def _key_for(statement: Statement | Envelope, signer: tuple[str, PublicKey], standing: Standing) -> PublicKey:
    """Return the signer's key, once the statement names this ledger and the signer."""
    header = statement.header
    if standing.origin not in header.audience:
        raise MismatchError("statement.aud", came=header.audience, expected=f"{standing.origin} among them")
    if signer[0] != header.issuer:
        raise NotPermittedError("statement.iss", came=header.issuer, expected=f"{signer[0]}, who holds this key")
    return signer[1]


def _founder(submission: Submission, kid: bytes) -> tuple[str, PublicKey]:
    """Return the root that a founding charter itself names for the key that signed it."""
    spelt, body = submission.heads[0], parse_body(submission.bodies[0])
    charter = parse_charter(Event(event_name(spelt), 0, 0, parse_head(spelt), body, kid))
    root = charter.roots.get(kid)
    if root is None:
        raise NotPermittedError("charter.kid", came=kid, expected="a root key that the charter names")
    return root.agency, root.key


def _signer(kid: bytes, standing: Standing) -> tuple[str, PublicKey]:
    """Return holder and key of a kid that may sign statements now."""
    known = standing.signers.get(kid)
    if known is None:
        signer = standing.replay.signer_at(kid, standing.leaf, standing.now)
        known = standing.signers[kid] = signer.holder, signer.key
    return known


def _check_root(statement: Statement, names: Sequence[bytes]) -> None:
    if len(names) != statement.count:
        raise MismatchError("heads", came=f"{len(names)} heads", expected=f"the {statement.count} of the statement")
    if tree_root(names) != statement.root:
        raise MismatchError("heads", came="another batch root", expected=statement.root.hex())


def _event(  # noqa: PLR0917 - one event and what surrounds it
    submission: Submission,
    place: int,
    name: bytes,
    statement: Statement,
    standing: Standing,
    batch: Mapping[bytes, Head],
    attachments: Mapping[bytes, bytes],
) -> CandidateEvent:
    spelt, body_bytes = submission.heads[place], submission.bodies[place]
    head = parse_head(spelt)
    if head.issuer != statement.header.issuer:
        raise MismatchError(
            "head.issuer", came=head.issuer, expected=f"{statement.header.issuer}, as the statement's iss"
        )
    if name in batch:
        raise MismatchError("head", came="an event twice", expected="each event once")
    if head.time > standing.now + AHEAD:
        raise MismatchError("head.time", came=head.time, expected=f"at most {AHEAD} ms ahead of {standing.now}")
    if body_hash(body_bytes) != head.body:
        raise MismatchError("body", came="other bytes", expected=f"a body with hash {head.body.hex()}")
    kind = standing.registry.type_at(head.type, standing.leaf)
    _require_kinds(head, standing.registry)
    body = parse_body(body_bytes)
    check_data(kind, body.data)
    targets = _targets(head, batch, standing.find_head)
    check_head(kind, head)
    check_targets(kind, targets)
    check_body(kind, body)
    require_storable_type(kind, body)
    check_links(kind, head, body, targets)
    disclosed, attached = _disclosures(submission.disclosures[place], kind, body, attachments)
    disclosures = dict(zip(disclosed, submission.disclosures[place], strict=True))
    keys = tuple(index_key(*pair) for pair in head.joins)
    moves = _moves(kind, body, disclosed) if kind.counts else ()
    return CandidateEvent(name, spelt, head, body_bytes, body, kind, targets, keys, disclosures, moves, attached)


def _require_own_id(head: Head, ids: set[bytes]) -> None:
    """Refuse an id that an event of this batch has already: (issuer, id) stands in the ledger once."""
    if head.id in ids:
        raise MismatchError("head.id", came=head.id.hex(), expected="an id that no other event of the batch has")
    ids.add(head.id)


def _require_kinds(head: Head, registry: Registry) -> None:
    for kind, _ in head.joins:
        if registry.kind_since(kind) is None and registry.charters:
            raise NotPermittedError(
                "head.joins", came=kind, expected="a kind that the charter or a registry.kind began"
            )


def _targets(head: Head, batch: Mapping[bytes, Head], find_head: FindHead) -> tuple[Head, ...]:
    """Return the heads that are answered: earlier in the batch, or recorded."""
    targets = []
    for name in head.about:
        target = batch.get(name) or find_head(name)
        if target is None:
            raise MismatchError("head.about", came=name.hex(), expected="an event that stands earlier in this ledger")
        targets.append(target)
    return tuple(targets)


def _disclosures(
    texts: Sequence[str], kind: EventType, body: Body, attachments: Mapping[bytes, bytes]
) -> tuple[dict[str, Any], tuple[bytes, ...]]:
    """Return the disclosed values by pointer, in the order of their texts, and SHA-256 of the attachments they name.

    They are all of the type, each of this body, and the attachments are there.
    """
    found: dict[str, Any] = {}
    attached: tuple[bytes, ...] = ()
    for text in texts:
        pointer, value = read_disclosure(text)
        if body.digests.get(pointer) != disclosure_digest(text):
            raise MismatchError("disclosure", came=pointer, expected="a disclosure of this event's _sd")
        if pointer in found:
            raise MismatchError("disclosures", came=pointer, expected="each field once")
        found[require_storable(pointer, "disclosure")] = value
        if value is not None and kind.disclosures[pointer].attachment:
            named = parse_attachment(value, f"disclosures{pointer}")
            if named and len(attachments.get(named.sha256, b"")) != named.size:
                raise MismatchError("attachments", came=f"none of {named.size} bytes", expected=named.sha256.hex())
            attached += (named.sha256,) if named else ()
    if found.keys() != kind.disclosures.keys():
        missing = sorted(kind.disclosures.keys() - found.keys())
        raise MismatchError("disclosures", came=f"none for {missing}", expected="one for each digest of the body")
    return found, attached


def _moves(kind: EventType, body: Body, disclosed: Mapping[str, Any]) -> tuple[Move, ...]:
    """Return what an event does to counters; all amounts are here."""
    pointers = {rule.amount for rule in kind.counts} & disclosed.keys()
    return read_moves(kind, body, {each: disclosed[each] for each in pointers})


def _attachments(contents: Sequence[bytes]) -> dict[bytes, bytes]:
    for content in contents:
        if len(content) > MAX_ATTACHMENT:
            raise MalformedError("attachments", came=f"{len(content)} bytes", expected=f"at most {MAX_ATTACHMENT}")
    return {sha256(content).digest(): content for content in contents}


def _require_attachments_used(events: Sequence[CandidateEvent], attachments: Mapping[bytes, bytes]) -> None:
    if not attachments:
        return
    named = {digest for event in events for digest in event.attached}
    if unnamed := attachments.keys() - named:
        raise MismatchError(
            "attachments", came=f"{len(unnamed)} that nothing names", expected="each named by a disclosure"
        )
