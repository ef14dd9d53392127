"""Evidence of an inadmissible hash envelope: one that its key could not sign where it stands (formats, section 17).

An envelope rests on the registry alone: on the histories of ledger, issuer and key, which the file shows whole as the
seal of its own block has them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from verifier.errors import (
    InconsistentError,
    MalformedError,
    MismatchError,
    NotPermittedError,
    SuyuanError,
    UnsupportedError,
)
from verifier.judgement.participants import key_subject
from verifier.judgement.phase import require_phase_of
from verifier.judgement.replay import Replay
from verifier.judgement.rights import require_note_right
from verifier.ledgerformat.index import IndexProof, parse_index_proof
from verifier.ledgerformat.statement import Envelope, parse_entry
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
    require_list,
    require_number,
)
from verifier.proof.evidence import WORD, established, verified_checkpoint
from verifier.proof.evidence_reasons import AUDIENCE, HOLDER, KEY, PHASE, RIGHT, SIGNATURE, Reason
from verifier.proof.evidence_registry import replay_before, require_logged, require_seals
from verifier.proof.evidence_resting import resting_members
from verifier.proof.examination import Examination, Standpoint

KIND = "inadmissible envelope"
REASONS = (PHASE, HOLDER, KEY, AUDIENCE, SIGNATURE, RIGHT)


@dataclass(frozen=True, slots=True)
class EnvelopeEvidence:
    """Evidence of an inadmissible hash envelope. Parsed, not confirmed.

    Attributes:
        charter: statement parts of the charters and their approvals.
        checkpoint: the signed note's bytes.
        seals: the seals that cover what the registry part shows, and last that of the envelope's block.
        leaf: where the envelope stands.
        entry: its bytes.
        registry: statement parts of the registry histories that it rests on.
        proof: of these histories, under the root of the last seal.
        path: shared path in the log.
    """

    charter: tuple[StatementPart, ...]
    checkpoint: bytes
    seals: tuple[SealPart, ...]
    leaf: int
    entry: bytes
    registry: tuple[StatementPart, ...]
    proof: IndexProof
    path: bytes


@dataclass(frozen=True, slots=True)
class InadmissibleEnvelope:
    """An inadmissible hash envelope that was confirmed: the ledger, where it stands, and why it could not."""

    origin: str
    leaf: int
    reason: Reason


def parse_envelope_evidence(content: Mapping[int | str, Value]) -> EnvelopeEvidence:
    """Return the evidence that the content of a file spells."""
    require_labels(content, {3, 4, 5, 6, 7, 10, 13, 15, 16}, set(), WORD)
    headers = Headers(content[4], "headers")
    seals = parse_seals(content[5], headers)
    charter = parse_statements(content[6], headers, "charter")
    registry = parse_statements(content[16], headers, "registry")
    headers.require_all_used()
    ((leaf, entry),) = [require_list(each, "entry", 2) for each in require_list(content[15], "entries", 1)]
    return EnvelopeEvidence(
        charter,
        require_bytes(content[3], "checkpoint"),
        seals,
        require_number(leaf, "entry.leaf"),
        require_bytes(entry, "entry"),
        registry,
        parse_index_proof(content[7]),
        require_bytes(content[10], "log path"),
    )


def format_envelope_evidence(evidence: EnvelopeEvidence) -> bytes:
    """Return the file's bytes."""
    return format_file(WORD, resting_members(evidence, KIND) | {15: [[evidence.leaf, evidence.entry]]})


