"""Evidence of a statement that could not be said: no honest event is any, and no byte of a file makes it another."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest

from ledger.compose.event import Draft
from tests.ledger.witness.replay.conftest import Replaying
from tests.ledger.witness.replay.prosecuting import accuse
from tests.verifier.proof import governed
from tests.world import DAY, World, now
from verifier.errors import InconsistentError, SuyuanError
from verifier.proof.evidence_kinds import confirm_evidence

BASIS = {"reason": "drill"}


def acquitted(
    replaying: Replaying, monkeypatch: pytest.MonkeyPatch, wanted=lambda *_: True, acts=lambda _: False
) -> int:
    """Require that nobody is convicted by what was said honestly; return how much that was."""
    accused = accuse(replaying, monkeypatch, wanted, acts)
    standpoint = replaying.world.standpoint()
    for each in accused:
        with pytest.raises(InconsistentError, match="no evidence"):
            confirm_evidence(each.data, standpoint)
    return len(accused)


def test_no_event_of_an_honest_ledger_is_convicted(replaying: Replaying, monkeypatch):
    assert acquitted(replaying, monkeypatch, lambda _, leaf: leaf % 6 < 2) > 15


# A random life of keys, mandates and agencies: what the ledger takes is honest.


def suspend(world: World, rng: random.Random) -> None:
    who = world.cast[rng.choice(["tax", "market", "inspection"])]
    drafted = Draft("registry.suspension", now(), {"agency": who.uri}, BASIS, until=now() + DAY)
    (said,) = world.zone.say(world.zone.agencies[0], [drafted], as_root=True)
    world.zone.approve([said.name], 2)


def restore(world: World, rng: random.Random) -> None:
    who = world.cast[rng.choice(["tax", "market", "inspection"])]
    world.zone.decree([Draft("registry.restoration", now(), {"agency": who.uri}, BASIS)])


def renew(world: World, rng: random.Random) -> None:
    governed.renew(world, rng.choice(["carrier", "market", "tax"]))


def revoke(world: World, rng: random.Random) -> None:
    kid = world.cast[rng.choice(["carrier", "market"])].signer.public.kid.hex()
    data = {"reason": "lost", "compromisedSince": None}
    world.zone.decree([Draft("registry.revocation", now(), {"key": f"urn:suyuan:key:{kid}"}, data)])


def mandate(world: World, rng: random.Random) -> None:
    governed.mandate(world, "carrier", "seller", ["transport.*"], seed=str(rng.randrange(1 << 30)))


def observe(world: World, rng: random.Random) -> None:
    governed.observe(world, "carrier")


def observe_for(world: World, rng: random.Random) -> None:
    governed.observe(world, "seller", behalf="carrier")


def endorse(world: World, rng: random.Random) -> None:
    world.endorse(rng.choice(["customs", "tax", "market", "inspection"]), world.events["delivery"], "acknowledged")


ACTS = (suspend, restore, renew, revoke, mandate, observe, observe, observe_for, observe_for, endorse, endorse)


def live(world: World, rng: random.Random, acts: int) -> set[str]:
    """Let things happen; return what the ledger took."""
    taken = set()
    for _ in range(acts):
        act = rng.choice(ACTS)
        with suppress(SuyuanError):
            act(world, rng)
            taken.add(act.__name__)
    return taken


@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.soak) for seed in range(1, 9))])
def test_no_event_of_a_random_life_is_convicted(replaying: Replaying, monkeypatch, seed: int):
    first = replaying.world.ledger.head.edge.size
    assert len(live(replaying.world, random.Random(seed), 28)) > 4
    every = 1 if seed else 8
    assert acquitted(replaying, monkeypatch, lambda _, leaf: leaf >= first, lambda leaf: not leaf % every) > 20


@contextmanager
def one_block(world: World) -> Iterator[None]:
    """Let the ledger record in one block what is said meanwhile."""
    busy, gate, waiting = threading.Event(), threading.Event(), []
    world.ledger.writer.call(lambda: busy.set() or gate.wait(30))
    busy.wait(30)
    before, world.zone.send = world.zone.send, lambda data: waiting.append(world.ledger.submit(data))
    yield
    gate.set()
    world.zone.send = before
    first = world.ledger.head.edge.size
    for each in waiting:
        each.result()
    assert world.ledger.head.edge.size - first <= len(waiting) + 1, "one seal"


def test_what_ends_a_key_later_in_the_same_block_says_nothing_about_what_it_signed(replaying: Replaying, monkeypatch):
    world = replaying.world
    first = world.ledger.head.edge.size
    kid = world.cast["market"].signer.public.kid.hex()
    data = {"reason": "lost", "compromisedSince": None}
    drafts = [Draft("registry.revocation", now(), {"key": f"urn:suyuan:key:{kid}"}, data)]
    (proposed,) = world.zone.say(world.zone.agencies[0], drafts, as_root=True)
    world.zone.approve([proposed.name], 2)
    governed.mandate(world, "carrier", "seller", ["transport.*"])
    approval = Draft("registry.approval", now(), about=(proposed.name,))
    with one_block(world):
        world.endorse("market", world.events["delivery"], "acknowledged")
        governed.observe(world, "seller", behalf="carrier")
        world.zone.say(world.zone.agencies[2], [approval], as_root=True)
        governed.end_mandate(world, "carrier")
    assert acquitted(replaying, monkeypatch, lambda _, leaf: leaf >= first) == 8
