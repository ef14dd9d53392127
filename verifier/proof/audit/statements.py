"""One log entry that a participant signed: signature, batch, sequence, and each of its events."""

from __future__ import annotations

from collections.abc import Sequence

from verifier.errors import MismatchError, NotPermittedError, SuyuanError
from verifier.judgement.replay import REGISTRAR, Signer
from verifier.judgement.rights import require_note_right
from verifier.ledgerformat.batch_answer import AnsweredEvent, parse_batch_answer
from verifier.ledgerformat.event import Event, make_event
from verifier.ledgerformat.head import event_name, parse_head
from verifier.ledgerformat.statement import (
    Envelope,
    Header,
    Statement,
    check_batch_names,
    parse_entry,
    statement_identity,
)
from verifier.ledgerformat.subject import subject_name
from verifier.primitives.merkle import leaf_hash
from verifier.proof.audit.events import (
    Run,
    apply_registry,
    judge_event,
    note_missing,
    read_body,
    require_phase,
)
from verifier.proof.audit.findings import Place
from verifier.proof.audit.known import Known, Situation
from verifier.proof.audit.source import ClosedError, UnreachableError

_ENVELOPES = "envelope"
REGISTRY = "registry."


def take_entry(known: Known, leaf: int, entry: bytes, time: int) -> None:
    """Judge a statement or hash envelope at its leaf, and let what it says take effect.

    Args:
        known: the state before the leaf.
        leaf: log position.
        entry: its bytes, known to be the log's.
        time: ledger time of its block, milliseconds since 1970.

    Raises:
        UnreachableError: the source is gone.
    """
    try:
        parsed = parse_entry(entry, "entry")
    except SuyuanError as error:
        known.findings.add(error, "statement", Place(leaf=leaf))
        known.tear(leaf)
        return
    if isinstance(parsed, Envelope):
        _take_envelope(known, leaf, parsed, time)
        return
    known.counts["statements"] += 1
    with known.findings.catch("statement", Place(leaf=leaf)):
        known.sequences.take(parsed.header.kid, parsed.first, parsed.first + parsed.count)
    answered, names = _read_batch(known, leaf, parsed)
    events = [_event(known, leaf, place, *each, parsed) for place, each in enumerate(zip(names, answered, strict=True))]
    read = [event for event in events if event]
    signer = _establish(known, parsed, read, leaf, time) if leaf else None
    statement, run = (leaf_hash(entry), time), Run()
    for event, each in zip(events, answered, strict=True):
        if event:
            _take_event(known, event, each, signer, statement, run)
    if not leaf:  # the founding charter names the key that signed it
        _establish(known, parsed, read, leaf, time)


def _establish(known: Known, parsed: Statement, events: Sequence[Event], leaf: int, time: int) -> Signer | None:
    """Return who signed a statement, once key, holder, audience and signature are checked; None if they are not."""
    if known.unruled is not None:
        return None
    if events:
        with known.findings.catch("statement", Place(leaf=leaf)):
            require_phase(known, events, leaf, time)
    with known.findings.catch("statement", Place(leaf=leaf)):
        signer = signer_of(known, parsed.header, leaf, time)
        parsed.verify(signer.key)
        known.counts["signatures"] += 1
        return signer
    return None


def signer_of(known: Situation, header: Header, leaf: int, time: int) -> Signer:
    """Return who may have signed under a header at a leaf; the signature itself is not checked here."""
    signer = known.replay.signer_at(header.kid, leaf, time)
    if header.issuer != signer.holder:
        raise NotPermittedError("statement.iss", came=header.issuer, expected=f"{signer.holder}, who holds this key")
    founding = known.replay.founding
    if founding and founding.origin not in header.audience:
        raise MismatchError("statement.aud", came=header.audience, expected=f"{founding.origin} among them")
    return signer


def _read_batch(known: Known, leaf: int, parsed: Statement) -> tuple[Sequence[AnsweredEvent], Sequence[bytes]]:
    """Return the events of a statement and their names, none where they are not to be had or are not its own."""
    if known.closed is not None:
        return (), ()
    path = f"batches/{leaf}"
    try:
        answered = parse_batch_answer(known.source.batch(leaf), path)
        names = [event_name(each.head) for each in answered]
        check_batch_names(parsed, names, path)
    except UnreachableError:
        raise
    except SuyuanError as error:
        known.tear(leaf)
        if isinstance(error, ClosedError):
            known.closed = leaf
        if isinstance(error, ClosedError) or _may_rule(known, parsed.header, leaf):
            known.unrule(leaf)
        known.findings.add(error, "batch", Place(leaf=leaf, path=path))
        return (), ()
    known.counts["batches"] += 1
    if known.opinion:
        heads = [each.head for each in answered]
        known.opinion.compare_batch(heads, parsed.root, known.findings, Place(leaf=leaf, path=path))
    return answered, names


