"""Records evidence against ledgers that lied, once: `python -m tests.vectors.record_lies`. Nothing is written over.

A zone of its own, whose ledger records what could not be said and signs a smaller log later. `v1/files/lies.json`
says for whom it is confirmed, and where each lie stands.
"""

import json
import sys
import time
from pathlib import Path

import pytest

from ledger.prove.log import Leaves, root_at
from tests.attacks.test_inadmissible_statements import lies
from tests.ledger.client.serving import Service
from tests.ledger.witness.replay.conftest import Replaying
from tests.ledger.witness.replay.prosecuting import accuse
from tests.vectors.recording import record_once
from tests.world import ORIGIN, found_world, tell_parcel
from verifier.ledgerformat.trust_policy import format_trust_policy
from verifier.primitives.checkpoint import Checkpoint, parse_signed_checkpoint
from verifier.primitives.merkle import leaf_hash
from verifier.proof.charterfile import parse_charter_file
from verifier.proof.evidence_rollback import format_rollback_evidence

KEPT = {
    "an unknown key": "unknown-key",
    "another's key": "anothers-key",
    "a forged signature": "forged-signature",
    "links of another body": "links-of-another-body",
    "no mandate": "no-mandate",
    "a type out of scope": "type-out-of-scope",
    "a revoked key": "revoked-key",
}


def record(root: Path) -> dict[str, bytes]:
    """Return the files by name."""
    world = found_world(root / "zone")
    tell_parcel(world)
    service = Service(world.ledger)
    with pytest.MonkeyPatch.context() as patch:
        told = {lie.leaf: (KEPT[name], lie.reason) for name, lie in lies(world, patch).items() if name in KEPT}
        accused = accuse(Replaying(world, service, root), patch, lambda _, leaf: leaf in told)
    files = {f"{told[each.where.leaf][0]}.evidence": each.data for each in accused}
    newest, seconds = parse_signed_checkpoint(world.ledger.prover.checkpoint())[0], int(time.time())
    with world.ledger.sources() as sources:
        log = Leaves([leaf_hash(entry) for entry in sources.reader.entries(0, newest.size)])
    notes = [
        world.keys.sign_checkpoint(Checkpoint(ORIGIN, size, root_at(log, size)), at)
        for size, at in ((8, seconds), (newest.size, seconds - 60))
    ]
    charter = parse_charter_file(world.ledger.prover.charter_file())
    files["rollback.evidence"] = format_rollback_evidence(charter, *notes)
    said = {name: {"leaf": leaf, "reason": reason} for leaf, (name, reason) in told.items()}
    rollback = {"sizes": [8, newest.size], "times": [seconds, seconds - 60]}
    policy = format_trust_policy(world.standpoint().policy).decode()
    about = {"policy": policy, "time": seconds, "origin": ORIGIN, "statements": said, "rollback": rollback}
    service.close()
    world.ledger.close()
    return files | {"lies.json": (json.dumps(about, indent=1) + "\n").encode()}


if __name__ == "__main__":
    sys.exit(record_once(record, "lies.json"))
