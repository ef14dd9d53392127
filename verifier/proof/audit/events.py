"""One event, judged as admission had to judge it: by what stands before it in the log (formats, 5, 12, 13, 15)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from verifier.errors import IncompleteError, MismatchError, NotPermittedError, UnsupportedError
from verifier.judgement.answers import check_answers
from verifier.judgement.authority import check_authority, require_link_rights
from verifier.judgement.charter import CHARTER
from verifier.judgement.coherence import Violation, judge_order
from verifier.judgement.participants import Key, Participant
from verifier.judgement.phase import require_phase_of
from verifier.judgement.replay import Signer, require_supported
from verifier.judgement.room import check_room
from verifier.judgement.states import check_state
from verifier.ledgerformat.batch_answer import ERASED, MISSING, RESTRICTED, AnsweredEvent
from verifier.ledgerformat.body import Body, body_hash, parse_body
from verifier.ledgerformat.event import Event
from verifier.ledgerformat.head import Head, Pair
from verifier.ledgerformat.mapping import check_body, check_head, check_links, check_targets
from verifier.ledgerformat.vocabulary import EventType
from verifier.proof.audit.findings import Place
from verifier.proof.audit.known import ErasedClaim, Known, RegistryInput, Situation
from verifier.proof.examination import WHOLE_BODY, Shown, require_scope, require_subjects_in_scope

_BUILTIN = "registry."
_PUBLIC_KINDS = frozenset({"trace", "recall", "registry"})
_UNSHOWN = {RESTRICTED: "bodies.restricted", ERASED: "bodies.erased", MISSING: "bodies.missing"}


def read_body(known: Known, head: Head, answered: AnsweredEvent) -> Body | None:
    """Return the body that an answer shows, None where it shows none.

    Raises:
        MismatchError: it is another body than the head's.
        MalformedError: it is none.
    """
    if answered.body is None:
        known.counts[_UNSHOWN[answered.state]] += 1
        return None
    known.counts["bodies"] += 1
    if body_hash(answered.body) != head.body:
        raise MismatchError("body", came="other bytes", expected=f"a body with hash {head.body.hex()}")
    return parse_body(answered.body)


_Shape: TypeAlias = tuple[str, str, str | None, bool, tuple[str, ...], tuple[str, ...]]


@dataclass(slots=True)
class Run:
    """What events of one statement have in common, learnt from those that were judged whole.

    Of another event with the same type, issuer, recipient, kinds of links and members, at the same leaf under the same
    key, all rules that look at nothing else were judged with that one.

    Attributes:
        known: type and principal of a shape.
    """

    known: dict[_Shape, tuple[EventType, Participant]] = field(default_factory=dict)


def judge_event(
    known: Situation,
    event: Event,
    answered: AnsweredEvent,
    signer: Signer | None,
    *,
    time: int,
    run: Run | None = None,
) -> None:
    """Return if an event could be said there; `signer` is None where who signed it is not established.

    Args:
        known: the state before its leaf.
        event: the event.
        answered: its body as it was served.
        signer: whose key signed its statement.
        time: ledger time of its leaf.
        run: of its statement's events before it, one object for each statement and signer.

    Raises:
        SuyuanError: the first reason why not.
    """
    shape = _shape(event.head)
    if run is None or shape is None or signer is None or signer.registered is None:
        _judge_whole(known, event, answered, signer, time=time)
    elif learnt := run.known.get(shape):
        _judge_alike(known, event, answered, signer.registered, *learnt)
    else:
        kind = _judge_whole(known, event, answered, signer, time=time)
        if principal := known.replay.registry.participant_at(event.head.principal, event.leaf):
            run.known[shape] = kind, principal


def _shape(head: Head) -> _Shape | None:
    """Return what the rules look at besides body, subjects and names; None where they look at more."""
    if head.about or head.behalf is not None or head.state is not None or head.type.startswith(_BUILTIN):
        return None
    joins, follows = tuple([kind for kind, _ in head.joins]), tuple([kind for kind, _ in head.follows])
    return head.type, head.issuer, head.to, head.until is None, joins, follows


def _judge_alike(  # noqa: PLR0917 - as `judge_event`
    known: Situation, event: Event, answered: AnsweredEvent, key: Key, kind: EventType, principal: Participant
) -> None:
    """Judge what is an event's own: body, links as mapped, subjects in scope, rights at them, and order."""
    _require_body(known, event, answered, kind)
    if event.body:
        check_body(kind, event.body)
        check_links(kind, event.head, event.body)
        if key.subjects:
            require_subjects_in_scope(event.body, key)
    holds = None if known.torn is None else _holds_none
    state_of = known.memory.trace_state
    require_link_rights(event, kind, principal, state_of=state_of, targets=(), holds=holds)
    _judge_order(known, event, kind)


