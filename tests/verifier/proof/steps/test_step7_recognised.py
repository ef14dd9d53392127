"""Step 7, Recognised: what the policies in force make of the endorsements that the trace shows."""

from __future__ import annotations

from ledger.compose.event import Draft
from tests.verifier.proof.steps.forging import failure, judged, notices, proved, said
from tests.world import DECLARATION, PRODUCT, UNIT, found_world, now, tell_parcel

REASON = {"zh": "不符", "en": "Not as declared"}


def test_it_says_how_many_satisfy_their_policies_and_how_many_need_none(told):
    verdict = judged(told.proof, told.standpoint)
    counted = said(verdict, 7)["step7.recognised"]
    judged_ = [each for each in verdict.story.timeline if each.recognition.policies]
    assert counted == {"judged": len(judged_), "recorded": len(verdict.story.timeline) - len(judged_)}
    assert counted["judged"] >= 4, "two filings, an inspection and a release"


def test_without_policies_everything_is_recorded(tmp_path):
    world = found_world(tmp_path, policies=False)
    tell_parcel(world)
    verdict = judged(proved(world), world.standpoint())
    world.ledger.close()
    assert verdict.outcome == "verified"
    assert said(verdict, 7)["step7.recognised"]["judged"] == 0


def test_what_only_one_of_two_recognised_is_not_recognised_and_all_is_told(tmp_path):
    world = found_world(tmp_path)
    tell_parcel(world, until="release")
    verdict = judged(proved(world, PRODUCT), world.standpoint())
    assert verdict.outcome == "verified"
    declaration = judged(proved(world, DECLARATION), world.standpoint())
    world.ledger.close()
    outcome, step, code, field = failure(declaration)
    assert (outcome, step, code) == ("not-recognised", 7, "not-recognised")
    assert field.startswith("clearance.release ")
    assert "urn:suyuan:policy:joint-release" in str(declaration.error)
    assert len(declaration.story.timeline) > 3, "the story is told beside the failure"


def test_a_refusal_names_who_refused_and_is_noticed(world):
    world.endorse("inspection", world.events["release"], "refused", reason=REASON)
    verdict = judged(proved(world), world.standpoint())
    assert failure(verdict)[:3] == ("not-recognised", 7, "not-recognised")
    assert "refused by urn:suyuan:agency:inspection" in str(verdict.error)
    assert "notice.refused" in notices(verdict)


def test_recognition_with_conditions_counts_and_is_noticed(tmp_path):
    world = found_world(tmp_path)
    tell_parcel(world, until="release")
    conditions = {"conditions": [REASON]}
    event = world.events["release"]
    world.endorse("inspection", event, "recognised-with-conditions", **conditions)
    verdict = judged(proved(world, DECLARATION), world.standpoint())
    world.ledger.close()
    assert (verdict.outcome, notices(verdict)) == ("verified", ["notice.conditions"])


def test_recognition_whose_term_has_ended_counts_no_more(tmp_path):
    world = found_world(tmp_path)
    tell_parcel(world, until="release")
    draft = Draft(
        "endorsement.recognised", now(), data={"seen": []}, about=(world.events["release"].name,), until=now()
    )
    world.say("inspection", draft)
    verdict = judged(proved(world, DECLARATION), world.standpoint())
    world.ledger.close()
    assert failure(verdict)[:2] == ("not-recognised", 7)


def test_a_correction_is_noticed_beside_the_outcome(world):
    draft = Draft(
        "record.correction", now(), data={"reason": "incorrect-data"}, about=(world.events["departing"].name,)
    )
    world.say("carrier", draft)
    verdict = judged(proved(world), world.standpoint())
    assert verdict.outcome == "verified"
    (corrected,) = (each for each in verdict.notices if each.key == "notice.corrected")
    assert corrected.values == {"event": world.events["departing"].name.hex()}


def test_what_is_recorded_long_after_the_time_that_it_claims_is_noticed(world):
    late = now() - 400 * 24 * 3_600_000
    world.say("carrier", Draft("transport.object", late, {"epcs": [UNIT]}, {"action": "OBSERVE"}))
    verdict = judged(proved(world), world.standpoint())
    assert ("notice.late" in notices(verdict), verdict.outcome) == (True, "verified")
