"""Evidence that rests on the registry alone: of an inadmissible hash envelope, and of a foreign seal."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from ledger.prove.log import Subtrees, shared_path
from ledger.witness.replay.lies import Conviction
from ledger.witness.replay.past import Past
from ledger.witness.replay.standing import Sealed, Standing
from verifier.errors import IncompleteError
from verifier.ledgerformat.index import IndexProof
from verifier.ledgerformat.statement import Envelope
from verifier.proof.bundle import SealPart, StatementPart
from verifier.proof.evidence_envelope import EnvelopeEvidence, format_envelope_evidence, subjects_behind
from verifier.proof.evidence_foreign_seal import ForeignSealEvidence, format_foreign_seal_evidence


def convict_envelope(
    past: Past, blocks: Sequence[Sealed], leaf: int, *, note: bytes, tree: Subtrees, size: int
) -> Conviction:
    """Return what makes evidence of an inadmissible hash envelope.

    Args:
        past: the state that the database holds; it is used up.
        blocks: all behind that, the envelope's last.
        leaf: where it stands.
        note: the checkpoint, as the ledger signed it.
        tree: of that checkpoint.
        size: of that checkpoint.

    Raises:
        IncompleteError: what stands there is no hash envelope.
        InconsistentError: the seal is over another index: that is what the ledger is convicted of.
    """
    taken = next((each for each in blocks[-1].taken if each.leaf == leaf), None)
    if taken is None or not isinstance(taken.parsed, Envelope):
        raise IncompleteError("evidence", came="another entry", expected="a hash envelope in this block")
    registry, proof, seals = _rests(Standing(past, blocks, leaf), subjects_behind(taken.parsed), [leaf])
    shown = EnvelopeEvidence((), note, seals, leaf, taken.entry, registry, proof, b"")
    evidence = replace(shown, path=shared_path(tree, size, {leaf, *_leaves(registry, seals)}))
    return lambda charter: format_envelope_evidence(replace(evidence, charter=tuple(charter)))


def convict_foreign_seal(
    past: Past, blocks: Sequence[Sealed], leaf: int, *, note: bytes, tree: Subtrees, size: int
) -> Conviction:
    """Return what makes evidence of a seal that its charter's key did not sign; arguments as for `convict_envelope`.

    The last block is that of the seal, or one behind it: the first with a charter in force.
    """
    standing = Standing(past, blocks, blocks[-1].signed.seal.covered)
    registry, proof, seals = _rests(standing, (), [leaf])
    evidence = ForeignSealEvidence((), note, seals, registry, proof, shared_path(tree, size, _leaves(registry, seals)))
    return lambda charter: format_foreign_seal_evidence(replace(evidence, charter=tuple(charter)))


def _rests(
    standing: Standing, also: Collection[str], leaves: Iterable[int]
) -> tuple[tuple[StatementPart, ...], IndexProof, tuple[SealPart, ...]]:
    """Return the ledger's registry history with those of further subjects and what they rest on, proof, and seals.

    The seals cover these and further leaves.
    """
    needs = standing.needs(also=also)
    registry = standing.parts({event.place for history in needs.values() for event in history})
    return registry, standing.prove(needs), standing.seals([*(part.leaf for part in registry), *leaves])


def _leaves(registry: Iterable[StatementPart], seals: Iterable[SealPart]) -> set[int]:
    return {part.leaf for part in registry} | {part.leaf for part in seals}
