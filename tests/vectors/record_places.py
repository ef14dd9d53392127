"""Records evidence of inadmissible places, once: `python -m tests.vectors.record_places`. Nothing is written over.

A zone of its own, whose ledger records what nobody may say in that place. `v1/files/places.json` says for whom it is
confirmed, and where each lie stands.
"""

import json
import sys
import time
from pathlib import Path

import pytest

from tests.attacks.conftest import smuggle
from tests.attacks.test_inadmissible_places import said, strangers
from tests.ledger.client.serving import Service
from tests.ledger.witness.replay.conftest import Replaying
from tests.ledger.witness.replay.prosecuting import accuse
from tests.vectors.recording import record_once
from tests.world import ORIGIN, found_world, tell_parcel
from verifier.ledgerformat.trust_policy import format_trust_policy

KEPT = {
    "a stranger's join": "strangers-join",
    "custody that ended": "custody-that-ended",
    "a unit of another's prefix": "unit-of-anothers-prefix",
    "a follow of another's product": "follow-of-anothers-product",
    "a case of what has not begun": "case-of-what-has-not-begun",
    "a recall by who does not own it": "recall-by-who-does-not-own-it",
    "an answer to what joins no trace": "answer-to-what-joins-no-trace",
}


def record(root: Path) -> dict[str, bytes]:
    """Return the files by name."""
    world = found_world(root / "zone")
    tell_parcel(world)
    world.cosign()
    service = Service(world.ledger)
    with pytest.MonkeyPatch.context() as patch:
        told = {
            smuggle(world, actor, [said(world, actor, draft)], patch): name
            for name, _, actor, draft in strangers(world)
        }
        kept = {leaf: KEPT[name] for leaf, name in told.items() if name in KEPT}
        accused = accuse(Replaying(world, service, root), patch, lambda _, leaf: leaf in kept)
    files = {f"{kept[each.where.leaf]}.evidence": each.data for each in accused}
    said_at = {name: {"leaf": leaf, "reason": "place"} for leaf, name in kept.items()}
    policy = format_trust_policy(world.standpoint().policy).decode()
    about = {"policy": policy, "time": int(time.time()), "origin": ORIGIN, "statements": said_at}
    service.close()
    world.ledger.close()
    return files | {"places.json": (json.dumps(about, indent=1) + "\n").encode()}


if __name__ == "__main__":
    sys.exit(record_once(record, "places.json"))
