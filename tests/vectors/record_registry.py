"""Records evidence of acts that the registry does not allow, once: `python -m tests.vectors.record_registry`.

And of what is said while the founding charter waits, and of a rule of order by claimed time. Nothing is written over.
The files are what a replaying witness makes of logs that are forged under a small zone's keys, and of one that records
what its own rules refuse. `v1/files/registry.json` says for whom they are confirmed, and what each shows.
"""

import json
import sys
import time
from pathlib import Path

import pytest

from ledger.witness.replay import convict_act
from tests.attacks import test_inadmissible_phases as phases
from tests.attacks import test_inadmissible_registry as registries
from tests.attacks.at_hand import at_hand
from tests.attacks.conftest import smuggle
from tests.attacks.ruled import Ruled, register
from tests.attacks.test_inadmissible_orders import broken, honest
from tests.ledger.client.serving import Service
from tests.ledger.witness.replay.conftest import Replaying
from tests.ledger.witness.replay.prosecuting import accuse
from tests.vectors.recording import record_once
from tests.world import World, found_world, tell_parcel
from verifier.ledgerformat.subject import subject_name
from verifier.ledgerformat.trust_policy import format_trust_policy
from verifier.proof.evidence_kinds import confirm_evidence

ACTS = {
    "act-of-a-root-for-administrators": "a root that approves an administrators' act",
    "act-of-administrators-for-others": "administrators who approve another agency's act",
    "act-about-anothers-event": "a grant about another's event",
    "act-that-registers-a-key-twice": "a second registration that is completed",
    "act-under-a-handle-of-its-own-statement": "two mandates of one handle in one statement",
}
FURTHER = "act-by-further-histories"  # an administrator of two agencies: the other one's history is shown by choice
HONEST = {
    "act-that-is-taken": "a grant",
    "act-about-an-order-that-is-taken": "a privacy officer approves an order",
}
EARLY = {
    "event-before-the-charter": "an event",
    "act-before-the-charter": "an act of a root",
    "envelope-before-the-charter": "a hash envelope",
}
TIMED = ("a time that nobody claims", "a-time-that-nobody-claims")
Files = dict[str, bytes]


def record(root: Path) -> Files:
    """Return the files by name."""
    world = found_world(root / "zone")
    tell_parcel(world)
    registry = registries.opened(world, root)
    acts, files = _acts(registry), _early(registry.stage)
    timed = found_world(root / "timed")
    order = _timed(timed, root / "replay")
    about = {"acts": _about(world, acts), "early": _about(world, files), "timed": _about(timed, order)}
    honest_ = {f"{name}.evidence": _honest(registry, lie) for name, lie in HONEST.items()}
    for each in (world, timed):
        each.ledger.close()
    return acts | files | order | honest_ | {"registry.json": (json.dumps(about, indent=1) + "\n").encode()}


def _acts(registry: registries.Registry) -> Files:
    stage = registry.stage
    files = {f"{name}.evidence": stage.convicted(stage.forged([registries.LIES[lie](registry)]))[1]
             for name, lie in ACTS.items()}  # fmt: skip
    names = tuple(sorted(subject_name(registry.uri(who)) for who in ("tax", "market")))
    log = stage.forged([registries.LIES["an administrator of two agencies"](registry)])
    with pytest.MonkeyPatch.context() as patch, at_hand(stage, log) as hand:
        patch.setattr(convict_act, "_every_name", lambda *_: names)
        return files | {f"{FURTHER}.evidence": hand.act(stage.size)}


def _honest(registry: registries.Registry, name: str) -> bytes:
    stage = registry.stage
    with at_hand(stage, stage.forged([registries.HONEST[name](registry)])) as hand:
        return hand.act(stage.size, whole=False)


def _early(stage: phases.Stage) -> Files:
    files = {}
    for name, lie in EARLY.items():
        log, told = phases.early(stage, phases.EARLY[lie][0](stage), approvals=1)
        files[f"{name}.evidence"] = told.convicted(log, anew=True)[1]
    return files


def _timed(world: World, folder: Path) -> Files:
    """Return the file against an event that no other one claims to follow in time."""
    tell_parcel(world)
    register(world)
    world.cosign()
    service, ruled, (lie, kept) = Service(world.ledger), Ruled(world), TIMED
    with pytest.MonkeyPatch.context() as patch:
        honest(ruled)
        who, *events = next(said for name, _, *said in broken(ruled) if name == lie)
        leaf = smuggle(world, world.cast[who], events, patch)
        folder.mkdir()
        (accused,) = accuse(Replaying(world, service, folder), patch, lambda _, each: each == leaf)
    service.close()
    return {f"{kept}.evidence": accused.data}


def _about(world: World, files: Files) -> dict[str, object]:
    standpoint, told = world.standpoint(), {}
    for name, data in files.items():
        facts = confirm_evidence(data, standpoint).facts
        told[name.removesuffix(".evidence")] = {label: fact for label, fact in facts.items() if label != "fault"}
    policy = format_trust_policy(standpoint.policy).decode()
    return {"policy": policy, "time": int(time.time()), "origin": world.ledger.origin, "told": told}


if __name__ == "__main__":
    sys.exit(record_once(record, "registry.json"))
