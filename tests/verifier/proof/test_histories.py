"""Proofs of one history: whole, absent, and since what an event of it states; each lie fails at a step with a name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

import pytest

from ledger.errors import UnknownError
from ledger.prove.source import EventSource
from tests.verifier.proof.mutations import EXPECTED, flips, mutations
from tests.verifier.proof.registers import (
    LONELY,
    OTHER,
    PAIR,
    RECONCILED,
    SET,
    enter,
    first_entries,
    found_registers,
    proof_of,
    reconcile,
    verdict_on,
)
from tests.verifier.proof.steps.forging import failure, notices, said, unchecked
from tests.world import World
from verifier.errors import MalformedError
from verifier.judgement.trace import HISTORY_WALKS
from verifier.primitives.cbor import format_cbor, parse_cbor
from verifier.proof.since import Since
from verifier.proof.traceproof import format_trace_proof, parse_trace_proof
from verifier.rendering import render_verdict, verdict_json

BEFORE, BEHIND = 5, 3  # entries before the reconciliation, and behind it


@pytest.fixture(scope="module")
def world(tmp_path_factory) -> Iterator[World]:
    made = found_registers(tmp_path_factory.mktemp("registers"))
    enter(made, SET, OTHER, count=BEFORE)
    made.events["reconciled"] = reconcile(made, BEFORE)
    enter(made, SET, count=BEHIND - 1)
    enter(made, SET, OTHER)
    made.events["elsewhere"] = reconcile(made, 2, OTHER)
    enter(made, LONELY)
    yield made
    made.ledger.close()


@pytest.fixture(scope="module")
def whole(world):
    return proof_of(world)


@pytest.fixture(scope="module")
def since(world):
    return proof_of(world, since=BEFORE)


def test_a_whole_history_is_told_and_nothing_else(world, whole):
    verdict = verdict_on(whole, world.standpoint())
    assert (verdict.outcome, verdict.story.walk) == ("verified", "member")
    assert [told.event.joins(PAIR) for told in verdict.story.timeline] == [True] * (BEFORE + 1 + BEHIND)
    assert (verdict.story.rest, verdict.story.outside) == (None, ())
    assert said(verdict, 6)["step6.histories"] == {"histories": 1, "subjects": 1}
    assert "unchecked.recognition" in unchecked(verdict), "what agencies answered is not in this history"


@pytest.mark.parametrize("kind", HISTORY_WALKS)
def test_the_absence_of_a_history_is_proved(world, kind):
    proof = proof_of(world, f"{SET}-never", kind=kind)
    verdict = verdict_on(proof, world.standpoint())
    assert (verdict.outcome, verdict.exit_code, verdict.story) == ("not-recorded", 3, None)
    assert all(step.passed for step in verdict.steps)


def test_what_is_recorded_is_not_called_absent(world):
    proof = proof_of(world, f"{SET}-never")
    assert failure(verdict_on(proof, world.standpoint(), subject=SET))[:3] == ("incomplete", 6, "not-indexed")


def test_a_history_since_a_state_says_whose_word_stands_for_the_rest(world, since):
    verdict = verdict_on(since, world.standpoint())
    assert verdict.outcome == "verified", verdict.error
    event = world.events["reconciled"]
    assert (verdict.story.rest.count, verdict.story.rest.event.name) == (BEFORE, event.name)
    assert verdict.story.rest.root == first_entries(world, BEFORE).root
    assert len(verdict.story.timeline) == 1 + BEHIND
    facts = said(verdict, 6)["step6.since"]
    assert (facts["count"], facts["type"], facts["event"]) == (BEFORE, RECONCILED, event.name.hex())
    assert "unchecked.since" in unchecked(verdict)
    told = verdict_json(verdict, "en")["story"]["rest"]
    assert told == {"count": BEFORE, "root": verdict.story.rest.root.hex(), "statedBy": event.name.hex()}
    assert event.name.hex()[:16] in render_verdict(verdict, "en")
    assert event.name.hex()[:16] in render_verdict(verdict, "zh")


def test_it_is_written_in_one_way(since, whole):
    data = format_trace_proof(since)
    assert parse_trace_proof(data) == since
    assert parse_cbor(data)[2][17] == [BEFORE, since.since.subtrees]
    assert 17 not in parse_cbor(format_trace_proof(whole))[2]


def test_a_long_history_takes_no_more_room_than_a_short_one(world, since, whole):
    assert len(since.since.subtrees) == 32 * BEFORE.bit_count()
    assert len(format_trace_proof(since)) < len(format_trace_proof(whole))


# Lies about the part that is not shown.


@pytest.mark.parametrize("count", [1, 2, 3, 4, 6, 7])
def test_a_count_that_nobody_stated_is_refused(world, since, count):
    rest = first_entries(world, count)
    assert failure(verdict_on(since, world.standpoint(), since=rest)) == ("incomplete", 6, "incomplete", "since")


def test_another_count_with_the_same_subtrees_is_refused(world, since):
    bent = replace(since.since, count=6)  # as many ones in its binary form
    assert failure(verdict_on(since, world.standpoint(), since=bent)) == ("incomplete", 6, "incomplete", "since")


def test_subtrees_of_another_history_are_refused(world, since):
    other = first_entries(world, 2, OTHER)
    assert failure(verdict_on(since, world.standpoint(), since=other)) == ("incomplete", 6, "incomplete", "since")
    lone = proof_of(world, LONELY)
    verdict = verdict_on(lone, world.standpoint(), since=since.since)
    assert failure(verdict) == ("incomplete", 6, "incomplete", "since")


def test_every_bit_of_count_and_subtrees_counts(world, since):
    for subtrees in flips(since.since.subtrees, 16):
        verdict = verdict_on(since, world.standpoint(), since=replace(since.since, subtrees=subtrees))
        assert failure(verdict) == ("incomplete", 6, "incomplete", "since")


def test_a_state_of_another_history_stands_for_nothing(tmp_path):
    """One event joins both sets and states the other's root: as many entries, and the same ones."""
    made = found_registers(tmp_path)
    try:
        enter(made, SET, OTHER, count=2)
        reconcile(made, 2, OTHER, beside=[SET])
        enter(made, SET)
        rest = first_entries(made, 2)
        assert rest == first_entries(made, 2, OTHER)
        with pytest.raises(UnknownError, match="since"):
            proof_of(made, since=2)
        verdict = verdict_on(_unchecked_proof(made, 2, rest), made.standpoint())
        assert failure(verdict) == ("incomplete", 6, "incomplete", "since")
    finally:
        made.ledger.close()


