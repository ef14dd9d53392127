"""A ledger as its charter describes it, walked from the hash that a trust policy pins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from verifier.errors import SuyuanError
from verifier.judgement.registry import Registry
from verifier.ledgerformat.trust_policy import TrustPolicy
from verifier.proof.alone import (
    VerifiedCheckpoint,
    VerifiedReceipt,
    checkpoint_under,
    statement_receipt_under,
)
from verifier.proof.bundle import StatementPart
from verifier.proof.charterfile import parse_charter_file
from verifier.proof.evidence import Commitment, ForkEvidence, confirm_fork, format_fork_evidence
from verifier.proof.evidence_rollback import RollbackEvidence, confirm_rollback, format_rollback_evidence
from verifier.proof.examination import Examination, Standpoint
from verifier.proof.steps.step1_ledger import walk_charter
from verifier.vocabulary import registry_types


@dataclass(frozen=True, slots=True)
class TrustedLedger:
    """What a charter file brought about; nothing in it is the ledger's own word.

    Attributes:
        parts: statement parts of the charters and their approvals.
        standpoint: whom the reader trusts.
        registry: the charters in force, by leaf.
    """

    parts: tuple[StatementPart, ...]
    standpoint: Standpoint
    registry: Registry

    @property
    def origin(self) -> str:
        """Return the ledger's name."""
        return self.registry.charters[-1].origin

    def checkpoint(self, note: bytes) -> VerifiedCheckpoint:
        """Return a checkpoint that this ledger signed; raise VerificationError if it did not."""
        return checkpoint_under(note, self.registry, self.standpoint)

    def receipt(
        self, receipt: bytes, statement: bytes, checkpoint: VerifiedCheckpoint | None = None
    ) -> VerifiedReceipt:
        """Return what a receipt of this ledger says of a statement; raise VerificationError if it is none."""
        return statement_receipt_under(receipt, statement, self.registry, checkpoint)

    def fork_evidence(self, first: Commitment, second: Commitment, path: Sequence[bytes]) -> bytes | None:
        """Return evidence that everybody can confirm; None where the two commitments can both be true.

        Args:
            first: the commitment of the smaller size.
            second: the other one.
            path: whole consistency path between them; empty for equal sizes.
        """
        try:
            confirm_fork(ForkEvidence(self.parts, first, second, b"".join(path)), self.standpoint)
        except SuyuanError:
            return None
        return format_fork_evidence(self.parts, first, second, path)

    def rollback_evidence(self, first: bytes, second: bytes) -> bytes | None:
        """Return evidence that the smaller log (the first note) was signed later; None where it was not."""
        try:
            confirm_rollback(RollbackEvidence(self.parts, first, second), self.standpoint)
        except SuyuanError:
            return None
        return format_rollback_evidence(self.parts, first, second)


def read_charter(data: bytes, policy: TrustPolicy, now: int) -> TrustedLedger:
    """Return the ledger that a charter file describes; `now` in POSIX seconds.

    Raises:
        UntrustedError: it does not begin with the pinned charter, or that was never approved.
    """
    parts = parse_charter_file(data)
    standpoint = Standpoint(policy, now, registry_types())
    return TrustedLedger(parts, standpoint, walk_charter(Examination(standpoint, ()), parts).registry)
