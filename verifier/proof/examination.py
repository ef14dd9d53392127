"""What the nine steps have found so far in one proof.

Statements are verified first and read afterwards: a head or body is only parsed once a signature, or
the pinned hash, stands for its bytes.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from verifier.errors import MismatchError, NotPermittedError, UntrustedError
from verifier.judgement.charter import Charter
from verifier.judgement.participants import Key
from verifier.judgement.registry import Registry
from verifier.judgement.replay import Replay, Signer
from verifier.judgement.trace import Closure
from verifier.ledgerformat.body import Body, body_hash, parse_body
from verifier.ledgerformat.disclosure import Disclosure, check_disclosure, parse_disclosure
from verifier.ledgerformat.event import Event
from verifier.ledgerformat.head import Pair, event_name, parse_head
from verifier.ledgerformat.seal import Seal
from verifier.ledgerformat.statement import Statement
from verifier.ledgerformat.trust_policy import TrustPolicy
from verifier.ledgerformat.vocabulary import EventType
from verifier.primitives.checkpoint import Checkpoint, Cosignature
from verifier.primitives.keys import PublicKey
from verifier.proof.bundle import RESTRICTED, BodyState, Erased, EventPart, SealPart, StatementPart
from verifier.proof.known import Known
from verifier.proof.since import Since
from verifier.proof.verdict import Said, StoryEvent

PUBLIC_KINDS = frozenset({"trace", "recall", "registry"})
WHOLE_BODY = "body"  # what an order names that erases everything of an event


@dataclass(frozen=True, slots=True)
class Seen:
    """The newest checkpoint that this verifier has met of a ledger."""

    size: int
    root: bytes


@dataclass(frozen=True, slots=True)
class Standpoint:
    """What a verifier brings along: nothing of it comes from the ledger.

    Attributes:
        policy: whom it trusts.
        now: its clock, POSIX seconds; with `archived`, the time to judge as of.
        builtin: the registry's own types.
        seen: the newest checkpoint that it has met, if any.
        archived: whether `now` was chosen (`--at`) rather than read from a clock.
        answering: whether it looks for an agency that is to answer: then step 7 tells what is not recognised yet,
            lists recognition as unchecked, and keeps the later steps from nothing.
        known: what it has found before in other proofs; by default nothing, and nothing is kept.
    """

    policy: TrustPolicy
    now: int
    builtin: Mapping[str, EventType]
    seen: Seen | None = None
    archived: bool = False
    answering: bool = False
    known: Known = field(default_factory=Known)


@dataclass(frozen=True, slots=True)
class Shown:
    """An event that a proof shows, verified, with its body's state and disclosures."""

    event: Event
    body: BodyState
    disclosures: tuple[Disclosure, ...]


@dataclass(slots=True)
class Examination:
    """A proof under examination; each step fills in what it establishes."""

    standpoint: Standpoint
    seals: Sequence[SealPart]
    statements: dict[int, Statement] = field(default_factory=dict)
    verified: set[int] = field(default_factory=set)
    checkpoint: Checkpoint | None = None
    cosignatures: tuple[Cosignature, ...] = ()
    charters: Replay | None = None
    registry: Registry | None = None
    registry_events: dict[bytes, Shown] = field(default_factory=dict)
    registry_pairs: set[Pair] = field(default_factory=set)
    trace_events: dict[bytes, Shown] = field(default_factory=dict)
    closure: Closure | None = None
    since: tuple[Since, Event] | None = None
    told: list[StoryEvent] = field(default_factory=list)
    notices: list[Said] = field(default_factory=list)
    unchecked: list[Said] = field(default_factory=list)

    def statement(self, part: StatementPart) -> Statement:
        """Return the statement that a part makes, assembled once."""
        if id(part) not in self.statements:
            self.statements[id(part)] = self.standpoint.known.ask(StatementPart.assemble, part)
        return self.statements[id(part)]

    def charter_at(self, leaf: int) -> Charter:
        """Return the charter in force at a leaf."""
        if self.charters is None:
            raise UntrustedError("charter", came="no charter walk", expected="step 1 first")
        return self.charters.registry.charter_at(leaf)

    @property
    def newest_seal(self) -> Seal:
        """Return the last seal that the proof shows."""
        if not self.seals:
            raise MismatchError("seals", came="none", expected="at least the newest")
        return self.seals[-1].signed.seal

    def seal_of(self, leaf: int) -> Seal:
        """Return the seal that covers a leaf; raise if the proof shows none."""
        place = bisect_left(self.seals, leaf, key=lambda part: part.leaf)
        if place == len(self.seals) or not self.seals[place].signed.seal.covers(leaf):
            raise MismatchError("seals", came=f"none that covers leaf {leaf}", expected="the covering seal")
        return self.seals[place].signed.seal

    def signer(self, part: StatementPart, replay: Replay) -> Signer:
        """Return who may have signed a statement.

        Raises:
            NotPermittedError: no key that is valid at its leaf, or of another use.
        """
        return replay.signer_at(self.statement(part).header.kid, part.leaf, self.seal_of(part.leaf).time)

    def verify(self, part: StatementPart, holder: str, key: PublicKey, origin: str) -> None:
        """Return if a statement is signed by this key of this holder, for this ledger; looked at once."""
        if id(part) in self.verified:
            return
        statement = self.statement(part)
        if statement.header.issuer != holder:
            raise NotPermittedError(
                "statement.iss", came=statement.header.issuer, expected=f"{holder}, the key's holder"
            )
        if origin not in statement.header.audience:
            raise MismatchError("statement.aud", came=statement.header.audience, expected=f"{origin} among them")
        self.standpoint.known.ask(Statement.verify, statement, key)
        self.verified.add(id(part))


