"""Thousands of events at once: whole statements are checked instead of each event's trace.

What that shows: every event stands in the log, under a quorum, signed by who it says, with a key that may say it, its
body and links as its type has them. What it does not: completeness, order, standing, what others answered. Whoever
needs these reads the `Case`.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from verifier.errors import IncompleteError
from verifier.judgement.recognition import Endorsement
from verifier.ledgerformat.batch_answer import ERASED, RESTRICTED, SHOWN, AnsweredEvent, parse_batch_answer
from verifier.ledgerformat.event import Event
from verifier.proof.alone import VerifiedEvent, verify_events
from verifier.proof.bundle import MISSING as NOT_THERE
from verifier.proof.bundle import RESTRICTED as KEPT_BACK
from verifier.proof.bundle import BodyState, Erased, EventPart
from verifier.proof.eventproof import EventProof
from verifier.proof.examination import Standpoint
from verifier.proof.traceproof import TraceProof


@dataclass(frozen=True, slots=True)
class CheckedEvent:
    """An event of a statement that was checked whole."""

    verified: VerifiedEvent

    @property
    def event(self) -> Event:
        """Return the event."""
        return self.verified.event

    @property
    def seen(self) -> tuple[str, ...]:
        """Return nothing: no disclosure was looked at."""
        return ()

    @property
    def objection(self) -> str | None:
        """Return nothing: what could speak against it was not looked for."""
        return None

    def standing_of(self, _agency: str) -> Endorsement | None:
        """Return nothing: answers were not looked for."""
        return None


def check_statement(
    answer: bytes, proof: EventProof, held: TraceProof, standpoint: Standpoint, *, names: Collection[bytes]
) -> list[CheckedEvent]:
    """Return the events that are asked for, once their whole statement is checked.

    Args:
        answer: the batch answer: every head of the statement, and the bodies that are open to us.
        proof: the event proof of one of them: signature, seal, path, checkpoint.
        held: a trace proof whose registry part has the statement's issuer, key and type.
        standpoint: whom the officer trusts.
        names: of the events asked for.

    Raises:
        IncompleteError: an event is not in the statement, its body is not open to us, or the quorum is not reached.
        VerificationError: anything in the statement is not as it must be.
    """
    answered = parse_batch_answer(answer)
    parts = tuple(EventPart(place, each.head, _state(each), ()) for place, each in enumerate(answered))
    whole = replace(proof, statement=replace(proof.statement, path=b"", events=parts))
    verified = {each.event.name: each for each in verify_events(whole, held, standpoint)}
    return [_open(verified.get(name)) for name in names]


def _open(verified: VerifiedEvent | None) -> CheckedEvent:
    if verified is None or verified.event.body is None:
        raise IncompleteError("batch", came="no such event, or no body of it", expected="the event with its body")
    if not verified.checkpoint.quorum:
        raise IncompleteError("checkpoint", came="no quorum", expected="cosignatures", todo="Try again later.")
    return CheckedEvent(verified)


def _state(event: AnsweredEvent) -> BodyState:
    if event.state == SHOWN and event.body is not None:
        return event.body
    if event.state == ERASED and event.order is not None:
        return Erased(event.order)
    return KEPT_BACK if event.state == RESTRICTED else NOT_THERE
