"""The eraser: what it takes out, when it may, and that nothing of it is left in any file."""

from __future__ import annotations

import json

import pytest

from tests.ledger.erasure.seeking import places
from tests.verifier.proof.governed import approve, order
from tests.world import ORDER, World
from verifier.ledgerformat.head import event_name
from verifier.proof.bundle import Erased
from verifier.proof.traceproof import parse_trace_proof
from verifier.proof.verify import examine_trace

BUYER = ["张三", "13800000001"]
NUMBER = "ORDER-1"


def held(world: World, word: str):
    """Return what the store has of an event: its body, and its disclosures."""
    with world.ledger.store.read() as reader:
        stored = reader.find_event(world.events[word].name)
        return stored.body, reader.disclosures(stored.seq)


def settle(world: World) -> None:
    """Cosign the newest checkpoint, and let the writer do what waits for that."""
    world.cosign()
    world.ledger.writer.call(world.ledger.writer.sequencer.tidy).result()


def erase(world: World, word: str, what=("body",)):
    said = order(world, world.events[word], what)
    approve(world, said)
    return said


def test_an_order_in_force_takes_out_body_and_disclosures_once_a_quorum_covers_it(world):
    before = places(world.folder, [*BUYER, NUMBER])
    assert {value for _, value in before} == {*BUYER, NUMBER}, "what is looked for can be found"
    erase(world, "order")
    world.ledger.writer.call(world.ledger.writer.sequencer.tidy).result()
    assert held(world, "order")[0] is not None, "no quorum covers the order yet"
    settle(world)
    assert held(world, "order") == (None, {})
    assert not places(world.folder, [*BUYER, NUMBER])


def test_where_something_was_erased_the_running_ledger_forgets_what_it_had_read_of_events(world):
    with world.ledger.sources() as sources:
        (first, *_) = sources.reader.events_from(0)
        sources.recent.head(first.head)
    erase(world, "order")
    with world.ledger.sources() as sources:
        recent, (*_, last) = sources.recent, sources.reader.events_from(0)
    assert recent.body(last.head, last.body) is recent.body(last.head, last.body)
    settle(world)
    assert recent.body(last.head, last.body) is not recent.body(last.head, last.body)


@pytest.mark.parametrize(("roots", "by_officer"), [(0, False), (2, True), (3, False), (5, False)])
def test_an_order_that_is_not_complete_takes_out_nothing(world, roots, by_officer):
    approve(world, order(world, world.events["order"]), roots=roots, by_officer=by_officer)
    settle(world)
    body, disclosures = held(world, "order")
    assert body is not None
    assert set(disclosures) >= {"/buyer", "/number"}


def test_proofs_made_before_still_verify_and_new_ones_say_erased_by_order(world):
    old = world.trace(ORDER, walk="parties")
    said = erase(world, "order")
    settle(world)
    new = world.ledger.prover.trace(ORDER, walk="parties").data
    for proof in (old, new):
        verdict = examine_trace(proof, world.standpoint(), subject=ORDER)
        assert all(each.passed for each in verdict.steps[:6])
    parts = [each for part in parse_trace_proof(new).trace for each in part.events]
    assert [each.body for each in parts if event_name(each.head) == world.events["order"].name] == [Erased(said.name)]


def test_a_pointer_takes_out_that_disclosure_alone(world):
    erase(world, "order", ["/buyer"])
    settle(world)
    body, disclosures = held(world, "order")
    assert body is not None
    assert json.loads(body)
    assert "/buyer" not in disclosures
    assert "/number" in disclosures
    assert not places(world.folder, BUYER)
    assert {value for _, value in places(world.folder, [NUMBER])} == {NUMBER}
