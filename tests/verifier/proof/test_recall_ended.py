"""A recall that was ended is told as ended, where it was ended and nowhere else."""

from __future__ import annotations

import pytest

from ledger.compose.event import Draft
from tests.verifier.proof.steps.forging import judged, proved
from tests.world import ITEM, PRODUCT, found_world, now, tell_parcel
from verifier.errors import NotPermittedError

TEXT = {"zh": "示例", "en": "Example"}
COUNTS = {"affected": 3, "traced": 2, "stopped": 1, "returned": 1, "asOf": "20261120"}


@pytest.fixture
def world(tmp_path):
    made = found_world(tmp_path, witnesses=0, quorum=0, policies=False)
    tell_parcel(made, until="product")
    subjects = {"item": ITEM, "product": PRODUCT}
    made.say("seller", Draft("transport.commissioning", now(), subjects, {"action": "ADD"}))
    yield made
    made.ledger.close()


def recall(world, who="market", goods=(PRODUCT, ITEM)):
    data = {"hazard": TEXT, "advice": TEXT}
    return world.say(who, Draft("aftersales.recall", now(), {"goods": list(goods)}, data))[0]


def lift(world, event, who="market", goods=(PRODUCT, ITEM)):
    data = {"reason": "completed", "explanation": TEXT}
    draft = Draft("aftersales.recall-lifted", now(), {"goods": list(goods)}, data, about=(event.name,))
    return world.say(who, draft)[0]


def recalls(world, subject=ITEM):
    verdict = judged(proved(world, subject), world.standpoint())
    assert verdict.outcome == "verified", verdict.error
    return sorted((each.key, each.values["event"]) for each in verdict.notices if "recall" in each.key)


def test_progress_is_no_recall_of_its_own(world):
    event = recall(world)
    draft = Draft("aftersales.recall-progress", now(), {"goods": [PRODUCT]}, COUNTS, about=(event.name,))
    world.say("market", draft)
    assert set(recalls(world)) == {("notice.recalled", event.name.hex())}


def test_an_ended_recall_is_told_as_ended_and_by_what(world):
    event = recall(world)
    lifted = lift(world, event)
    verdict = judged(proved(world, ITEM), world.standpoint())
    ended = [each for each in verdict.notices if "recall" in each.key]
    assert {each.key for each in ended} == {"notice.recall-ended"}
    assert {(each.values["event"], each.values["by"]) for each in ended} == {(event.name.hex(), lifted.name.hex())}


def test_it_stands_for_what_it_was_not_ended_for(world):
    event = recall(world)
    lift(world, event, goods=(ITEM,))
    assert recalls(world) == [("notice.recall-ended", event.name.hex()), ("notice.recalled", event.name.hex())]
    assert recalls(world, PRODUCT) == [("notice.recalled", event.name.hex())]


def test_a_later_recall_stands_beside_one_that_was_ended(world):
    first = recall(world, goods=(PRODUCT,))
    lift(world, first, goods=(PRODUCT,))
    second = recall(world, goods=(PRODUCT,))
    keys = {name: key for key, name in recalls(world)}
    assert keys == {first.name.hex(): "notice.recall-ended", second.name.hex(): "notice.recalled"}


def test_a_firm_does_not_end_what_an_agency_recalled(world):
    event = recall(world)
    with pytest.raises(NotPermittedError) as refused:
        lift(world, event, "seller")
    assert refused.value.field == "events[0].head.about"
