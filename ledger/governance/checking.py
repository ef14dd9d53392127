"""A ceremony held to a state of the registry: its bytes, its signatures, who has approved, who is missing.

Everything is judged from the bytes of heads and bodies and from charter and registry; nothing that a file says of
itself is believed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ledger.governance.ceremony import Batch, Ceremony
from ledger.governance.circles import Circle, Member, circles_of
from ledger.governance.state import REGISTERED, RegistryState
from verifier.errors import IncompleteError, MismatchError, NotPermittedError, SuyuanError
from verifier.judgement.charter import APPROVAL, CHARTER
from verifier.ledgerformat.body import body_hash, parse_body
from verifier.ledgerformat.event import Event
from verifier.ledgerformat.head import Head, event_name, parse_head
from verifier.ledgerformat.mapping import check_body, check_head, check_links, check_targets
from verifier.ledgerformat.statement import check_batch, parse_statement
from verifier.ledgerformat.subject import form_of
from verifier.primitives.keys import PublicKey
from verifier.vocabulary import registry_types


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a circle is.

    Attributes:
        circle: who may approve.
        approved: who did, a holder once.
        missing: who did not yet.
    """

    circle: Circle
    approved: tuple[Member, ...]
    missing: tuple[Member, ...]

    @property
    def needed(self) -> int:
        """Return how many approvals are still needed."""
        return max(0, self.circle.threshold - len(self.approved))


@dataclass(frozen=True, slots=True)
class Checked:
    """A ceremony that was held to a state of the registry.

    Attributes:
        ceremony: the file's content.
        state: what it was judged by.
        acts: the proposal's events, as if they stood at the next leaf.
        signed: whether the proposal is signed.
        progress: of each circle; none where no approval is asked for.
    """

    ceremony: Ceremony
    state: RegistryState
    acts: tuple[Event, ...]
    signed: bool
    progress: tuple[Progress, ...]

    @property
    def complete(self) -> bool:
        """Return whether everything is signed that must be."""
        return self.signed and not any(each.needed for each in self.progress)

    def member(self, kid: bytes) -> Member | None:
        """Return who may approve under a key, None if nobody."""
        found = (each.circle.members.get(kid) for each in self.progress)
        return next((each for each in found if each), None)

    def has_approved(self, kid: bytes) -> bool:
        """Return whether there is an approval under a key."""
        return any(each.kid == kid for each in self.ceremony.approvals)


def check_ceremony(ceremony: Ceremony, state: RegistryState) -> Checked:
    """Return a ceremony once every byte of it is what it must be in this state.

    Raises:
        MismatchError: a body, link or batch root that is not the head's or statement's.
        BadSignatureError: a statement that its key did not sign.
        NotPermittedError: a key that may not propose or approve here.
    """
    leaf = state.size
    acts = _events(ceremony.proposal, leaf, (), "proposal")
    for each in acts:
        if each.head.type == APPROVAL or not each.head.type.startswith("registry."):
            raise NotPermittedError("proposal", came=each.head.type, expected="acts of the registry")
    _require_shown(acts, state)
    circles = circles_of(acts, state)
    checked = Checked(ceremony, state, acts, ceremony.proposal.statement is not None, ())
    if ceremony.proposal.statement is not None:
        _verify(ceremony.proposal, _proposer(ceremony.proposal, circles, state), ceremony.origin, "proposal")
    for batch in ceremony.approvals:
        _check_approval(batch, acts, circles, ceremony.origin)
    kids = {each.kid for each in ceremony.approvals} | _approved_before(acts, state)
    progress = tuple(_progress(circle, kids) for circle in circles)
    return Checked(ceremony, state, acts, checked.signed, progress)


def _require_shown(acts: Sequence[Event], state: RegistryState) -> None:
    """Refuse to judge acts about subjects of which nobody knows what was said before."""
    for act in acts:
        named = act.body.all_subjects() if act.body and act.head.type != CHARTER else ()
        for subject in named:
            if form_of(subject) in REGISTERED and subject not in state.subjects:
                raise IncompleteError("registry", came=f"nothing of {subject}", expected="a proof of its registry walk")


