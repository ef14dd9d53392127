"""Records proofs of histories and windows, once: `python -m tests.vectors.record_histories`. Nothing is written over.

A zone of its own: a set whose members are reconciled, and a unit that was inside another for a while. `v1/files/
histories.json` says for whom it is proved, and what its tellers know to lie outside the story.
"""

import json
import sys
import time
from pathlib import Path

from ledger.compose.event import Draft
from tests.vectors.recording import record_once
from tests.verifier.proof.registers import (
    SEEN,
    SET,
    enter,
    found_registers,
    load,
    proof_of,
    reconcile,
    unload,
)
from tests.world import UNIT, now
from verifier.ledgerformat.trust_policy import format_trust_policy
from verifier.proof.traceproof import format_trace_proof

CONTAINER = "https://id.gs1.org/00/069012345000000028"
BEFORE = 5


def record(folder: Path) -> dict[str, bytes]:
    """Return the files by name."""
    world = found_registers(folder)
    enter(world, SET, count=BEFORE)
    reconcile(world, BEFORE)
    enter(world, SET, count=2)
    files = {"members.trace": proof_of(world), "members-since.trace": proof_of(world, since=BEFORE)}
    files["claims-absent.trace"] = proof_of(world, kind="claim")
    seen = []
    for step in range(4):
        seen += world.say("carrier", Draft(SEEN, now(), {"unit": UNIT if not step else CONTAINER}))
        if step == 1:
            loaded = load(world, UNIT, CONTAINER)
        if step == 2:
            unload(world, loaded)
    files["inside.trace"] = proof_of(world, UNIT, kind="public")
    policy = format_trust_policy(world.standpoint().policy).decode()
    about = {"policy": policy, "time": int(time.time()), "outside": [seen[1].name.hex(), seen[3].name.hex()]}
    world.ledger.close()
    spelt = {name: format_trace_proof(proof) for name, proof in files.items()}
    return spelt | {"histories.json": (json.dumps(about, indent=1) + "\n").encode()}


if __name__ == "__main__":
    sys.exit(record_once(record, "histories.json"))
