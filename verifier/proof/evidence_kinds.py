"""What an evidence file can be evidence of, and what is confirmed (docs/formats.md, section 17)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from verifier.errors import UnsupportedError
from verifier.primitives.cbor import Value
from verifier.proof import (
    evidence_envelope,
    evidence_foreign_seal,
    evidence_inadmissible,
    evidence_inadmissible_act,
    evidence_index,
    evidence_rollback,
    evidence_seal,
    evidence_twice,
    evidence_unreadable,
)
from verifier.proof.bundle import parse_file
from verifier.proof.evidence import WORD, confirm_fork, read_fork_evidence
from verifier.proof.evidence_envelope import confirm_envelope, parse_envelope_evidence
from verifier.proof.evidence_foreign_seal import confirm_foreign_seal, parse_foreign_seal_evidence
from verifier.proof.evidence_inadmissible import confirm_inadmissible, parse_statement_evidence
from verifier.proof.evidence_inadmissible_act import confirm_act, parse_act_evidence
from verifier.proof.evidence_index import confirm_wrong_index, parse_index_evidence
from verifier.proof.evidence_reasons import Reason
from verifier.proof.evidence_rollback import confirm_rollback, parse_rollback_evidence
from verifier.proof.evidence_seal import confirm_broken_seal, parse_seal_evidence
from verifier.proof.evidence_twice import confirm_twice, parse_twice_evidence
from verifier.proof.evidence_unreadable import confirm_unreadable, parse_unreadable_evidence
from verifier.proof.examination import Standpoint

FORK = "fork"
WRONG_INDEX, ROLLBACK = evidence_index.KIND, evidence_rollback.KIND
INADMISSIBLE = evidence_inadmissible.KIND
SAID_TWICE, BROKEN_SEAL = evidence_twice.KIND, evidence_seal.KIND
UNREADABLE, FOREIGN_SEAL = evidence_unreadable.KIND, evidence_foreign_seal.KIND
INADMISSIBLE_ENVELOPE, INADMISSIBLE_ACT = evidence_envelope.KIND, evidence_inadmissible_act.KIND


_Facts: TypeAlias = Mapping[str, "int | str | list[int] | list[str]"]


@dataclass(frozen=True, slots=True)
class Convicted:
    """What an evidence file proves of a ledger.

    Attributes:
        kind: FORK, or another of the kinds above.
        origin: the ledger.
        facts: what it signed, for people and programs: numbers, and hashes in hex, by name.
    """

    kind: str
    origin: str
    facts: _Facts


def confirm_evidence(data: bytes, standpoint: Standpoint) -> Convicted:
    """Return what a file proves to whoever trusts the pinned charter.

    Raises:
        MalformedError: no evidence file.
        UnsupportedError: evidence of a kind that is not known here.
        UntrustedError: not of the pinned ledger, or not signed by it.
        InconsistentError: what is shown can all be true: this is no evidence.
    """
    content = parse_file(data, WORD)
    kind = content.get(13)
    if kind is None:
        return _fork(content, standpoint)
    confirm = _CONFIRMED_BY.get(kind) if isinstance(kind, str) else None
    if confirm is None:
        known = ", ".join((FORK, *_CONFIRMED_BY))
        raise UnsupportedError("evidence kind", came=kind, expected=f"one of {known}", todo="Update this verifier.")
    return confirm(content, standpoint)


def _fork(content: Mapping[int | str, Value], standpoint: Standpoint) -> Convicted:
    found = confirm_fork(read_fork_evidence(content), standpoint)
    return Convicted(FORK, found.origin, {"sizes": [*found.sizes], "roots": [root.hex() for root in found.roots]})


def _wrong_index(content: Mapping[int | str, Value], standpoint: Standpoint) -> Convicted:
    found = confirm_wrong_index(parse_index_evidence(content), standpoint)
    facts: _Facts = {
        "leaf": found.leaf,
        "roots": [found.sealed.hex(), found.computed.hex()],
        "keys": [*found.keys],
    }
    return Convicted(WRONG_INDEX, found.origin, facts)


def _rollback(content: Mapping[int | str, Value], standpoint: Standpoint) -> Convicted:
    found = confirm_rollback(parse_rollback_evidence(content), standpoint)
    return Convicted(ROLLBACK, found.origin, {"sizes": [*found.sizes], "times": [*found.times]})


def _inadmissible(content: Mapping[int | str, Value], standpoint: Standpoint) -> Convicted:
    found = confirm_inadmissible(parse_statement_evidence(content), standpoint)
    facts: _Facts = {
        "leaf": found.leaf,
        "position": found.position,
        "event": found.name.hex(),
        "reason": found.reason.code,
        "fault": str(found.reason.error),
    }
    return Convicted(INADMISSIBLE, found.origin, facts)


def _act(content: Mapping[int | str, Value], standpoint: Standpoint) -> Convicted:
    found = confirm_act(parse_act_evidence(content), standpoint)
    facts: _Facts = {
        "leaf": found.leaf,
        "position": found.position,
        "event": found.name.hex(),
        "fault": str(found.fault),
    }
    return Convicted(INADMISSIBLE_ACT, found.origin, facts)


def _twice(content: Mapping[int | str, Value], standpoint: Standpoint) -> Convicted:
    found = confirm_twice(parse_twice_evidence(content), standpoint)
    return Convicted(SAID_TWICE, found.origin, {"leaves": [*found.leaves], "reason": found.reason, **found.said})


def _broken_seal(content: Mapping[int | str, Value], standpoint: Standpoint) -> Convicted:
    found = confirm_broken_seal(parse_seal_evidence(content), standpoint)
    reason = found.reason
    return Convicted(
        BROKEN_SEAL, found.origin, {"leaves": [*found.leaves], "reason": reason.code, "fault": str(reason.error)}
    )


def _reasoned(leaf: int, reason: Reason) -> dict[str, int | str | list[int] | list[str]]:
    return {"leaf": leaf, "reason": reason.code, "fault": str(reason.error)}


def _unreadable(content: Mapping[int | str, Value], standpoint: Standpoint) -> Convicted:
    found = confirm_unreadable(parse_unreadable_evidence(content), standpoint)
    facts = _reasoned(found.leaf, found.reason)
    if found.position is not None:
        facts |= {"position": found.position}
    return Convicted(UNREADABLE, found.origin, facts)


def _envelope(content: Mapping[int | str, Value], standpoint: Standpoint) -> Convicted:
    found = confirm_envelope(parse_envelope_evidence(content), standpoint)
    return Convicted(INADMISSIBLE_ENVELOPE, found.origin, _reasoned(found.leaf, found.reason))


def _foreign_seal(content: Mapping[int | str, Value], standpoint: Standpoint) -> Convicted:
    found = confirm_foreign_seal(parse_foreign_seal_evidence(content), standpoint)
    return Convicted(FOREIGN_SEAL, found.origin, _reasoned(found.leaf, found.reason))


_CONFIRMED_BY: dict[str, Callable[[Mapping[int | str, Value], Standpoint], Convicted]] = {
    WRONG_INDEX: _wrong_index,
    ROLLBACK: _rollback,
    INADMISSIBLE: _inadmissible,
    INADMISSIBLE_ACT: _act,
    SAID_TWICE: _twice,
    BROKEN_SEAL: _broken_seal,
    UNREADABLE: _unreadable,
    INADMISSIBLE_ENVELOPE: _envelope,
    FOREIGN_SEAL: _foreign_seal,
}
