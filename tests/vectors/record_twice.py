"""Records evidence of what a log says twice, once: `python -m tests.vectors.record_twice`. Nothing is written over.

The files are what a replaying witness makes of logs that are forged under a small zone's keys. `v1/files/twice.json`
says for whom they are confirmed, and what each shows.
"""

import json
import sys
import time
from itertools import combinations
from pathlib import Path

from tests.attacks import test_said_twice as lies
from tests.attacks.accusing import Accuser
from tests.attacks.forged import staged
from tests.vectors.recording import record_once
from tests.world import found_world
from verifier.ledgerformat.trust_policy import format_trust_policy
from verifier.proof.evidence_kinds import confirm_evidence

KEPT = {
    "number-twice": lies.overlapping,
    "statement-twice": lies.again,
    "id-twice": lies.id_again,
    "id-twice-in-a-batch": lies.id_in_one_batch,
}


def record(root: Path) -> dict[str, bytes]:
    """Return the files by name."""
    world = found_world(root / "zone")
    stage = staged(world, root)
    files = {f"{name}.evidence": stage.convicted(stage.forged(*tell(stage)))[1] for name, tell in KEPT.items()}
    honest = Accuser(stage.source, stage.charter)
    *_, pair = (each for each in combinations(honest.statements, 2) if len({honest.kid(leaf) for leaf in each}) == 1)
    files["said-once.evidence"] = honest.twice(*pair)
    named = Accuser(lies.in_anothers_name(stage), stage.charter)
    files["id-in-anothers-name.evidence"] = named.twice(*named.statements[-2:])
    standpoint, told = world.standpoint(), {}
    for name in KEPT:
        told[name] = dict(confirm_evidence(files[f"{name}.evidence"], standpoint).facts)
    policy = format_trust_policy(standpoint.policy).decode()
    about = {"policy": policy, "time": int(time.time()), "origin": world.ledger.origin, "twice": told}
    world.ledger.close()
    return files | {"twice.json": (json.dumps(about, indent=1) + "\n").encode()}


if __name__ == "__main__":
    sys.exit(record_once(record, "twice.json"))