def _unchecked_proof(world: World, count: int, rest: Since):
    """Return the proof of a prover that does not ask for a state."""
    with pytest.MonkeyPatch.context() as lying:
        lying.setattr("ledger.prove.trace.since_count", lambda *_, **__: rest)
        return proof_of(world, since=count)


def test_a_suffix_without_its_state_is_refused(world):
    proof = _unchecked_proof(world, BEFORE + 1, first_entries(world, BEFORE + 1))
    assert failure(verdict_on(proof, world.standpoint())) == ("incomplete", 6, "incomplete", "since")


def test_an_event_left_out_of_the_suffix_is_missed(world, since, monkeypatch):
    honest = EventSource.part
    for at in range(1, 1 + BEHIND):
        with monkeypatch.context() as lying:
            lying.setattr(
                EventSource, "part", lambda self, pair, at=at, **part: _without(honest(self, pair, **part), at)
            )
            bent = proof_of(world, since=BEFORE)
        assert failure(verdict_on(bent, world.standpoint())) == ("incomplete", 6, "not-indexed", "index proof")


def _without(events, at: int):
    return [*events[:at], *events[at + 1 :]]


def test_a_history_that_is_shown_whole_is_not_called_a_part(world, whole, since):
    assert failure(verdict_on(whole, world.standpoint(), since=since.since))[:3] == ("incomplete", 6, "not-indexed")
    assert failure(verdict_on(since, world.standpoint(), since=None))[:3] == ("incomplete", 6, "not-indexed")


def test_a_proof_of_one_kind_is_none_of_another(world, whole):
    for walk in ("list", "claim", "quota", "recall", "public", "parties", "registry"):
        outcome, step, *_ = failure(verdict_on(whole, world.standpoint(), walk=walk))
        assert (outcome, step) == ("altered", 5), walk


def test_the_nine_steps_refuse_every_mutation_of_it(world, since):
    for mutation in islice(mutations(since), 0, None, 3):
        if mutation.proof == since:
            continue  # a set is no item of a product: there is nothing to cut off
        verdict = verdict_on(mutation.proof, world.standpoint())
        if mutation.kind == "trace body hidden" and verdict.outcome == "verified":
            assert "notice.restricted" in notices(verdict), "no public history: a body may be kept back, and it is said"
            continue
        assert verdict.outcome != "verified", mutation.kind
        failed = next((step.number for step in verdict.steps if step.passed is False), None)
        assert failed in EXPECTED[mutation.kind] | {None}, (mutation.kind, failed, str(verdict.error))


@pytest.mark.parametrize(
    "bent",
    [
        [], [5], [5, b""], [0, b""], [5, bytes(32)], [5, bytes(96)], [5, bytes(65)], [-5, bytes(64)], ["5", bytes(64)],
        [5, "x"], 5, None, [1 << 53, bytes(32)], [5, bytes(64), 1], {5: bytes(64)},
    ],
)  # fmt: skip
def test_another_shape_is_unreadable(since, bent):
    content = parse_cbor(format_trace_proof(since))
    content[2][17] = bent
    with pytest.raises(MalformedError, match="since"):
        parse_trace_proof(format_cbor(content))


@pytest.mark.parametrize("walk", ["public", "parties", "registry"])
def test_a_trace_is_never_shown_in_part(since, walk):
    with pytest.raises(MalformedError, match="since"):
        parse_trace_proof(format_trace_proof(replace(since, walk=walk)))
