"""Records evidence of registry acts by those who may not say them, once: `python -m tests.vectors.record_acts`.

Nothing is written over. The files are what a replaying witness makes of logs that are forged under a small zone's keys.
`v1/files/acts.json` says for whom they are confirmed, and what each shows.
"""

import json
import sys
import time
from pathlib import Path

from tests.attacks import test_inadmissible_acts as acts
from tests.attacks.at_hand import at_hand
from tests.vectors.recording import record_once
from tests.world import found_world
from verifier.ledgerformat.trust_policy import format_trust_policy
from verifier.proof.evidence_kinds import confirm_evidence

LIES = {
    "act-of-no-registrar": "an agency that is no registrar",
    "act-of-a-root-for-a-registrar": "a root that admits an enterprise",
    "act-of-a-participant-for-roots": "an agency that admits another",
    "act-of-no-root": "a charter of no root",
    "act-of-no-privacy-officer": "an approval of no privacy officer",
    "act-against-anothers-key": "a key of another agency",
    "act-against-anothers-mandate": "a mandate that another ends",
    "act-in-anothers-name": "a mandate in another's name",
    "act-for-another": "an act for another",
    "act-of-administrators-elsewhere": "administrators of another agency",
    "act-of-administrators-against-anothers-key": "administrators who end another's key",
    "act-against-a-key-of-its-own-statement": "a key that is ended in its own statement",
}
HONEST = {
    "act-of-the-giver": "who gave a mandate ends it",
}


def record(root: Path) -> dict[str, bytes]:
    """Return the files by name."""
    world = found_world(root / "zone")
    office = acts.opened(world, root)
    stage, standpoint = office.stage, world.standpoint()
    files = {f"{name}.evidence": stage.convicted(acts.LIES[lie](office))[1] for name, lie in LIES.items()}
    told = {name: dict(confirm_evidence(files[f"{name}.evidence"], standpoint).facts) for name in LIES}
    told = {name: {label: fact for label, fact in facts.items() if label != "fault"} for name, facts in told.items()}
    for name, honest in HONEST.items():
        tell, position = acts.HONEST[honest]
        with at_hand(stage, tell(office)) as hand:
            files[f"{name}.evidence"] = hand.statement(stage.size, position)
    policy = format_trust_policy(standpoint.policy).decode()
    about = {"policy": policy, "time": int(time.time()), "origin": world.ledger.origin, "told": told}
    world.ledger.close()
    return files | {"acts.json": (json.dumps(about, indent=1) + "\n").encode()}


if __name__ == "__main__":
    sys.exit(record_once(record, "acts.json"))
