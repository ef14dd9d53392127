"""Records evidence of broken seals, once: `python -m tests.vectors.record_seals`. Nothing is written over.

The files are what a replaying witness makes of logs that are forged under a small zone's keys. `v1/files/seals.json`
says for whom they are confirmed, and what each shows.
"""

import json
import sys
import time
from pathlib import Path

from tests.attacks import test_broken_seal as lies
from tests.attacks.accusing import Accuser
from tests.attacks.forged import Stage, staged
from tests.vectors.recording import record_once
from tests.world import found_world
from verifier.ledgerformat.trust_policy import format_trust_policy
from verifier.proof.evidence_kinds import confirm_evidence

KEPT = {
    "checkpoint-without-a-seal": "a checkpoint without a seal",
    "seal-of-no-block": "a block that ends before it begins",
    "seal-of-seven-members": "a payload of seven members",
    "seal-of-another-ledger": "of another ledger",
    "seal-of-other-leaves": "leaves that it does not cover",
    "seal-without-a-leaf": "a leaf of its block left out",
    "seal-over-a-seal": "a block that holds the one before",
    "seal-behind-another": "another seal before",
    "seal-of-the-same-time": "the same time",
}


def record(root: Path) -> dict[str, bytes]:
    """Return the files by name."""
    world = found_world(root / "zone")
    stage = staged(world, root)
    files = {f"{name}.evidence": stage.convicted(lies.LIES[lie][0](stage))[1] for name, lie in KEPT.items()}
    standpoint, told = world.standpoint(), {}
    for name in KEPT:
        facts = confirm_evidence(files[f"{name}.evidence"], standpoint).facts
        told[name] = {"leaves": facts["leaves"], "reason": facts["reason"]}
    policy = format_trust_policy(standpoint.policy).decode()
    about = {"policy": policy, "time": int(time.time()), "origin": world.ledger.origin, "seals": told}
    files |= acquitted(stage)
    world.ledger.close()
    return files | {"seals.json": (json.dumps(about, indent=1) + "\n").encode()}


def acquitted(stage: Stage) -> dict[str, bytes]:
    """Return files of which nobody is convicted."""
    honest = Accuser(lies.sealed(stage), stage.charter)
    unknown = Accuser(lies.raw(stage, lies.UNKNOWN["another mapping"]), stage.charter)
    broken = Accuser(lies.LIES["leaves that it does not cover"][0](stage), stage.charter)
    before, leaf = stage.size + 2, stage.size + 5
    return {
        "sound-seal.evidence": honest.seal(before, leaf),
        "seal-of-mapping-2.evidence": unknown.seal(leaf),
        "seal-behind-another-broken-one.evidence": broken.seal(before, leaf),
    }


if __name__ == "__main__":
    sys.exit(record_once(record, "seals.json"))
