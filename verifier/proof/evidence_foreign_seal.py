"""Evidence of a foreign seal: one that the key of the charter in force there did not sign (formats, section 17).

Which charter is in force follows from the ledger's own registry history, which the file shows whole, as an index of the
log has it: nobody can leave the newest one out. The seals themselves are believed as entries of the log only; nothing
else is asked of them, since one of them is accused.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from verifier.errors import BadSignatureError, InconsistentError, MismatchError
from verifier.judgement.registry import Registry
from verifier.ledgerformat.index import IndexProof, parse_index_proof
from verifier.ledgerformat.seal import parse_seal_header
from verifier.primitives.cbor import Value
from verifier.proof.bundle import (
    Headers,
    SealPart,
    StatementPart,
    format_file,
    parse_seals,
    parse_statements,
    require_bytes,
    require_labels,
)
from verifier.proof.evidence import WORD, established, verified_checkpoint
from verifier.proof.evidence_reasons import KEY, SIGNATURE, Reason
from verifier.proof.evidence_registry import replay_before, require_logged
from verifier.proof.evidence_resting import resting_members
from verifier.proof.examination import Examination, Standpoint
from verifier.proof.steps.step1_ledger import walk_charter
from verifier.proof.steps.step3_sealed import require_order_of_seals

KIND = "foreign seal"
REASONS = (KEY, SIGNATURE)


@dataclass(frozen=True, slots=True)
class ForeignSealEvidence:
    """Evidence of a foreign seal. Parsed, not confirmed.

    Attributes:
        charter: statement parts of the charters and their approvals.
        checkpoint: the signed note's bytes.
        seals: the seals that cover what the registry part shows, the last one, and the one that is accused.
        registry: statement parts of the ledger's registry history, and of what these rest on.
        proof: of these histories, under the root of the last seal.
        path: shared path in the log.
    """

    charter: tuple[StatementPart, ...]
    checkpoint: bytes
    seals: tuple[SealPart, ...]
    registry: tuple[StatementPart, ...]
    proof: IndexProof
    path: bytes


@dataclass(frozen=True, slots=True)
class ForeignSeal:
    """A foreign seal that was confirmed: the ledger, where it stands, and what is foreign about it."""

    origin: str
    leaf: int
    reason: Reason


def parse_foreign_seal_evidence(content: Mapping[int | str, Value]) -> ForeignSealEvidence:
    """Return the evidence that the content of a file spells."""
    require_labels(content, {3, 4, 5, 6, 7, 10, 13, 16}, set(), WORD)
    headers = Headers(content[4], "headers")
    seals = parse_seals(content[5], headers)
    charter = parse_statements(content[6], headers, "charter")
    registry = parse_statements(content[16], headers, "registry")
    headers.require_all_used()
    return ForeignSealEvidence(
        charter,
        require_bytes(content[3], "checkpoint"),
        seals,
        registry,
        parse_index_proof(content[7]),
        require_bytes(content[10], "log path"),
    )


def format_foreign_seal_evidence(evidence: ForeignSealEvidence) -> bytes:
    """Return the file's bytes."""
    return format_file(WORD, resting_members(evidence, KIND))


def confirm_foreign_seal(evidence: ForeignSealEvidence, standpoint: Standpoint) -> ForeignSeal:
    """Return the first seal that is not under the key of its charter, once it is certain that the ledger recorded it.

    Raises:
        UntrustedError: not of the ledger that the policy pins, or not signed by it.
        InconsistentError: every seal is its charter's: this is no evidence.
        MalformedError: a seal whose header is none: that is evidence of another kind.
        VerificationError: the file does not hold together.
    """
    _, known = established(evidence.charter, standpoint)
    checkpoint = verified_checkpoint(evidence.checkpoint, known.charters)
    found = Examination(standpoint, evidence.seals)
    found.charters = walk_charter(found, evidence.registry)
    require_order_of_seals(evidence.seals)
    require_logged(found, checkpoint, evidence.registry, evidence.seals, path=evidence.path)
    last = found.newest_seal.covered
    replay = replay_before(found, evidence.registry, last, evidence.proof, answered={})
    accused = next(((each.leaf, why) for each in evidence.seals if (why := foreign(each, replay.registry))), None)
    if accused is None:
        raise InconsistentError("seals", came="seals under their charters' keys", expected="another: no evidence")
    covering = {found.seal_of(part.leaf).covered for part in evidence.registry} | {last, accused[0]}
    if covering != {part.leaf for part in evidence.seals}:
        raise MismatchError("seals", came="others", expected="the covering ones, the last, and the one that is accused")
    return ForeignSeal(known.charters[-1].origin, *accused)


def foreign(part: SealPart, registry: Registry) -> Reason | None:
    """Return why a seal is not its charter's, None where it is; `registry` holds the charter in force at its leaf."""
    charter = registry.charter_at(part.leaf)
    alg, kid, _ = parse_seal_header(part.signed.protected)
    if (alg, kid) != (charter.seal.alg, charter.seal.kid):
        expected = f"{charter.seal.kid.hex()}, of charter version {charter.version}"
        return Reason(KEY, MismatchError("seal.kid", came=kid, expected=expected))
    try:
        part.signed.verify(charter.seal, charter.origin)
    except BadSignatureError as error:
        return Reason(SIGNATURE, error)
    return None
