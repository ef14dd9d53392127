"""Endorsing: from checked cases and a decision to signed statements. The agency builds every byte itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from ledger.compose.batch import sign_batch
from ledger.compose.event import ComposedEvent, Draft, Randomness, compose_event
from ledger.signing.signer import Signer
from verifier.errors import MalformedError, NotPermittedError
from verifier.judgement.recognition import (
    ACKNOWLEDGED,
    RECOGNISED,
    REFUSED,
    WITH_CONDITIONS,
    WITHDRAWN,
    Endorsement,
)
from verifier.ledgerformat.event import Event
from verifier.ledgerformat.head import Head
from verifier.ledgerformat.statement import MAX_BATCH
from verifier.ledgerformat.submission import Submission
from verifier.ledgerformat.vocabulary import EventType

VERBS: Mapping[str, str] = {
    "acknowledge": ACKNOWLEDGED,
    "recognise": RECOGNISED,
    "recognise-with-conditions": WITH_CONDITIONS,
    "refuse": REFUSED,
    "withdraw": WITHDRAWN,
}
_ACCEPTING = frozenset({"recognise", "recognise-with-conditions"})
_BASIS = 256  # characters
Text = Mapping[str, str]  # zh and en


@dataclass(frozen=True, slots=True)
class Decision:
    """What an officer decided, of one event or of many alike.

    Attributes:
        verb: one of VERBS.
        reason: why, in Chinese and English; asked for with `refuse` and `withdraw`, the basis of the others.
        conditions: asked for with `recognise-with-conditions`, for no other.
        until: end of the term, milliseconds since 1970; for what recognises only.
    """

    verb: str
    reason: Text | None = None
    conditions: tuple[Text, ...] = ()
    until: int | None = None

    def __post_init__(self) -> None:
        """Refuse what makes no endorsement.

        Raises:
            MalformedError: the member named.
        """
        if self.verb not in VERBS:
            raise MalformedError("verb", came=self.verb, expected=f"one of {', '.join(VERBS)}")
        if self.verb in ("refuse", "withdraw") and self.reason is None:
            raise MalformedError("reason", came="none", expected=f"a reason to {self.verb}")
        if bool(self.conditions) != (self.verb == "recognise-with-conditions"):
            expected = "conditions with recognise-with-conditions, and with no other verb"
            raise MalformedError("conditions", came=len(self.conditions), expected=expected)
        if self.until is not None and self.verb not in _ACCEPTING:
            raise MalformedError("until", came=self.until, expected=f"no term: {self.verb} has none")


class Answerable(Protocol):
    """A checked event that can be answered: a `Case`, or one of a statement that was checked whole."""

    @property
    def event(self) -> Event:
        """Return the event."""
        ...

    @property
    def seen(self) -> tuple[str, ...]:
        """Return the digests of its disclosures that were looked at."""
        ...

    @property
    def objection(self) -> str | None:
        """Return what keeps it from being recognised, None where nothing was found."""
        ...

    def standing_of(self, agency: str) -> Endorsement | None:
        """Return the newest standing answer of an agency, else of one for which it carries on; None without any."""
        ...


def require_answerable(case: Answerable, decision: Decision, *, agency: str, now: int) -> None:
    """Return if an agency may answer a case so.

    Args:
        case: what was checked.
        decision: what the officer decided.
        agency: who answers.
        now: milliseconds since 1970.

    Raises:
        NotPermittedError: it contradicts itself, is disputed, or there is nothing to withdraw.
        MalformedError: a term that has ended already.
    """
    if decision.verb in _ACCEPTING and case.objection is not None:
        expected = "an event that nothing speaks against, to recognise it"
        raise NotPermittedError("case", came=case.objection, expected=expected)
    if decision.verb == "withdraw" and case.standing_of(agency) is None:
        raise NotPermittedError("withdraw", came="no answer that stands", expected=f"one of {agency}")
    if decision.until is not None and decision.until <= now:
        raise MalformedError("until", came=decision.until, expected=f"a time after {now}")


def draft_endorsement(case: Answerable, decision: Decision, *, agency: str, now: int) -> tuple[Draft, Head]:
    """Return the draft of an answer to a checked case, and the head of what it is about.

    Raises:
        SuyuanError: as `require_answerable`.
    """
    require_answerable(case, decision, agency=agency, now=now)
    target = case.event
    if decision.verb == "withdraw" and (own := case.standing_of(agency)) is not None:
        target = own.event
    data = _data(decision, case.seen if target is case.event else ())
    draft = Draft(VERBS[decision.verb], now, data=data, about=(target.name,), until=decision.until)
    return draft, target.head


def _data(decision: Decision, seen: Sequence[str]) -> dict[str, object]:
    data: dict[str, object] = {"seen": list(seen)}
    if decision.conditions:
        data["conditions"] = [dict(each) for each in decision.conditions]
    if decision.reason and decision.verb in ("refuse", "withdraw"):
        data["reason"] = dict(decision.reason)
    elif decision.reason:
        data["basis"] = " / ".join(dict.fromkeys(decision.reason.values()))[:_BASIS]
    return data


def compose_endorsements(
    cases: Sequence[Answerable],
    decision: Decision,
    *,
    agency: str,
    now: int,
    types: Mapping[str, EventType],
    random: Randomness,
) -> list[ComposedEvent]:
    """Return the events that answer checked cases; nothing is numbered or signed yet.

    Raises:
        SuyuanError: the first that may not be answered so, its place named.
    """
    composed = []
    for case in cases:
        draft, target = draft_endorsement(case, decision, agency=agency, now=now)
        kind = types[draft.type]
        composed.append(compose_event(draft, kind, issuer=agency, targets=[target], random=random))
    return composed


def sign_endorsements(
    events: Sequence[ComposedEvent],
    signer: Signer,
    *,
    agency: str,
    audience: str,
    take: Callable[[int], int],
) -> list[Submission]:
    """Return submissions with one signature over at most 4,096 endorsements each.

    Args:
        events: endorsements of this agency.
        signer: its statement key.
        agency: its URI.
        audience: the ledger's origin.
        take: takes as many sequence numbers durably and returns the first.
    """
    batches = [events[at : at + MAX_BATCH] for at in range(0, len(events), MAX_BATCH)]
    return [sign_batch(batch, signer, issuer=agency, audience=[audience], first=take(len(batch))) for batch in batches]