def require_scope(shown: Shown, key: Key) -> None:
    """Return if an event is in the scope of the key that signed it; raise NotPermittedError if not."""
    head, body = shown.event.head, shown.event.body
    if not key.may_sign(head.type):
        raise NotPermittedError("head.type", came=head.type, expected=f"types {', '.join(key.types)}, the key's scope")
    if body and key.subjects:
        require_subjects_in_scope(body, key)


def require_subjects_in_scope(body: Body, key: Key) -> None:
    """Return if a key may name every subject of a body; raise NotPermittedError if not."""
    for subject in body.all_subjects():
        if not key.may_name(subject):
            expected = f"subjects that start with {', '.join(key.subjects)}, the key's scope"
            raise NotPermittedError("body.subjects", came=subject, expected=expected)


def require_body_state(shown: Shown, kind: EventType) -> None:
    """Return if an event of this type may stand there without its body; whether an order holds is asked elsewhere.

    Raises:
        MismatchError: its type is permanent, or it is called restricted and joins a public history.
    """
    if kind.permanent:
        raise MismatchError("body", came="none", expected=f"the body: those of {kind.name} are permanent")
    if shown.body == RESTRICTED and {pair[0] for pair in shown.event.head.joins} & PUBLIC_KINDS:
        raise MismatchError("body", came="restricted", expected="the body of an event in a public history")


def require_order(shown: Shown, registry: Registry, size: int) -> None:
    """Return if an event that is said to be erased was ordered to be, by an order in force at a size.

    Raises:
        MismatchError: no such order, one that is not complete, or one about less than the body.
    """
    if not isinstance(shown.body, Erased):
        return
    order = shown.body.order
    in_force = (each for each in registry.erasures_of(shown.event.name, size) if each.event == order)
    if not any(WHOLE_BODY in each.what for each in in_force):
        came = f"erased by {order.hex()}"
        raise MismatchError("body", came=came, expected="an order about this body that is in force")


def read_event(part: StatementPart, shown: EventPart, issuer: str, kid: bytes) -> Shown:
    """Return an event of a verified statement, with body and disclosures checked against its head.

    Raises:
        MismatchError: another issuer, another body, or a disclosure of another event.
    """
    head = parse_head(shown.head, "head")
    if head.issuer != issuer:
        raise MismatchError("head.issuer", came=head.issuer, expected=f"{issuer}, as the statement's iss")
    body: Body | None = None
    if isinstance(shown.body, bytes):
        if body_hash(shown.body) != head.body:
            raise MismatchError("body", came="other bytes", expected=f"a body with hash {head.body.hex()}")
        body = parse_body(shown.body)
    disclosures = tuple(parse_disclosure(text) for text in shown.disclosures)
    for disclosure in disclosures:
        check_disclosure(disclosure, body.digests if body else {})
    if len({each.pointer for each in disclosures}) != len(disclosures):
        raise MismatchError("disclosures", came="a field twice", expected="each disclosure once")
    event = Event(event_name(shown.head), part.leaf, shown.position, head, body, kid)
    return Shown(event, shown.body, disclosures)


def histories_of(events: Iterable[Event]) -> dict[Pair, list[Event]]:
    """Return the events by [kind, name] that they join, in log order."""
    histories: dict[Pair, list[Event]] = {}
    for event in sorted(events, key=lambda each: each.place):
        for pair in event.head.joins:
            histories.setdefault(pair, []).append(event)
    return histories
