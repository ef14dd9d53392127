"""Records evidence of wrong indexes, once: `python -m tests.vectors.record_indexes`. Nothing is written over.

The files are what a replaying witness keeps of ledgers whose index passes over what joins one history.
`v1/files/indexes.json` says for whom each is confirmed, and what it shows.
"""

import json
import sys
import time
from pathlib import Path

import pytest

from ledger.witness.replay.lies import WRONG_INDEX
from tests.attacks.test_lying_ledger import leave_out, recall, sighting
from tests.attacks.watching import watched
from tests.vectors.recording import record_once
from tests.world import PRODUCT, UNIT, World, found_world
from verifier.ledgerformat.trust_policy import format_trust_policy
from verifier.proof.evidence_kinds import confirm_evidence

KEPT = {  # of which history an event is left out, how often it is said, and what
    "event-left-out": ("trace", UNIT, 2, lambda world: world.say("carrier", sighting(world))),
    "history-left-out": ("trace", UNIT, 1, lambda world: world.say("carrier", sighting(world))),
    "recall-left-out": ("recall", PRODUCT, 1, lambda world: world.say("market", recall())),
}


def record(root: Path) -> dict[str, bytes]:
    """Return the files by name."""
    files, told = {}, {}
    for name, (kind, subject, times, tell) in KEPT.items():
        world = found_world(root / name)
        with pytest.MonkeyPatch.context() as patching, watched(world, root / name / "witness") as watch:
            for _ in range(times - 1):
                tell(world)
            watch.look()
            leave_out(patching, kind, subject)
            tell(world)
            (file,) = (Path(each) for each in watch.caught(WRONG_INDEX) if each.endswith(".evidence"))
            files[f"{name}.evidence"] = file.read_bytes()
            told[name] = said(world, file.read_bytes())
        world.ledger.close()
    return files | {"indexes.json": (json.dumps(told, indent=1) + "\n").encode()}


def said(world: World, file: bytes) -> dict[str, object]:
    """Return for whom a file is confirmed, and what it shows."""
    standpoint = world.standpoint()
    found = confirm_evidence(file, standpoint)
    policy = format_trust_policy(standpoint.policy).decode()
    return {"policy": policy, "at": int(time.time()), "facts": {"origin": found.origin, **found.facts}}


if __name__ == "__main__":
    sys.exit(record_once(record, "indexes.json"))