def confirm_envelope(evidence: EnvelopeEvidence, standpoint: Standpoint) -> InadmissibleEnvelope:
    """Return why a hash envelope could not stand where it stands, once it is certain that the ledger recorded it there.

    Raises:
        UntrustedError: not of the ledger that the policy pins, or not signed by it.
        InconsistentError: nothing speaks against the envelope: this is no evidence.
        VerificationError: the file does not hold together.
    """
    charters, registry = established(evidence.charter, standpoint)
    checkpoint = verified_checkpoint(evidence.checkpoint, registry.charters)
    envelope = parse_entry(evidence.entry, "entry")
    if not isinstance(envelope, Envelope):
        raise MalformedError("entries", came="a statement over a batch", expected="a hash envelope")
    found = Examination(standpoint, evidence.seals, charters=charters.charters)
    seal = require_seals(found, evidence.registry, evidence.leaf)
    entries = {evidence.leaf: evidence.entry}
    require_logged(found, checkpoint, evidence.registry, evidence.seals, path=evidence.path, entries=entries)
    also = subjects_behind(envelope)
    replay = replay_before(found, evidence.registry, evidence.leaf, evidence.proof, answered={}, also=also)
    reason = reason_against_envelope(envelope, evidence.leaf, replay=replay, time=seal.time)
    if reason is None:
        raise InconsistentError("entries", came="what could be said there", expected="a reason: no evidence")
    return InadmissibleEnvelope(registry.charters[-1].origin, evidence.leaf, reason)


def subjects_behind(envelope: Envelope) -> tuple[str, str]:
    """Return the subjects on whose registry histories an envelope rests, besides the ledger: its issuer and its key."""
    return envelope.header.issuer, key_subject(envelope.header.kid)


def reason_against_envelope(envelope: Envelope, leaf: int, *, replay: Replay, time: int) -> Reason | None:
    """Return the first reason why a hash envelope could not be recorded at a leaf, None where there is none.

    Args:
        envelope: the envelope.
        leaf: where it stands.
        replay: the registry before it, whole as far as it rests on it.
        time: ledger time of the leaf.

    Raises:
        UnsupportedError: the key is of an algorithm that this verifier cannot check.
    """
    for code, require in _RULES:
        try:
            require(envelope, leaf, replay, time)
        except UnsupportedError:
            raise
        except SuyuanError as error:
            return Reason(code, error)
    return None


def _require_phase(_: Envelope, leaf: int, replay: Replay, time: int) -> None:
    require_phase_of((), leaf, replay=replay, time=time)


def _require_holder(envelope: Envelope, leaf: int, replay: Replay, _: int) -> None:
    """Ask for the holder of a registered key, valid or not: of anybody else's key no holder's history is shown."""
    kid, registry = envelope.header.kid, replay.registry
    known = registry.key(kid)
    if known and known.holder != envelope.header.issuer and not replay.root_key(kid, leaf):
        raise NotPermittedError("statement.iss", came=envelope.header.issuer, expected=f"{known.holder}, its holder")


def _require_key(envelope: Envelope, leaf: int, replay: Replay, time: int) -> None:
    signer = replay.signer_at(envelope.header.kid, leaf, time)
    if envelope.header.issuer != signer.holder:
        expected = f"{signer.holder}, who holds this key"
        raise NotPermittedError("statement.iss", came=envelope.header.issuer, expected=expected)


def _require_audience(envelope: Envelope, _: int, replay: Replay, __: int) -> None:
    founding = replay.founding
    if founding is None or founding.origin not in envelope.header.audience:
        raise MismatchError("statement.aud", came=envelope.header.audience, expected="this ledger among them")


def _require_signature(envelope: Envelope, leaf: int, replay: Replay, time: int) -> None:
    envelope.verify(replay.signer_at(envelope.header.kid, leaf, time).key)


def _require_right(envelope: Envelope, leaf: int, replay: Replay, time: int) -> None:
    signer = replay.signer_at(envelope.header.kid, leaf, time)
    require_note_right(signer.registered, envelope.header.subject)


_RULES = (
    (PHASE, _require_phase),
    (HOLDER, _require_holder),
    (KEY, _require_key),
    (AUDIENCE, _require_audience),
    (SIGNATURE, _require_signature),
    (RIGHT, _require_right),
)
