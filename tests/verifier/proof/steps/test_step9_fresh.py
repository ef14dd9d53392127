"""Step 9, Fresh: recently cosigned, charter not expired, not older than what this verifier has seen."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.verifier.proof.steps.forging import failure, judged, recosigned, said, unchecked
from verifier.primitives.checkpoint import parse_signed_checkpoint
from verifier.primitives.note import format_vkey
from verifier.primitives.tlog_policy import parse_tlog_policy
from verifier.proof.examination import Seen
from verifier.proof.steps.step9_fresh import CLOCK_SKEW

NOW = 1_900_000_000
HOUR = 3600


@pytest.fixture
def judge(told, story_world):
    """Judge the story at a time, with its checkpoint cosigned at another."""

    def judged_(*, at: int = NOW, cosigned: int = NOW, max_age: int | None = HOUR, witnesses: int = 3, **changes):
        expires = story_world.ledger.head.replay.registry.charter_at(0).expires // 1000
        shift = expires - 10**6 - NOW  # so that NOW lies before the charter expires
        proof = recosigned(story_world, told.proof, at=cosigned + shift, witnesses=witnesses)
        policy = replace(told.standpoint.policy, max_age=max_age, **changes.pop("policy", {}))
        return judged(proof, replace(told.standpoint, now=at + shift, policy=policy, **changes))

    return judged_


def test_it_says_how_long_ago_it_was_cosigned(judge):
    verdict = judge(at=NOW + 12)
    assert verdict.outcome == "verified"
    assert said(verdict, 9) == {"step9.fresh": {"age": 12}}


@pytest.mark.parametrize(("age", "outcome"), [(0, "verified"), (HOUR, "verified"), (HOUR + 1, "incomplete")])
def test_cosignatures_are_younger_than_max_age(judge, age, outcome):
    verdict = judge(at=NOW + age)
    assert verdict.outcome == outcome
    if outcome == "incomplete":
        assert failure(verdict) == ("incomplete", 9, "incomplete", "cosignatures")
        assert "within max-age" in str(verdict.error)
        assert verdict.story is not None, "the story is told beside the failure"


def test_without_max_age_any_age_will_do_and_that_is_said(judge):
    verdict = judge(at=NOW + 10 * HOUR, max_age=None)
    assert verdict.outcome == "verified"
    assert "unchecked.age" in unchecked(verdict)
    assert "unchecked.age" not in unchecked(judge())


@pytest.mark.parametrize(("ahead", "outcome"), [(CLOCK_SKEW, "verified"), (CLOCK_SKEW + 1, "incomplete")])
@pytest.mark.parametrize("max_age", [HOUR, None])
def test_a_cosignature_of_tomorrow_counts_for_nothing(judge, ahead, outcome, max_age):
    verdict = judge(cosigned=NOW + ahead, max_age=max_age)
    assert verdict.outcome == outcome
    if outcome == "verified":
        assert said(verdict, 9) == {"step9.fresh": {"age": 0}}


def test_ones_own_quorum_is_fresh_too(told, story_world, judge):
    log = f"log {format_vkey(story_world.keys.note_keys[0])}\n"
    text = log + f"witness mine {format_vkey(story_world.witnesses[2].key)}\nquorum mine\n"
    own = {"policy": parse_tlog_policy(text)}
    assert judge(policy=own).outcome == "verified"
    assert failure(judge(policy=own, witnesses=2))[:2] == ("incomplete", 2)
    assert failure(judge(policy=own, at=NOW + 2 * HOUR))[:2] == ("incomplete", 9)


def test_an_expired_charter_is_not_fresh(told, story_world):
    expires = story_world.ledger.head.replay.registry.charter_at(0).expires
    for now, outcome in ((expires // 1000 - 1, "verified"), (expires // 1000 + 1, "incomplete")):
        proof = recosigned(story_world, told.proof, at=now)
        assert judged(proof, replace(told.standpoint, now=now)).outcome == outcome
    assert failure(judged(proof, replace(told.standpoint, now=now))) == ("incomplete", 9, "incomplete", "charter")


def test_an_archived_proof_is_judged_as_of_then_and_says_so(judge):
    verdict = judge(archived=True)
    assert verdict.outcome == "verified"
    assert "unchecked.archived" in unchecked(verdict)
    assert "unchecked.archived" not in unchecked(judge())


# What was seen before.


def _size(told) -> int:
    return parse_signed_checkpoint(told.proof.checkpoint)[0].size


def _root(told) -> bytes:
    return parse_signed_checkpoint(told.proof.checkpoint)[0].root


def test_a_ledger_that_was_never_seen_is_said_to_be_met_for_the_first_time(told):
    assert "unchecked.first-sight" in unchecked(judged(told.proof, told.standpoint))


def test_the_same_checkpoint_again_leaves_nothing_unchecked(told):
    verdict = judged(told.proof, replace(told.standpoint, seen=Seen(_size(told), _root(told))))
    assert verdict.outcome == "verified"
    assert not unchecked(verdict) & {"unchecked.first-sight", "unchecked.consistency"}


def test_another_root_for_the_size_that_was_seen_is_a_fork(told):
    verdict = judged(told.proof, replace(told.standpoint, seen=Seen(_size(told), bytes(32))))
    assert failure(verdict) == ("incomplete", 9, "inconsistent", "checkpoint")


def test_a_smaller_log_than_was_seen_is_incomplete_unless_archived(told):
    seen = Seen(_size(told) + 1, bytes(32))
    assert failure(judged(told.proof, replace(told.standpoint, seen=seen))) == (
        "incomplete",
        9,
        "incomplete",
        "checkpoint",
    )
    assert judged(told.proof, replace(told.standpoint, seen=seen, archived=True)).outcome == "verified"


def test_a_larger_log_than_was_seen_cannot_be_compared_offline_and_that_is_said(told):
    verdict = judged(told.proof, replace(told.standpoint, seen=Seen(_size(told) - 1, bytes(32))))
    assert verdict.outcome == "verified"
    (consistency,) = (each for each in verdict.unchecked if each.key == "unchecked.consistency")
    assert consistency.values == {"size": _size(told) - 1}


def test_everything_established_is_verified_with_nothing_but_the_truth_unchecked_in_the_end(told):
    verdict = judged(told.proof, told.standpoint)
    assert [step.passed for step in verdict.steps] == [True] * 9
    assert verdict.unchecked[-1].key == "unchecked.truth"
