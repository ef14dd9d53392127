"""Why an event could not be said where it stands, as far as head, body, signature and registry tell (formats, 17).

Each reason is a rule that admission asks as well, and none of them needs another history than those of the registry
on which the event rests and, for its place and for what follows from what it answers, the traces that it touches; for
its state and its order, those that these look at. Which kinds of histories there are stands in others.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

from verifier.errors import MismatchError, NotPermittedError, SuyuanError, UnsupportedError
from verifier.judgement.authority import check_authority, require_mandate, require_principal
from verifier.judgement.coherence import check_order
from verifier.judgement.phase import require_phase_of
from verifier.judgement.replay import Replay, Signer, require_supported
from verifier.judgement.states import check_state
from verifier.ledgerformat.body import parse_body
from verifier.ledgerformat.event import Event
from verifier.ledgerformat.mapping import check_body, check_head, check_links, check_targets
from verifier.ledgerformat.statement import Header, Statement
from verifier.ledgerformat.vocabulary import EventType
from verifier.proof.bundle import EventPart
from verifier.proof.evidence_acts import require_act_right
from verifier.proof.evidence_places import Before
from verifier.proof.examination import Shown, require_scope

PHASE = "phase"
KEY, HOLDER, AUDIENCE, SIGNATURE = "key", "holder", "audience", "signature"
ISSUER, USE, TYPE, HEAD, BODY, LINKS = "issuer", "use", "type", "head", "body", "links"
SCOPE, RIGHT, PLACE, STATE, ORDER = "scope", "right", "place", "state", "order"
_BUILTIN = "registry."


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason: its code, and what was found where."""

    code: str
    error: SuyuanError


def reason_against(
    event: Event, statement: Statement, shown: EventPart, *, replay: Replay, time: int, before: Before | None = None
) -> Reason | None:
    """Return the first reason why an event could not be said at its leaf, None where none is known.

    Args:
        event: head and place; its body is read here.
        statement: what it stands in.
        shown: the same event; its body's hash is known to be the head's.
        replay: the registry before the leaf, whole as far as the event rests on it.
        time: ledger time of the leaf.
        before: the histories that decide about it, and what it answers; None where these are not shown.

    Raises:
        UnsupportedError: it says something that this version does not know.
    """
    case = _Case(event, statement, shown, replay, time, before)
    for code, require in _RULES:
        try:
            require(case)
        except UnsupportedError:
            raise
        except SuyuanError as error:
            return Reason(code, error)
    return None


@dataclass
class _Case:
    """An event and what it is judged by; a rule reads only what the rules before it have established."""

    event: Event
    statement: Statement
    shown: EventPart
    replay: Replay
    time: int
    before: Before | None

    @property
    def header(self) -> Header:
        return self.statement.header

    @cached_property
    def signer(self) -> Signer:
        return self.replay.signer_at(self.header.kid, self.event.leaf, self.time)

    @cached_property
    def kind(self) -> EventType:
        require_supported(self.event)
        return self.replay.registry.type_at(self.event.head.type, self.event.leaf)

    @cached_property
    def whole(self) -> Event:
        """The event with its body, where that is shown."""
        return (
            replace(self.event, body=parse_body(self.shown.body)) if isinstance(self.shown.body, bytes) else self.event
        )


def _require_issuer(case: _Case) -> None:
    """Ask for one issuer of head and statement: the histories that are shown are those of the head's."""
    if case.event.head.issuer != case.header.issuer:
        expected = f"{case.header.issuer}, as the statement's iss"
        raise MismatchError("head.issuer", came=case.event.head.issuer, expected=expected)


def _require_phase(case: _Case) -> None:
    """Ask for a charter in force that has not expired, or for what brings about the next one."""
    require_phase_of([case.event.head], case.event.leaf, replay=case.replay, time=case.time)


def _require_holder(case: _Case) -> None:
    """Ask for the holder of a registered key, valid or not: of anybody else's key no holder's history is shown."""
    kid, registry = case.header.kid, case.replay.registry
    known = registry.key(kid)
    if case.replay.root_key(kid, case.event.leaf) or registry.administrator(kid):
        return
    if known and known.holder != case.header.issuer:
        raise NotPermittedError("statement.iss", came=case.header.issuer, expected=f"{known.holder}, the key's holder")


def _require_key(case: _Case) -> None:
    if case.header.issuer != case.signer.holder:  # root and administrator keys: they are no registered ones
        expected = f"{case.signer.holder}, who holds this key"
        raise NotPermittedError("statement.iss", came=case.header.issuer, expected=expected)


def _require_audience(case: _Case) -> None:
    founding = case.replay.founding
    if founding is None or founding.origin not in case.header.audience:
        raise MismatchError("statement.aud", came=case.header.audience, expected="this ledger among them")


def _require_signature(case: _Case) -> None:
    case.statement.verify(case.signer.key)


def _require_use(case: _Case) -> None:
    if case.signer.registered is None and not case.event.head.type.startswith(_BUILTIN):
        raise NotPermittedError("statement.kid", came=f"{case.signer.use} key", expected="a statement key")


def _require_type(case: _Case) -> None:
    case.kind  # noqa: B018 - raises where none is in force


def _require_head(case: _Case) -> None:
    check_head(case.kind, case.event.head)


def _require_body(case: _Case) -> None:
    if case.whole.body:
        check_body(case.kind, case.whole.body)


def _require_links(case: _Case) -> None:
    """Ask for the links that follow: those of an answer from what it answers as well, where all of that is shown."""
    head, body = case.event.head, case.whole.body
    targets = case.before.targets if case.before else None if head.about else ()
    if targets is None:
        return
    check_targets(case.kind, targets)
    if body:
        check_links(case.kind, head, body, targets)


def _require_scope(case: _Case) -> None:
    if case.signer.registered:
        require_scope(Shown(case.whole, case.shown.body, ()), case.signer.registered)


def _require_right(case: _Case) -> None:
    """Ask for principal, role, recipient and mandate; of a registry event, who may say it."""
    head, registry = case.event.head, case.replay.registry
    if head.type.startswith(_BUILTIN):
        require_act_right(case.whole, case.signer, registry)
        return
    require_principal(case.whole, case.kind, registry)
    if head.behalf is not None:
        require_mandate(case.whole, head.behalf, registry, case.time)


def _require_place(case: _Case) -> None:
    """Ask who may answer, join and follow there, where that is shown: of an answer, all that it answers."""
    if case.before is None or case.before.targets is None:
        return
    check_authority(
        case.whole,
        case.kind,
        registry=case.replay.registry,
        time=case.time,
        state_of=case.before.states.get,
        targets=case.before.targets,
        holds=None,
    )


def _require_state(case: _Case) -> None:
    if case.before and case.before.earlier:
        check_state(case.event, case.before.earlier.root_before)


def _require_order(case: _Case) -> None:
    if case.before and case.before.earlier:
        check_order(case.event, case.kind, case.before.earlier.digest)


_RULES: tuple[tuple[str, Callable[[_Case], None]], ...] = (
    (ISSUER, _require_issuer),
    (PHASE, _require_phase),
    (HOLDER, _require_holder),
    (KEY, _require_key),
    (AUDIENCE, _require_audience),
    (SIGNATURE, _require_signature),
    (USE, _require_use),
    (TYPE, _require_type),
    (HEAD, _require_head),
    (BODY, _require_body),
    (LINKS, _require_links),
    (SCOPE, _require_scope),
    (RIGHT, _require_right),
    (PLACE, _require_place),
    (STATE, _require_state),
    (ORDER, _require_order),
)
REASONS = tuple(code for code, _ in _RULES)
