"""A later charter, with another root: traces go on being proved at every size, before and behind it."""

from __future__ import annotations

import json
from dataclasses import replace

from fixtures.zone.actors import agency
from tests.verifier.judgement.chronicle import approval
from tests.world import ITEM, World, now
from verifier.primitives.keys import format_key


def _propose(world: World):
    fresh = agency("tax", "税", "Tax", ["tax"])
    draft = world.zone._charter()
    data = json.loads(json.dumps(dict(draft.data)))
    data["version"], data["previous"] = 2, world.ledger.head.replay.founding.name.hex()
    data["roots"][2]["key"] = format_key(fresh.root.public)
    (charter,) = world.zone.say(world.zone.agencies[0], [replace(draft, data=data)], as_root=True)
    return fresh, charter


def test_a_trace_is_proved_while_the_new_charter_waits_and_before_and_after_it_is_witnessed(world):
    fresh, charter = _propose(world)
    world.zone.say(fresh, [replace(approval(charter), time=now())], as_root=True)
    world.cosign()
    prove = world.ledger.prover.trace
    assert prove(ITEM).verdict.outcome == "verified", "a root of a charter that waits approved it"
    world.zone.approve([charter.name])
    assert len(world.ledger.head.replay.registry.charters) == 2
    assert prove(ITEM).verdict.outcome == "verified", "in force, and no quorum covers it yet"
    world.cosign()
    assert prove(ITEM).verdict.outcome == "verified"
    assert prove(ITEM).newer == 0


def test_a_root_key_is_one_from_its_proposal_on_whatever_comes_later(world):
    leaf = world.ledger.head.edge.size
    fresh, charter = _propose(world)
    kid = fresh.root.public.kid
    seen = {"waiting": [world.ledger.head.replay.is_root(kid, at) for at in (leaf - 1, leaf, leaf + 9)]}
    world.zone.approve([charter.name])
    world.zone.say(fresh, [replace(approval(charter), time=now())], as_root=True)
    seen["later"] = [world.ledger.head.replay.is_root(kid, at) for at in (leaf - 1, leaf, leaf + 9)]
    assert seen == {"waiting": [False, True, True], "later": [False, True, True]}
    assert not world.ledger.head.replay.is_root(world.cast["customs"].signer.public.kid, leaf + 9)
