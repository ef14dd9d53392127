"""Step 6, Complete: histories exactly as indexed, open links followed, recalls there or absent, no body missing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fixtures.zone.founding import Zone
from ledger.compose.event import Draft
from tests.verifier.proof.steps.forging import (
    failure,
    judged,
    notices,
    proved,
    proved_without,
    recosigned,
    said,
    unchecked,
)
from tests.world import PRODUCT, UNIT, found_world, now, tell_parcel
from verifier.primitives.note import format_vkey
from verifier.primitives.tlog_policy import parse_tlog_policy
from verifier.proof.bundle import MISSING

REASON = {"zh": "不符", "en": "Not as declared"}


def test_it_says_how_many_histories_are_whole_and_how_many_absent(told):
    verdict = judged(told.proof, told.standpoint)
    found = said(verdict, 6)
    whole, absent = found["step6.histories"]["histories"], found["step6.absent"]["absent"]
    assert whole + absent == 2 * found["step6.histories"]["subjects"], "a trace and a recall each"
    assert absent >= found["step6.histories"]["subjects"], "nothing was recalled"


@pytest.mark.parametrize("section", ["turns", "nodes"])
def test_an_index_proof_that_shows_other_histories_is_not_complete(told, section):
    whole = getattr(told.proof.trace_index, section)
    bent = replace(told.proof.trace_index, **{section: whole[:-1] + bytes([whole[-1] ^ 0x80])})
    outcome, step, *_ = failure(judged(told.proof, told.standpoint, trace_index=bent))
    assert (outcome, step) == ("incomplete", 6)


@pytest.mark.parametrize("name", ["return", "departing", "release recognised"])
def test_an_event_that_is_left_out_is_missed(world, monkeypatch, name):
    bent = proved_without(world, world.events[name].name, monkeypatch)
    assert failure(judged(bent, world.standpoint()))[:3] == ("incomplete", 6, "not-indexed")


def test_a_refusal_that_is_left_out_is_missed(world, monkeypatch):
    refusal = world.endorse("inspection", world.events["release"], "refused", reason=REASON)
    bent = proved_without(world, refusal.name, monkeypatch)
    assert failure(judged(bent, world.standpoint()))[:3] == ("incomplete", 6, "not-indexed")


def test_a_recall_is_noticed_and_one_that_is_left_out_is_missed(world, monkeypatch):
    data = {"hazard": REASON, "advice": REASON}
    (recall,) = world.say("market", Draft("aftersales.recall", now(), {"goods": [PRODUCT]}, data))
    verdict = judged(proved(world), world.standpoint())
    assert (verdict.outcome, "notice.recalled" in notices(verdict)) == ("verified", True)
    bent = proved_without(world, recall.name, monkeypatch)
    assert failure(judged(bent, world.standpoint()))[:3] == ("incomplete", 6, "not-indexed")


def test_a_missing_body_is_not_complete(told):
    place = next(at for at, part in enumerate(told.proof.trace) if b"transport.packing" in part.events[0].head)
    part = told.proof.trace[place]
    bent = replace(part, events=(replace(part.events[0], body=MISSING),))
    trace = (*told.proof.trace[:place], bent, *told.proof.trace[place + 1 :])
    verdict = judged(told.proof, told.standpoint, trace=trace)
    assert failure(verdict) == ("incomplete", 6, "incomplete", "body")
    assert "1 bodies missing, first of transport.packing" in str(verdict.error)


def test_a_link_that_was_ended_is_noticed_and_followed_up_to_there(world):
    unpacking = Draft("transport.unpacking", now(), data={"reason": "x"}, about=(world.events["packing"].name,))
    world.say("warehouse", unpacking)
    (later,) = world.say("carrier", Draft("transport.object", now(), {"epcs": [UNIT]}, {"action": "OBSERVE"}))
    verdict = judged(proved(world), world.standpoint())
    assert verdict.outcome == "verified"
    assert "notice.closed" in notices(verdict)
    told = {each.event.name for each in verdict.story.timeline}
    assert world.events["departing"].name in told, "the item was in the unit"
    assert later.name not in told, "the unit belonged to the parcel, not to the item any more"
    assert [each.event.name for each in verdict.story.outside] == [later.name]
    assert said(verdict, 6)["step6.outside"] == {"events": 1}


def test_an_event_outside_the_story_that_is_left_out_is_missed_too(world, monkeypatch):
    unpacking = Draft("transport.unpacking", now(), data={"reason": "x"}, about=(world.events["packing"].name,))
    world.say("warehouse", unpacking)
    (later,) = world.say("carrier", Draft("transport.object", now(), {"epcs": [UNIT]}, {"action": "OBSERVE"}))
    bent = proved_without(world, later.name, monkeypatch)
    assert failure(judged(bent, world.standpoint()))[:3] == ("incomplete", 6, "not-indexed")


# The index: the ledger's word, unless somebody replayed it.


def test_where_no_replay_group_is_named_the_index_is_the_ledgers_word(told):
    assert "unchecked.replay" in unchecked(judged(told.proof, told.standpoint))


@pytest.mark.parametrize(("replay", "outcome"), [("witnesses", "verified"), ("w1", "verified"), ("w3", "incomplete")])
def test_a_replay_group_of_the_charter_is_asked_for_by_whoever_names_it(told, story_world, replay, outcome):
    standpoint = replace(told.standpoint, policy=replace(told.standpoint.policy, replay=replay))
    verdict = judged(recosigned(story_world, told.proof, witnesses=2), standpoint)
    assert verdict.outcome == outcome
    assert "unchecked.replay" not in unchecked(verdict)
    if outcome == "incomplete":
        assert failure(verdict) == ("incomplete", 6, "incomplete", "cosignatures")
        assert "your replay group" in str(verdict.error)


def test_a_replay_group_that_nobody_defines_is_not_reached(told):
    standpoint = replace(told.standpoint, policy=replace(told.standpoint.policy, replay="nobody"))
    assert failure(judged(told.proof, standpoint)) == ("incomplete", 6, "incomplete", "replay")


@pytest.mark.parametrize(("cosigned", "outcome"), [(2, "incomplete"), (3, "verified")])
def test_a_replay_group_of_ones_own_policy_text_is_asked_for(told, story_world, cosigned, outcome):
    third = story_world.witnesses[2].key
    text = f"log {format_vkey(story_world.keys.note_keys[0])}\nwitness mine {format_vkey(third)}\nquorum none\n"
    policy = replace(told.standpoint.policy, policy=parse_tlog_policy(text), replay="mine")
    proof = recosigned(story_world, told.proof, witnesses=cosigned)
    assert judged(proof, replace(told.standpoint, policy=policy)).outcome == outcome


@pytest.mark.parametrize(("cosigned", "outcome"), [(2, "incomplete"), (3, "verified")])
def test_the_charters_replay_group_must_have_replayed(tmp_path, monkeypatch, cosigned, outcome):
    honest = Zone._charter

    def naming_the_third(zone: Zone) -> Draft:
        draft = honest(zone)
        return replace(draft, data={**draft.data, "replay": "w3"})

    monkeypatch.setattr(Zone, "_charter", naming_the_third)
    world = found_world(tmp_path)
    try:
        tell_parcel(world)
        verdict = judged(recosigned(world, proved(world), witnesses=cosigned), world.standpoint())
    finally:
        world.ledger.close()
    assert verdict.outcome == outcome
    assert "unchecked.replay" not in unchecked(verdict)
    if outcome == "incomplete":
        assert failure(verdict)[:2] == ("incomplete", 6)
        assert "the charter's replay group" in str(verdict.error)