def _check_approval(batch: Batch, acts: Sequence[Event], circles: Sequence[Circle], origin: str) -> None:
    what = f"approvals of {batch.issuer}"
    member = next((each.members[batch.kid] for each in circles if batch.kid in each.members), None)
    if member is None:
        raise NotPermittedError(what, came=batch.kid, expected="a key of somebody who has to approve this")
    if member.agency != batch.issuer:
        raise NotPermittedError(what, came=batch.issuer, expected=f"{member.agency}, who holds this key")
    events = _events(batch, acts[0].leaf, [each.head for each in acts], what)
    if {each.head.type for each in events} != {APPROVAL}:
        raise NotPermittedError(what, came=sorted({each.head.type for each in events}), expected=APPROVAL)
    if {name for each in events for name in each.head.about} != {each.name for each in acts}:
        raise MismatchError(what, came="other events", expected="approval of exactly what is proposed")
    _verify(batch, member.key, origin, what)


def _events(batch: Batch, leaf: int, targets: Sequence[Head], what: str) -> tuple[Event, ...]:
    """Return a batch's events, each head checked against its body, its type and what it answers."""
    events = []
    known = {event_name(spelt): parse_head(spelt) for spelt in batch.heads} if not targets else {}
    for place, (spelt, body) in enumerate(zip(batch.heads, batch.bodies, strict=True)):
        try:
            events.append(_event(batch, spelt, body, (leaf, place), targets))
        except SuyuanError as error:
            raise error.within(f"{what}.events[{place}]") from error
    if len({each.name for each in events}) != len(events) or len(known) not in {0, len(events)}:
        raise MismatchError(what, came="an event twice", expected="each event once")
    return tuple(events)


def _event(batch: Batch, spelt: bytes, body: bytes, place: tuple[int, int], targets: Sequence[Head]) -> Event:
    head, parsed = parse_head(spelt), parse_body(body)
    if head.issuer != batch.issuer:
        raise MismatchError("head.issuer", came=head.issuer, expected=batch.issuer)
    if head.body != body_hash(body):
        raise MismatchError("body", came="other bytes", expected=f"a body with hash {head.body.hex()}")
    kind = registry_types().get(head.type)
    if kind is None:
        raise NotPermittedError("head.type", came=head.type, expected="a type of the registry")
    check_head(kind, head)
    check_body(kind, parsed)
    check_targets(kind, targets)
    if targets or not head.about:
        check_links(kind, head, parsed, targets)
    return Event(event_name(spelt), *place, head, parsed, batch.kid)


def _proposer(batch: Batch, circles: Sequence[Circle], state: RegistryState) -> PublicKey:
    """Return the key under which a proposal is to be signed, once its issuer holds it."""
    member = next((each.members[batch.kid] for each in circles if batch.kid in each.members), None)
    holder, key = (member.agency, member.key) if member else _registered(batch.kid, state)
    if holder != batch.issuer:
        raise NotPermittedError("proposal.issuer", came=batch.issuer, expected=f"{holder}, who holds this key")
    return key


def _registered(kid: bytes, state: RegistryState) -> tuple[str, PublicKey]:
    signer = state.replay.signer_at(kid, state.size, state.time)
    return signer.holder, signer.key


def _verify(batch: Batch, key: PublicKey, origin: str, what: str) -> None:
    """Return if a batch's statement is over exactly its heads, for this ledger, and signed by the key."""
    statement = parse_statement(batch.statement or b"", f"{what}.statement")
    if (statement.header.issuer, statement.header.kid) != (batch.issuer, batch.kid):
        raise MismatchError(f"{what}.statement", came=statement.header.issuer, expected=f"{batch.issuer} and its key")
    if statement.header.audience != (origin,):
        raise MismatchError(f"{what}.statement.aud", came=statement.header.audience, expected=origin)
    check_batch(statement, batch.heads, f"{what}.heads")
    statement.verify(key)


def _approved_before(acts: Sequence[Event], state: RegistryState) -> set[bytes]:
    """Return the keys whose approvals of all of these acts stand in the log already."""
    waiting = {each.event.name: frozenset(one.kid for one in each.approvals) for each in state.replay.waiting}
    found = [waiting[each.name] for each in acts if each.name in waiting]
    return set(frozenset.intersection(*found)) if len(found) == len(acts) else set()


def _progress(circle: Circle, kids: set[bytes]) -> Progress:
    approved = [member for kid, member in circle.members.items() if kid in kids]
    missing = [member for kid, member in circle.members.items() if kid not in kids]
    return Progress(circle, tuple(approved), tuple(missing))
