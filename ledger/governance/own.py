"""Whether what a key signs now would be disputed at once: its holder is told before it signs (formats, section 14)."""

from __future__ import annotations

from ledger.client.client import LedgerClient
from ledger.governance.fetching import fetch_evidence, read_evidence
from ledger.governance.state import RegistryState
from verifier.judgement.participants import key_subject
from verifier.judgement.standing import Dispute, Standing
from verifier.ledgerformat.event import Event
from verifier.ledgerformat.head import Head
from verifier.ledgerformat.trust_policy import TrustPolicy

_ANY = "endorsement.acknowledged"  # any type that is not the registry's rests on the same


def look_at_own(client: LedgerClient, policy: TrustPolicy, *, agency: str, kid: bytes, now: int) -> tuple[Dispute, ...]:
    """Return what would dispute a statement of an agency under its key; nothing where it would stand.

    From proofs that are checked here; `now` in milliseconds since 1970.

    Raises:
        SuyuanError: what does not verify, or what the service answered.
    """
    evidence = fetch_evidence(client, policy, [agency, key_subject(kid)])
    return disputes_of_own(agency, kid, read_evidence(evidence, policy, now))


def disputes_of_own(agency: str, kid: bytes, state: RegistryState) -> tuple[Dispute, ...]:
    """Return the same by a registry whose histories of agency and key are whole."""
    head = Head(_ANY, bytes(16), agency, state.time, (), bytes(32))
    said = Event(bytes(32), state.size, 0, head, None, kid)
    return Standing(state.replay.registry).disputes(said, state.time)
