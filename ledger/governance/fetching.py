"""Asking a service for what a ceremony is judged by. What comes back is checked by `ledger.governance.state`."""

from __future__ import annotations

from collections.abc import Sequence

from ledger.client.client import LedgerClient
from ledger.governance.proposing import Evidence
from ledger.governance.state import REGISTRY_WALK, RegistryState, read_state
from verifier.errors import MismatchError
from verifier.ledgerformat.trust_policy import TrustPolicy
from verifier.proof.traceproof import parse_trace_proof


def fetch_evidence(client: LedgerClient, policy: TrustPolicy, subjects: Sequence[str] = ()) -> Evidence:
    """Return charter file, proofs of some subjects, and the published checkpoint, in this order: it covers them all.

    Raises:
        MismatchError: a proof of another subject: it would say nothing of the one that was asked for.
    """
    proofs = []
    for subject in dict.fromkeys(subjects):
        proofs.append(client.trace(subject, walk=REGISTRY_WALK))
        if (came := parse_trace_proof(proofs[-1]).subject) != subject:
            raise MismatchError("proof.subject", came=came, expected=subject)
    charter = client.charter()
    return Evidence(policy.charter, charter, tuple(proofs), client.checkpoint())


def read_evidence(evidence: Evidence, policy: TrustPolicy, now: int) -> RegistryState:
    """Return the state that evidence shows; `now` in milliseconds since 1970."""
    return read_state(evidence.charter, evidence.registry, evidence.checkpoint, policy=policy, now=now)
