"""Signing a ceremony: what a holder signs is built here, from bytes that were checked here."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from ledger.compose.batch import sign_batch
from ledger.compose.event import ComposedEvent, Randomness, compose_event
from ledger.governance.ceremony import Batch, Ceremony
from ledger.governance.checking import Checked
from ledger.governance.drafts import approve
from ledger.signing.signer import Signer
from verifier.errors import NotPermittedError
from verifier.judgement.charter import APPROVAL
from verifier.ledgerformat.event import Event
from verifier.ledgerformat.head import MAX_LINKS, event_name
from verifier.vocabulary import registry_types

Numbers = Callable[[int], int]  # takes that many sequence numbers of the key, durably; gives the first
MOST_TARGETS = 64  # of one approval


def duties_of(kid: bytes, checked: Checked) -> tuple[str, ...]:
    """Return what is left to be signed under a key: `proposal`, `approval`, both or none.

    Raises:
        NotPermittedError: it is no key of this ceremony.
    """
    member, proposer = checked.member(kid), kid == checked.ceremony.proposal.kid
    if member is None and not proposer:
        expected = ", ".join(
            sorted({each.agency for part in checked.progress for each in part.circle.members.values()})
        )
        todo = "Sign with the key of one of these holders."
        raise NotPermittedError("--key", came=kid, expected=f"a key of {expected or 'the proposer'}", todo=todo)
    duties = ["proposal"] if proposer and not checked.signed else []
    return (*duties, "approval") if member and not checked.has_approved(kid) else tuple(duties)


def sign_ceremony(checked: Checked, signer: Signer, *, numbers: Numbers, time: int, random: Randomness) -> Ceremony:
    """Return the ceremony with what this key has to sign of it.

    Args:
        checked: the ceremony; whoever signs was shown its acts.
        signer: a root's, administrator's or proposer's key.
        numbers: takes sequence numbers of this key.
        time: what approvals claim, milliseconds since 1970.
        random: the source of salts and ids.

    Raises:
        NotPermittedError: the key has nothing to do with it.
    """
    ceremony, kid = checked.ceremony, signer.public.kid
    for duty in duties_of(kid, checked):
        if duty == "proposal":
            ceremony = replace(ceremony, proposal=_sign(ceremony.proposal, signer, ceremony.origin, numbers))
        else:
            batch = _approval(checked, kid, time=time, random=random)
            signed = _sign(batch, signer, ceremony.origin, numbers)
            ceremony = replace(ceremony, approvals=(*ceremony.approvals, signed))
    return ceremony


def _approval(checked: Checked, kid: bytes, *, time: int, random: Randomness) -> Batch:
    """Return the approval of all acts, unsigned."""
    member = checked.member(kid)
    if member is None:
        raise NotPermittedError("--key", came=kid, expected="a key of somebody who has to approve this")
    kind = registry_types()[APPROVAL]
    composed = []
    for chunk in _chunks(checked.acts):
        draft = approve([each.name for each in chunk], time=time)
        heads = [each.head for each in chunk]
        composed.append(compose_event(draft, kind, issuer=member.agency, targets=heads, random=random))
    return Batch(member.agency, kid, tuple(each.head for each in composed), tuple(each.body for each in composed))


def _chunks(acts: Sequence[Event]) -> Iterator[list[Event]]:
    """Yield acts in groups that one approval can answer: it joins all that they join."""
    chunk: list[Event] = []
    for act in acts:
        joined = {pair for each in (*chunk, act) for pair in each.head.joins}
        if chunk and (len(chunk) == MOST_TARGETS or len(joined) > MAX_LINKS):
            yield chunk
            chunk = []
        chunk.append(act)
    yield chunk


def _sign(batch: Batch, signer: Signer, origin: str, numbers: Numbers) -> Batch:
    pairs = zip(batch.heads, batch.bodies, strict=True)
    events = [ComposedEvent(event_name(head), head, body, (), ()) for head, body in pairs]
    first = numbers(len(events))
    signed = sign_batch(events, signer, issuer=batch.issuer, audience=[origin], first=first)
    return replace(batch, statement=signed.statement)