def may_have_ruled(known: Known, leaf: int) -> bool:
    """Return whether an entry that is not to be had was over registry events, as far as its batch tells."""
    if known.closed is not None:
        return False
    try:
        heads = [each.head for each in parse_batch_answer(known.source.batch(leaf))]
        return any(parse_head(head).type.startswith(REGISTRY) for head in heads)
    except UnreachableError:
        raise
    except SuyuanError:
        return leaf == 0


def _may_rule(known: Known, header: Header, leaf: int) -> bool:
    """Return whether a statement that cannot be read may have changed the registry."""
    issuer = known.replay.registry.participant_at(header.issuer, leaf)
    registrar = issuer is not None and REGISTRAR in issuer.roles
    return leaf == 0 or registrar or known.replay.root_key(header.kid, leaf) is not None


def _event(  # noqa: PLR0917 - one event and where it stands
    known: Known, leaf: int, position: int, name: bytes, answered: AnsweredEvent, parsed: Statement
) -> Event | None:
    """Return an event with its body, None where its head cannot be read: then its histories are not whole."""
    try:
        head = parse_head(answered.head)
    except SuyuanError as error:
        known.findings.add(error, "event", Place(leaf=leaf, position=position))
        known.tear(leaf)
        return None
    body = None
    try:
        body = read_body(known, head, answered)
    except SuyuanError as error:
        known.findings.add(error, "event", Place(leaf=leaf, position=position))
    event = make_event(name, leaf, position, head, body, parsed.header.kid)
    note_missing(known, event, answered)
    return event


def _take_event(  # noqa: PLR0917 - one event and what surrounds it
    known: Known,
    event: Event,
    answered: AnsweredEvent,
    signer: Signer | None,
    statement: tuple[bytes, int],
    run: Run,
) -> None:
    """Judge an event; then let it take effect as it did in the ledger, whatever was found."""
    found = len(known.findings)
    known.counts["events"] += 1
    head, new = event.head, not known.memory.knows(event.name)
    try:
        _require_new(known, event, new=new)
    except SuyuanError as error:
        known.findings.add(error, "unique", _place(event))
    unread = answered.body is not None and event.body is None  # its body was found wrong before
    if known.unruled is None and not unread:
        try:
            judge_event(known, event, answered, signer, time=statement[1], run=run)
        except SuyuanError as error:
            known.findings.add(error, "event", _place(event))
    if unread and head.type.startswith(REGISTRY):
        known.unrule(event.leaf)
    if known.unruled is None and head.type.startswith(REGISTRY):
        try:
            apply_registry(known, event, answered, statement)
        except SuyuanError as error:
            if len(known.findings) == found:
                known.findings.add(error, "registry", _place(event))
    _record(known, event, new=new)


def _place(event: Event) -> Place:
    """Return where an event stands; made where there is something to say of it, since most are as they must be."""
    return Place(leaf=event.leaf, position=event.position)


def _record(known: Known, event: Event, *, new: bool) -> None:
    known.join_all(event)
    kind = None
    if known.unruled is None:
        try:
            kind = known.replay.registry.type_at(event.head.type, event.leaf)
        except NotPermittedError:
            kind = None
    if kind and kind.counts and known.torn is None:
        with known.findings.catch("event", _place(event)):
            known.counters.take(event, kind, {})
    known.memory.advance(event.head, kind)
    if new:
        known.memory.add(event)


def _require_new(known: Known, event: Event, *, new: bool) -> None:
    if not new:
        raise MismatchError("event", came=event.name, expected="each event once in a ledger")
    if not known.memory.take_id(event.head.issuer, event.head.id):
        raise MismatchError("head.id", came=event.head.id.hex(), expected="an id that this issuer has not used")


def _take_envelope(known: Known, leaf: int, parsed: Envelope, time: int) -> None:
    """Judge a hash envelope: an event of its own that joins one history of kind `note` (formats, section 6)."""
    known.counts["envelopes"] += 1
    place = Place(leaf=leaf)
    if known.unruled is None:
        with known.findings.catch("statement", place):
            require_phase(known, (), leaf, time)
            signer = signer_of(known, parsed.header, leaf, time)
            parsed.verify(signer.key)
            known.counts["signatures"] += 1
            require_note_right(signer.registered, parsed.header.subject)
    name = leaf_hash(parsed.entry)
    with known.findings.catch("unique", place):
        if not known.memory.take_id(_ENVELOPES, statement_identity(parsed)):
            raise MismatchError("statement", came="recorded before", expected="each statement once")
    known.join(name, (leaf, 0), ("note", subject_name(parsed.header.subject)))
    known.memory.add_name(name)
