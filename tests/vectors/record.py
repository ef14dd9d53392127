"""Records whole proof files once: `python -m tests.vectors.record`. What is recorded is never written over.

A zone is founded on a real ledger, with keys that nobody keeps; one parcel's life is told in it; what the ledger
then gives out lies in `v1/files/`, and `v1/files/zone.json` says for whom it is proved. The recipes of proof files
start from these bytes. Whoever needs another file adds another zone.
"""

import json
import sys
import time
from dataclasses import replace
from pathlib import Path

from ledger.compose.event import Draft
from ledger.prove.log import Leaves, consistency_path, inclusion_path, root_at
from tests.vectors.recording import record_once
from tests.world import DECLARATION, ITEM, ORDER, ORIGIN, UNIT, World, found_world, now, parcel_story
from verifier.ledgerformat.receipt import format_receipt
from verifier.ledgerformat.trust_policy import format_trust_policy
from verifier.primitives.checkpoint import Checkpoint, parse_signed_checkpoint
from verifier.primitives.merkle import leaf_hash, tree_root
from verifier.proof.charterfile import parse_charter_file
from verifier.proof.evidence import CheckpointCommitment, Commitment, ReceiptCommitment, format_fork_evidence

HAZARD = {"hazard": {"zh": "示例危害", "en": "Example hazard"}, "advice": {"zh": "停止使用", "en": "Do not use"}}


def tell(world: World, *, until: str) -> None:
    """Go on with the parcel's story, up to the step named `until`."""
    for name, who, draft in parcel_story(world):
        if name in world.events:
            continue
        said = draft(world.events) if callable(draft) else draft
        if name == "list":
            firm = world.cast[who].uri.rpartition(":")[2]
            said = replace(said, subjects=said.subjects | {"month": f"urn:suyuan:set:lists:{firm}:2026-11"})
        (world.events[name],) = world.say(who, said)
        if name == until:
            return


def traces(world: World) -> dict[str, bytes]:
    """Return traces of every outcome that an honest ledger can give, while the story goes on."""
    files = {"absent.trace": world.trace(ITEM)}
    tell(world, until="release")
    files["not-recognised.trace"] = world.trace(DECLARATION)
    tell(world, until="return closed")
    files["item.trace"] = world.trace(ITEM)
    files["parties.trace"] = world.trace(ORDER, walk="parties")
    departing = world.events["departing"].name
    files["departing.event"] = world.ledger.prover.event(departing)
    world.say("market", Draft("aftersales.recall", now(), {"goods": [ITEM]}, HAZARD))
    files["recalled.trace"] = world.trace(ITEM)
    world.say("carrier", *[Draft("transport.object", now(), {"epcs": [UNIT]}, {"action": "OBSERVE"})] * 3)
    files["unit.trace"] = world.trace(UNIT)
    return files


def forks(world: World) -> dict[str, bytes]:
    """Return evidence of a ledger that signed what cannot all be true."""
    charter = parse_charter_file(world.ledger.prover.charter_file())
    newest = world.ledger.prover.checkpoint(quorum=True)
    size, seconds = parse_signed_checkpoint(newest)[0].size, int(time.time())
    with world.ledger.sources() as sources:
        hashes = [leaf_hash(entry) for entry in sources.reader.entries(0, size)]
    log, older = Leaves(hashes), 8
    lie = [*hashes[: older - 1], leaf_hash(b"another history")]
    note = world.keys.sign_checkpoint(Checkpoint(ORIGIN, older, tree_root(lie)), seconds)
    wrong = world.keys.sign_checkpoint(Checkpoint(ORIGIN, size, tree_root([*hashes[:-1], lie[-1]])), seconds)
    header, signature = world.keys.sign_receipts(Checkpoint(ORIGIN, older, tree_root(lie)), seconds)
    promised = format_receipt(
        protected=header, signature=signature, size=older, index=2, path=inclusion_path(Leaves(lie), 2, older)
    )
    path = consistency_path(log, older, size, whole=True)
    first, second = CheckpointCommitment(note), CheckpointCommitment(newest)
    receipt: Commitment = ReceiptCommitment(promised, hashes[2])
    assert root_at(log, size) == tree_root(hashes)
    return {
        "two-checkpoints.evidence": format_fork_evidence(charter, first, second, path),
        "receipt-and-checkpoint.evidence": format_fork_evidence(charter, receipt, second, path),
        "one-size.evidence": format_fork_evidence(charter, CheckpointCommitment(wrong), second),
    }


def record(folder: Path) -> dict[str, bytes]:
    """Return what a new zone gives out, by the files' names."""
    world = found_world(folder)
    files = traces(world) | forks(world) | {"zone.charter": world.ledger.prover.charter_file()}
    zone = {"policy": format_trust_policy(world.standpoint().policy).decode(), "time": int(time.time())}
    names = {name: event.name.hex() for name, event in world.events.items()}
    world.ledger.close()
    return files | {"zone.json": (json.dumps(zone | {"events": names}, indent=1) + "\n").encode()}


if __name__ == "__main__":
    sys.exit(record_once(record, "zone.json"))
