"""Records evidence of broken rules of order and wrong stated roots, once: `python -m tests.vectors.record_orders`.

A zone of its own, whose ledger records what its own rules refuse. Nothing is written over. `v1/files/orders.json` says
for whom it is confirmed, and where each lie stands.
"""

import json
import sys
import time
from pathlib import Path

import pytest

from tests.attacks.conftest import smuggle
from tests.attacks.ruled import Ruled, register
from tests.attacks.test_inadmissible_orders import broken, honest
from tests.ledger.client.serving import Service
from tests.ledger.witness.replay.conftest import Replaying
from tests.ledger.witness.replay.prosecuting import accuse
from tests.vectors.recording import record_once
from tests.world import ORIGIN, found_world, tell_parcel
from verifier.ledgerformat.trust_policy import format_trust_policy

KEPT = {
    "a second claim": "second-claim",
    "a use of what nobody claimed": "use-of-what-nobody-claimed",
    "a release of what is held": "release-of-what-is-held",
    "an answer to an older one": "answer-to-an-older-hold",
    "a sum of nothing new": "sum-of-nothing-new",
    "one follow of two": "one-follow-of-two",
    "a root that is none": "root-that-is-none",
}


def record(root: Path) -> dict[str, bytes]:
    """Return the files by name."""
    world = found_world(root / "zone")
    tell_parcel(world)
    register(world)
    world.cosign()
    service, ruled = Service(world.ledger), Ruled(world)
    with pytest.MonkeyPatch.context() as patch:
        honest(ruled)
        lies = {
            smuggle(world, world.cast[who], events, patch): (name, field) for name, field, who, *events in broken(ruled)
        }
        kept = {leaf: (KEPT[name], field) for leaf, (name, field) in lies.items() if name in KEPT}
        accused = accuse(Replaying(world, service, root), patch, lambda _, leaf: leaf in kept)
    files = {f"{kept[each.where.leaf][0]}.evidence": each.data for each in accused}
    said_at = {
        name: {"leaf": leaf, "reason": "state" if field == "head.state" else "order"}
        for leaf, (name, field) in kept.items()
    }
    policy = format_trust_policy(world.standpoint().policy).decode()
    about = {"policy": policy, "time": int(time.time()), "origin": ORIGIN, "statements": said_at}
    service.close()
    world.ledger.close()
    return files | {"orders.json": (json.dumps(about, indent=1) + "\n").encode()}


if __name__ == "__main__":
    sys.exit(record_once(record, "orders.json"))
