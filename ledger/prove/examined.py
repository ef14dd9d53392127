"""Whether a proof may leave: what the verifier's own code makes of it, as a question that can be asked elsewhere.

A question is bytes alone: whoever answers it needs no database, no key and no memory of the ledger.
"""

from __future__ import annotations

from dataclasses import dataclass

from verifier.errors import MalformedError
from verifier.ledgerformat.trust_policy import TrustPolicy
from verifier.proof.examination import Standpoint
from verifier.proof.known import Known
from verifier.proof.verdict import ALTERED, UNREADABLE, Verdict
from verifier.proof.verify import examine_trace
from verifier.vocabulary import registry_types

KNOWN = 2_048  # answers kept of proofs that were examined before
_PIN, _TIME, _LENGTH = 32, 8, 4  # bytes
_STEPS = 6  # the later ones judge what is said, not what was recorded


@dataclass(frozen=True, slots=True)
class Question:
    """A proof that is about to leave.

    Attributes:
        pinned: leaf hash of the ledger's first charter, 32 bytes.
        now: POSIX seconds.
        subject: that was asked for.
        data: the `.trace` file.
    """

    pinned: bytes
    now: int
    subject: str
    data: bytes


def examine(asked: Question, known: Known) -> Verdict:
    """Return what a stranger would make of a proof who pinned the ledger's charter."""
    standpoint = Standpoint(TrustPolicy(asked.pinned), asked.now, registry_types(), known=known)
    return examine_trace(asked.data, standpoint, subject=asked.subject)


def fault_of(verdict: Verdict) -> str | None:
    """Return why a proof with this verdict does not leave; None where it may."""
    held = verdict.outcome not in (ALTERED, UNREADABLE) and all(each.passed for each in verdict.steps[:_STEPS])
    return None if held else str(verdict.error)


def format_question(asked: Question) -> bytes:
    """Return a question as bytes."""
    subject = asked.subject.encode()
    head = asked.pinned + asked.now.to_bytes(_TIME, "big") + len(subject).to_bytes(_LENGTH, "big")
    return head + subject + asked.data


def parse_question(data: bytes) -> Question:
    """Return the question that bytes spell.

    Raises:
        MalformedError: they are cut short, or their subject is no text.
    """
    begin = _PIN + _TIME + _LENGTH
    end = begin + int.from_bytes(data[begin - _LENGTH : begin], "big")
    if len(data) < max(begin, end):
        raise MalformedError("question", came=f"{len(data)} bytes", expected=f"at least {max(begin, end)}")
    try:
        subject = data[begin:end].decode()
    except UnicodeDecodeError as error:
        raise MalformedError("question.subject", came=f"byte {error.start}", expected="UTF-8") from None
    return Question(data[:_PIN], int.from_bytes(data[_PIN : _PIN + _TIME], "big"), subject, data[end:])
