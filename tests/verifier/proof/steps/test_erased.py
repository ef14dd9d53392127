"""Bodies erased by order: told where an order in force stands in the trace, refused where it does not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ledger.prove.source import EventSource
from ledger.store.sqlite.reader import SqliteReader
from tests.verifier.proof.governed import admit, approve, officer, order, reattest
from tests.verifier.proof.steps.forging import failure, judged, notices, proved
from tests.world import World
from verifier.ledgerformat.head import event_name
from verifier.proof.bundle import MISSING, Erased, EventPart
from verifier.proof.traceproof import TraceProof


@pytest.fixture
def seen(world: World):
    """The packing of the item, whose body can be erased."""
    return world.events["packing"]


def erased(proof: TraceProof, name: bytes, by: bytes) -> TraceProof:
    """Return the proof with one event's body said to be erased."""
    trace = []
    for part in proof.trace:
        events = [replace(each, body=Erased(by)) if name_of(each) == name else each for each in part.events]
        trace.append(replace(part, events=tuple(events)))
    return replace(proof, trace=tuple(trace))


def name_of(shown: EventPart) -> bytes:
    """Return the name of an event that a proof shows."""
    return event_name(shown.head)


def without(proof: TraceProof, name: bytes) -> TraceProof:
    """Return the proof without the statement of one event."""
    return replace(proof, trace=tuple(part for part in proof.trace if name not in map(name_of, part.events)))


def test_a_body_erased_by_an_order_in_force_is_told_as_such(world, seen):
    said = order(world, seen)
    approve(world, said)
    verdict = judged(erased(proved(world), seen.name, said.name), world.standpoint())
    assert (verdict.outcome, "notice.erased" in notices(verdict)) == ("verified", True)
    (told,) = [each for each in verdict.story.timeline if each.event.name == seen.name]
    assert told.body == Erased(said.name)
    assert judged(proved(world), world.standpoint()).outcome == "verified", "shown all the same: nothing is lost"


@pytest.mark.parametrize(("roots", "by_officer"), [(0, False), (2, True), (3, False), (5, False)])
def test_an_order_that_is_not_complete_erases_nothing(world, seen, roots, by_officer):
    said = order(world, seen)
    approve(world, said, roots=roots, by_officer=by_officer)
    verdict = judged(erased(proved(world), seen.name, said.name), world.standpoint())
    assert failure(verdict) == ("altered", 5, "mismatch", "body")


def test_without_an_order_a_body_is_not_erased(world, seen):
    verdict = judged(erased(proved(world), seen.name, bytes(32)), world.standpoint())
    assert failure(verdict) == ("altered", 5, "mismatch", "body")


def test_an_order_about_another_event_or_about_a_single_disclosure_erases_no_body(world, seen):
    other, single = order(world, world.events["return"]), order(world, seen, ["/lines"])
    for said in (other, single):
        approve(world, said)
        verdict = judged(erased(proved(world), seen.name, said.name), world.standpoint())
        assert failure(verdict) == ("altered", 5, "mismatch", "body")


@pytest.mark.parametrize("left_out", ["order", "roots approval", "officers approval"])
def test_an_order_or_an_approval_that_is_left_out_is_missed(world, seen, left_out):
    said = order(world, seen)
    approvals = approve(world, said)
    hidden = {"order": said, "roots approval": approvals[0], "officers approval": approvals[-1]}[left_out]
    proof = without(proved(world), hidden.name)
    assert failure(judged(proof, world.standpoint()))[0] in ("altered", "incomplete")
    shown = erased(proof, seen.name, said.name)
    assert failure(judged(shown, world.standpoint()))[0] in ("altered", "incomplete")


@pytest.mark.parametrize("left_out", ["order", "roots approval", "officers approval"])
def test_a_prover_that_leaves_it_out_everywhere_does_not_get_past_the_index(world, seen, left_out, monkeypatch):
    said = order(world, seen)
    approvals = approve(world, said)
    hidden = {"order": said, "roots approval": approvals[0], "officers approval": approvals[-1]}[left_out].name
    honest = EventSource.history
    with monkeypatch.context() as lying:
        lying.setattr(
            EventSource, "history", lambda self, pair: [each for each in honest(self, pair) if each.name != hidden]
        )
        proof = proved(world)
    assert failure(judged(proof, world.standpoint()))[1] in (4, 5, 6)


def test_the_prover_calls_a_body_that_is_gone_erased_and_one_that_is_lost_missing(world, seen, monkeypatch):
    said = order(world, seen)
    approve(world, said)
    honest = SqliteReader.history

    def history(self, key, size):
        rows = honest(self, key, size)
        return [row._replace(body=None) if row.head == seen.head else row for row in rows]

    monkeypatch.setattr(SqliteReader, "history", history)
    proof = proved(world)
    states = [each.body for part in proof.trace for each in part.events if name_of(each) == seen.name]
    assert states == [Erased(said.name)]
    assert judged(proof, world.standpoint()).outcome == "verified"
    monkeypatch.setattr("ledger.prove.parts.order_to_erase", lambda *_: None)
    lost = [each.body for part in proved(world).trace for each in part.events if name_of(each) == seen.name]
    assert lost == [MISSING]


def test_an_order_is_not_yet_in_force_as_of_a_size_before_it_was_complete(world, seen):
    said = order(world, seen)
    approvals = approve(world, said, by_officer=False)
    officer(world)
    before = proved(world)
    approve(world, said, roots=0)
    assert approvals
    assert failure(judged(erased(before, seen.name, said.name), world.standpoint()))[0] == "altered"
    after = erased(proved(world), seen.name, said.name)
    assert judged(after, world.standpoint()).outcome == "verified"


def test_orders_and_reattestations_do_not_hide_in_the_registry_part(world, seen):
    said = order(world, seen)
    approve(world, said)
    admit(world, "harbour", ["port"])
    again = reattest(world, "harbour", seen)
    proof = proved(world)
    shown = {name_of(each) for part in proof.trace for each in part.events}
    assert {said.name, again.name} <= shown
    assert not {name_of(each) for part in proof.registry for each in part.events} & shown
    assert judged(proof, world.standpoint()).outcome == "verified"
