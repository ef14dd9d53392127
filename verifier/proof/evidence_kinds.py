"""What an evidence file can be evidence of, and what is confirmed (docs/formats.md, section 17)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from verifier.errors import UnsupportedError
from verifier.primitives.cbor import Value
from verifier.proof import evidence_inadmissible, evidence_index, evidence_rollback, evidence_seal, evidence_twice
from verifier.proof.bundle import parse_file
from verifier.proof.evidence import WORD, confirm_fork, read_fork_evidence
from verifier.proof.evidence_inadmissible import confirm_inadmissible, parse_statement_evidence
from verifier.proof.evidence_index import confirm_wrong_index, parse_index_evidence
from verifier.proof.evidence_rollback import confirm_rollback, parse_rollback_evidence
from verifier.proof.evidence_seal import confirm_broken_seal, parse_seal_evidence
from verifier.proof.evidence_twice import confirm_twice, parse_twice_evidence
from verifier.proof.examination import Standpoint

FORK = "fork"
WRONG_INDEX, ROLLBACK = evidence_index.KIND, evidence_rollback.KIND
INADMISSIBLE = evidence_inadmissible.KIND
SAID_TWICE, BROKEN_SEAL = evidence_twice.KIND, evidence_seal.KIND


@dataclass(frozen=True, slots=True)
class Convicted:
    """What an evidence file proves of a ledger.

    Attributes:
        kind: FORK, WRONG_INDEX, ROLLBACK, INADMISSIBLE, SAID_TWICE or BROKEN_SEAL.
        origin: the ledger.
        facts: what it signed, for people and programs: numbers, and hashes in hex, by name.
    """

    kind: str
    origin: str
    facts: Mapping[str, int | str | list[int] | list[str]]


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
    if kind == WRONG_INDEX:
        return _wrong_index(content, standpoint)
    if kind == ROLLBACK:
        return _rollback(content, standpoint)
    if kind == INADMISSIBLE:
        return _inadmissible(content, standpoint)
    if kind == SAID_TWICE:
        return _twice(content, standpoint)
    if kind == BROKEN_SEAL:
        return _broken_seal(content, standpoint)
    known = f"{FORK}, {WRONG_INDEX}, {ROLLBACK}, {INADMISSIBLE}, {SAID_TWICE} or {BROKEN_SEAL}"
    raise UnsupportedError("evidence kind", came=kind, expected=known)


def _fork(content: Mapping[int | str, Value], standpoint: Standpoint) -> Convicted:
    found = confirm_fork(read_fork_evidence(content), standpoint)
    return Convicted(FORK, found.origin, {"sizes": [*found.sizes], "roots": [root.hex() for root in found.roots]})


def _wrong_index(content: Mapping[int | str, Value], standpoint: Standpoint) -> Convicted:
    found = confirm_wrong_index(parse_index_evidence(content), standpoint)
    facts: dict[str, int | str | list[int] | list[str]] = {
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
    facts: dict[str, int | str | list[int] | list[str]] = {
        "leaf": found.leaf,
        "position": found.position,
        "event": found.name.hex(),
        "reason": found.reason.code,
        "fault": str(found.reason.error),
    }
    return Convicted(INADMISSIBLE, found.origin, facts)


def _twice(content: Mapping[int | str, Value], standpoint: Standpoint) -> Convicted:
    found = confirm_twice(parse_twice_evidence(content), standpoint)
    return Convicted(SAID_TWICE, found.origin, {"leaves": [*found.leaves], "reason": found.reason, **found.said})


def _broken_seal(content: Mapping[int | str, Value], standpoint: Standpoint) -> Convicted:
    found = confirm_broken_seal(parse_seal_evidence(content), standpoint)
    reason = found.reason
    return Convicted(
        BROKEN_SEAL, found.origin, {"leaves": [*found.leaves], "reason": reason.code, "fault": str(reason.error)}
    )
