"""What a looker found good arrives as intake itself would have it; what it did not, is looked at by the ledger."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ledger.admission.candidate import Candidate
from ledger.errors import ConflictError
from ledger.looking.judging import Judging
from ledger.looking.passing import (
    Question,
    format_answer,
    format_question,
    make_candidate,
    parse_answer,
    parse_question,
    plain_candidate,
)
from ledger.store.opening import open_store
from tests.ledger.looking.zone import commissioned
from tests.world import found_world, now, tell_parcel
from verifier.judgement.registry import Registry
from verifier.vocabulary import registry_types


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """A parcel's whole life: every submission with the candidate that intake made of it, and with a looker's."""
    world = found_world(tmp_path_factory.mktemp("told") / "zone", witnesses=0, quorum=0, policies=False)
    store = open_store(world.folder, writable=False)
    judging, seen = Judging(store, world.ledger.origin), []
    send = world.zone.send

    def look(data):
        head, door = world.ledger.head, world.ledger._led().door
        (here,) = door._judge_here([data])
        question = parse_question(format_question(Question(head.edge.size, head.edge.size, now(), [data])))
        (looked,) = parse_answer(format_answer(judging.look(question)))
        seen.append((here, make_candidate(looked, head.replay.registry, head.edge.size), looked))
        send(data)

    world.zone.send = look
    tell_parcel(world)
    yield world, seen
    store.close()
    world.ledger.close()


def test_a_candidate_is_the_same_whoever_looked(told):
    _, seen = told
    assert {here.events[0].head.type for here, beside, _ in seen if beside} > {"clearance.list", "order.placed"}
    for here, beside, _ in seen:
        if beside:
            assert beside == here
            assert [each.kind for each in beside.events] == [each.kind for each in here.events]


def test_nearly_all_of_a_life_is_passed(told):
    _, seen = told
    passed = sum(beside is not None for _, beside, _ in seen)
    assert passed > len(seen) / 2


def test_what_a_type_has_become_since_is_looked_at_again(told):
    world, seen = told
    looked = next(each for _, beside, each in seen if beside)
    registry, leaf = world.ledger.head.replay.registry, world.ledger.head.edge.size

    class Newer(Registry):
        def type_at(self, name, leaf):
            kind = registry.type_at(name, leaf)
            return replace(kind, version=kind.version + 1)

    assert make_candidate(looked, registry, leaf) is not None
    assert make_candidate(looked, Newer(registry_types()), leaf) is None
    assert make_candidate(looked, Registry(registry_types()), leaf) is None  # nor where there is no such type


def test_acts_of_the_registry_and_envelopes_are_not_passed(told):
    _, seen = told
    here = next(here for here, beside, _ in seen if beside)
    (event, *_) = here.events
    act = replace(event, head=replace(event.head, type="registry.key"))
    assert plain_candidate(replace(here, events=[act])) is None
    assert plain_candidate(Candidate(object(), b"", b"", [])) is None


def test_what_is_refused_or_recorded_is_left_to_the_ledger(told):
    world, _ = told
    store = open_store(world.folder, writable=False)
    try:
        judging, head = Judging(store, world.ledger.origin), world.ledger.head
        good, spoilt = commissioned(world, "P1"), commissioned(world, "P2")[:-9] + bytes(9)
        twice = commissioned(world, "P3")
        world.ledger.submit(twice).result()
        group = [good, spoilt, twice, b"", b"\xff" * 80]
        looked = judging.look(Question(1, head.edge.size, now(), group))
        assert [each is not None for each in looked] == [True, False, False, False, False]
        world.ledger.submit(good).result()
        with pytest.raises(ConflictError):  # what was found good meanwhile is judged again by the writer
            world.ledger.writer.submit(make_candidate(looked[0], head.replay.registry, head.edge.size)).result()
    finally:
        store.close()
