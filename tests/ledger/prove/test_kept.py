"""A prover that remembers gives out the bytes that one gives out that does not."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from threading import Event

import pytest

from ledger.compose.event import Draft
from ledger.errors import BusyError
from ledger.prove.kept import Kept, Shelf
from ledger.prove.prover import Prover
from tests.world import DAY, ITEM, PRODUCT, UNIT, found_world, now, parcel_story
from verifier.judgement.participants import key_subject
from verifier.proof.verdict import VERIFIED
from verifier.proof.verify import examine_trace

SUBJECTS = (ITEM, PRODUCT, UNIT, f"{PRODUCT}/21/NEVER")


@pytest.fixture
def world(tmp_path):
    made = found_world(tmp_path / "world")
    made.cosign()
    yield made
    made.ledger.close()


def forgetful(world):
    """Return a prover that begins anew."""

    @contextmanager
    def sources():
        with world.ledger.sources() as found:
            yield replace(found, kept=Kept())

    return Prover(sources, clock=now)


def tell(world, step):
    name, who, draft = step
    (world.events[name],) = world.say(who, draft(world.events) if callable(draft) else draft)


def require_same(world):
    """Ask for every subject, and compare file and verdict; return the outcomes."""
    outcomes = []
    for subject in SUBJECTS:
        for walk in ("public", "parties"):
            kept = world.ledger.prover.trace(subject, walk=walk)
            anew = forgetful(world).trace(subject, walk=walk)
            stranger = examine_trace(kept.data, world.standpoint(), subject=subject, walk=walk)
            assert kept.data == anew.data
            for other in (anew.verdict, stranger):
                assert (other.outcome, other.story, other.notices) == (
                    kept.verdict.outcome, kept.verdict.story, kept.verdict.notices
                )  # fmt: skip
            outcomes.append(kept.verdict.outcome)
    return outcomes


def test_a_life_is_proved_by_the_same_bytes_whatever_was_proved_before(world):
    for number, step in enumerate(parcel_story(world)):
        tell(world, step)
        if number % 4 == 0:
            world.cosign()
            require_same(world)
    world.cosign()
    assert VERIFIED in require_same(world)


def test_a_suspension_counts_from_the_checkpoint_that_covers_it(world):
    for step in parcel_story(world)[:4]:
        tell(world, step)
    world.cosign()
    before = require_same(world)
    key = key_subject(world.cast["seller"].signer.public.kid)
    world.zone.decree([Draft("registry.suspension", now(), {"key": key}, {"reason": "checked"}, until=now() + DAY)])
    known = world.ledger.prover.trace(PRODUCT).data
    world.cosign()
    require_same(world)
    assert world.ledger.prover.trace(PRODUCT).data != known, "the suspension stands in the registry part"
    assert before


def test_readers_get_proofs_that_verify_while_the_ledger_grows(world):
    steps = parcel_story(world)
    for step in steps[:3]:
        tell(world, step)
    world.cosign()
    told = Event()
    standpoint = world.standpoint(now=now() // 1000 + 3_600)

    def read(subject):
        count = 0
        while not told.is_set() or count < 3:
            try:
                data = world.ledger.prover.trace(subject).data
            except BusyError:  # quorums moved on as often as it tried
                continue
            verdict = examine_trace(data, standpoint, subject=subject)
            assert all(step.passed for step in verdict.steps[:6]), verdict.error
            count += 1
        return count

    with ThreadPoolExecutor(3) as pool:
        reading = [pool.submit(read, subject) for subject in SUBJECTS[:3]]
        try:
            for step in steps[3:]:
                tell(world, step)
                world.cosign()
        finally:
            told.set()
        assert all(each.result() >= 3 for each in reading)


def test_a_shelf_forgets_what_was_asked_for_longest_ago():
    shelf = Shelf(10, len)
    for key in range(5):
        shelf.get(key, lambda: b"abc")
        shelf.get(0, lambda: b"abc")
    assert shelf.weight <= 10
    made = []
    shelf.get(0, lambda: made.append(0) or b"abc")
    shelf.get(1, lambda: made.append(1) or b"abc")
    assert made == [1]


def test_what_cannot_be_made_is_not_kept():
    shelf = Shelf(10)
    with pytest.raises(ZeroDivisionError):
        shelf.get(1, lambda: 1 // 0)
    assert shelf.get(1, lambda: 5) == 5
    shelf.clear()
    assert (shelf.get(1, lambda: 6), shelf.weight) == (6, 1)