def _judge_whole(
    known: Situation, event: Event, answered: AnsweredEvent, signer: Signer | None, *, time: int
) -> EventType:
    """Judge an event by every rule; return its type's version."""
    head, registry = event.head, known.replay.registry
    if head.issuer != (signer.holder if signer else head.issuer):
        raise MismatchError("head.issuer", came=head.issuer, expected=f"{signer.holder if signer else ''}, the signer")
    kind = registry.type_at(head.type, event.leaf)
    require_supported(event)
    for joined, _ in head.joins:
        since = registry.kind_since(joined)
        if (since is None or since > event.leaf) and registry.charters:
            raise NotPermittedError("head.joins", came=joined, expected=f"a kind that exists at leaf {event.leaf}")
    check_head(kind, head)
    targets = _targets(known, event)
    check_targets(kind, targets or ())
    _require_body(known, event, answered, kind)
    if event.body:
        check_body(kind, event.body)
        if targets is not None:
            check_links(kind, head, event.body, targets)
    if signer and signer.registered:
        require_scope(Shown(event, b"", ()), signer.registered)
    if head.type.startswith(_BUILTIN):
        check_answers(event, registry=registry, targets=targets or ())
    else:
        _judge_right(known, event, kind, targets, signer, time=time)
    return kind


def apply_registry(known: Known, event: Event, answered: AnsweredEvent, statement: tuple[bytes, int]) -> None:
    """Bring about what a registry event states, as the ledger did; `statement` is leaf hash and ledger time."""
    hashed, time = statement
    place = event.leaf, event.position, time
    known.inputs.append(RegistryInput(*place, event.kid, hashed, answered.head, answered.body))
    try:
        known.replay.apply(event, time=time)
    except UnsupportedError:
        known.unrule(event.leaf)
        raise


def require_phase(known: Situation, events: Sequence[Event], leaf: int, time: int) -> None:
    """Refuse what may not be said before a charter is in force, or after it has expired (formats, section 12)."""
    types = {event.head.type for event in events}
    if leaf == 0:
        if types != {CHARTER} or len(events) != 1:
            raise NotPermittedError("ledger", came="another batch", expected="a founding charter, alone in leaf 0")
        return
    require_phase_of([event.head for event in events], leaf, replay=known.replay, time=time)


def note_missing(known: Known, event: Event, answered: AnsweredEvent) -> None:
    """Report the first body that is missing; the others are counted."""
    if answered.state == MISSING and known.counts["bodies.missing"] == 1:
        error = IncompleteError("body", came="missing", expected="every body that is not restricted or erased")
        known.findings.add(error, "event", Place(leaf=event.leaf, position=event.position))


def _targets(known: Situation, event: Event) -> list[Head] | None:
    """Return the heads that an event answers; each stands earlier. None where one may be what could not be had."""
    targets = []
    for name in event.head.about:
        target = known.memory.find(name)
        if target is None and known.torn is not None:
            return None
        if target is None:
            raise MismatchError("head.about", came=name.hex(), expected="an event that stands earlier in this ledger")
        targets.append(target.head)
    return targets


def _require_body(known: Situation, event: Event, answered: AnsweredEvent, kind: EventType) -> None:
    if answered.body is not None:
        return
    if kind.permanent:
        raise MismatchError("body", came="none", expected=f"the body: those of {kind.name} are permanent")
    if answered.state == ERASED and answered.order is not None:
        known.erased.append(ErasedClaim(event.leaf, event.position, event.name, answered.order))
    if answered.state == RESTRICTED and {joined for joined, _ in event.head.joins} & _PUBLIC_KINDS:
        raise MismatchError("body", came="restricted", expected="the body of an event in a public history")


def judge_erased(known: Known, size: int) -> None:
    """Report each body that is said to be erased without an order about it that is in force at a size."""
    for claim in known.erased if known.unruled is None else ():
        orders = known.replay.registry.erasures_of(claim.event, size)
        if any(each.event == claim.order and WHOLE_BODY in each.what for each in orders):
            continue
        expected = "an order about this body that is in force"
        error = MismatchError("body", came=f"erased by {claim.order.hex()}", expected=expected)
        known.findings.add(error, "event", Place(leaf=claim.leaf, position=claim.position))
    known.erased.clear()


def _judge_right(
    known: Situation,
    event: Event,
    kind: EventType,
    targets: Sequence[Head] | None,
    signer: Signer | None,
    *,
    time: int,
) -> None:
    """Judge authority and order of an event that is not the registry's, as far as the histories are whole."""
    if signer and signer.registered is None:
        raise NotPermittedError("statement.kid", came=f"{signer.use} key", expected="a statement key")
    check_authority(
        event,
        kind,
        registry=known.replay.registry,
        time=time,
        state_of=known.memory.trace_state,
        targets=targets,
        holds=None if known.torn is None else _holds_none,
    )
    if known.torn is None:
        check_state(event, known.root_before)
    _judge_order(known, event, kind)


def _judge_order(known: Situation, event: Event, kind: EventType) -> None:
    """Refuse what breaks a rule of order that admission holds, as far as the histories are whole."""
    if known.torn is not None:
        return
    memory = known.memory
    check_room(event, state_of=memory.trace_state, count_of=memory.count, digest_of=memory.digest)
    for finding in judge_order(event, kind, memory.digest) if kind.refuses else ():
        if finding.rule.refuse and isinstance(finding, Violation):
            raise NotPermittedError(f"order.{finding.rule.code}", came=finding.came, expected=finding.expected)


def _holds_none(_: Pair) -> bool:
    return False
