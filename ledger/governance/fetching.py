"""Asking a service for what a ceremony is judged by. What comes back is checked by `ledger.governance.state`."""

from __future__ import annotations

from collections.abc import Sequence

from ledger.client.client import LedgerClient
from ledger.governance.proposing import Evidence
from ledger.governance.state import RegistryState, read_state
from verifier.ledgerformat.trust_policy import TrustPolicy


def fetch_evidence(client: LedgerClient, policy: TrustPolicy, subjects: Sequence[str] = ()) -> Evidence:
    """Return charter file, proofs of some subjects, and the published checkpoint, in this order: it covers them all."""
    proofs = tuple(client.trace(each) for each in subjects)
    charter = client.charter()
    return Evidence(policy.charter, charter, proofs, client.checkpoint())


def read_evidence(evidence: Evidence, policy: TrustPolicy, now: int) -> RegistryState:
    """Return the state that evidence shows; `now` in milliseconds since 1970."""
    return read_state(evidence.charter, evidence.registry, evidence.checkpoint, policy=policy, now=now)
