"""How the agency and its key stand: from proofs that are checked here against the officer's trust policy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ledger.client.client import LedgerClient
from ledger.errors import UnknownError
from ledger.governance.agencies import portray
from ledger.governance.fetching import fetch_evidence, read_evidence
from ledger.governance.own import disputes_of_own
from verifier.judgement.participants import key_subject
from verifier.ledgerformat.trust_policy import TrustPolicy
from verifier.proof.alone import VerifiedCheckpoint, verify_checkpoint
from verifier.proof.charterfile import parse_charter_file
from verifier.proof.examination import Standpoint
from verifier.vocabulary import registry_types


@dataclass(frozen=True, slots=True)
class Cosigner:
    """A witness that the charter names, and the newest size that it is known to have cosigned; None for none."""

    name: str
    size: int | None
    time: int | None


@dataclass(frozen=True, slots=True)
class Standing:
    """How things stand at the newest leaf that the ledger published.

    Attributes:
        names: of the agency, by language; empty where it was never admitted.
        agency: `admitted`, `suspended`, `revoked`, `succeeded` or `unknown`.
        key: `valid`, `not-yet`, `expired`, `suspended`, `revoked`, or `unknown` where the agency holds no such key.
        disputed: whether what the key signs now would be disputed at once: its registration, say, was.
        origin: the ledger.
        published: leaves of its newest checkpoint.
        recorded: leaves of the newest with a quorum; None before there is one.
        quorum_time: POSIX seconds of that one's newest cosignature; None without witnesses.
        cosigners: the charter's witnesses, by name.
    """

    names: Mapping[str, str]
    agency: str
    key: str
    disputed: bool
    origin: str
    published: int
    recorded: int | None
    quorum_time: int | None
    cosigners: tuple[Cosigner, ...]


def look_around(client: LedgerClient, policy: TrustPolicy, *, agency: str, kid: bytes, now: int) -> Standing:
    """Return how things stand; `now` in milliseconds since 1970.

    Raises:
        UntrustedError: it is not the ledger that the policy pins.
        SuyuanError: what does not verify, or what the service answered.
    """
    evidence = fetch_evidence(client, policy, [agency, key_subject(kid)])
    state = read_evidence(evidence, policy, now)
    portrait = portray(agency, state)
    held = next((each.word for each in portrait.keys if each.key.key.kid == kid and each.key.use == "statement"), None)
    standpoint = Standpoint(policy, now // 1000, registry_types())
    parts = parse_charter_file(evidence.charter)
    newest = verify_checkpoint(evidence.checkpoint, parts, standpoint)
    try:
        recorded = verify_checkpoint(client.checkpoint(quorum=True), parts, standpoint)
    except UnknownError:
        recorded = None  # no quorum yet, since the founding
    seen, lines = ((newest, recorded), recorded.cosignatures) if recorded else ((newest,), ())
    witnesses = {each.name for each in state.replay.registry.charter_at(state.size).policy.keys}
    return Standing(
        names=portrait.stated.names if portrait.stated else {},
        agency=portrait.word,
        key=held or "unknown",
        disputed=bool(disputes_of_own(agency, kid, state)),
        origin=newest.checkpoint.origin,
        published=newest.checkpoint.size,
        recorded=recorded.checkpoint.size if recorded and recorded.quorum else None,
        quorum_time=max((each.time for each in lines if each.time is not None), default=None),
        cosigners=tuple(_cosigner(name, *seen) for name in sorted(witnesses - {newest.checkpoint.origin})),
    )


def _cosigner(name: str, *seen: VerifiedCheckpoint) -> Cosigner:
    found = [
        (checkpoint.checkpoint.size, line.time)
        for checkpoint in seen
        for line in checkpoint.cosignatures
        if line.key.name == name
    ]
    size, time = max(found, default=(None, None), key=lambda each: each[0])
    return Cosigner(name, size, time)
