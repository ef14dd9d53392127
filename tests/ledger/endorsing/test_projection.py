"""What awaits whom, as the projection derives it from committed events."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from ledger.compose.event import Draft
from ledger.endorsing import projection as module
from tests.world import DAY, PRODUCT, now, parcel_story, tell_parcel


def filings(world):
    """Say the enterprise's and the product's filing."""
    for name, who, draft in parcel_story(world)[:2]:
        (world.events[name],) = world.say(who, draft)
    return world.events["enterprise"], world.events["product"]


def test_an_event_awaits_the_agency_that_a_policy_asks_for_until_it_answers(followed):
    enterprise, product = filings(followed.world)
    waiting = followed.inbox("customs")
    assert [(each.name, each.type, each.outcome) for each in waiting] == [
        (enterprise.name, "filing.enterprise", "not yet recognised"),
        (product.name, "filing.product", "not yet recognised"),
    ]
    assert {each.policies for each in waiting} == {("urn:suyuan:policy:filing",)}
    for other in ("inspection", "tax", "market", "commerce"):
        assert followed.inbox(other) == []
    followed.world.endorse("customs", enterprise)
    assert [each.name for each in followed.inbox("customs")] == [product.name]


def test_a_joint_release_awaits_only_who_has_not_answered(followed):
    events = tell_parcel(followed.world, until="release")
    assert followed.awaits("inspection", events["release"])
    assert not followed.awaits("customs", events["release"])  # it said it
    followed.world.endorse("inspection", events["release"])
    assert not followed.awaits("inspection", events["release"])


def test_an_acknowledgement_is_no_answer_and_a_refusal_is(followed):
    _, product = filings(followed.world)
    followed.world.endorse("customs", product, "acknowledged")
    assert followed.awaits("customs", product)
    reason = {"zh": "资料不全", "en": "incomplete"}
    followed.world.endorse("customs", product, "refused", reason=reason)
    assert not followed.awaits("customs", product)


def test_what_was_withdrawn_awaits_again(followed):
    _, product = filings(followed.world)
    said = followed.world.endorse("customs", product)
    assert not followed.awaits("customs", product)
    reason = {"zh": "有误", "en": "a mistake"}
    followed.world.say("customs", Draft("endorsement.withdrawn", now(), data={"reason": reason}, about=(said.name,)))
    assert followed.awaits("customs", product)


def test_a_term_that_has_ended_awaits_again_without_any_new_answer(followed):
    _, product = filings(followed.world)
    soon = now() + 300
    draft = Draft("endorsement.recognised", now(), data={"seen": []}, about=(product.name,), until=soon)
    followed.world.say("customs", draft)
    assert not followed.awaits("customs", product)
    while followed.world.ledger.head.time < soon:
        followed.world.ledger.writer.call(followed.world.ledger.writer.sequencer.seal).result()
    (waiting,) = (each for each in followed.inbox("customs") if each.name == product.name)
    assert waiting.outcome == "expired"


def test_an_agency_that_gets_a_role_is_awaited_from_then_on(followed):
    _, product = filings(followed.world)
    assert not followed.awaits("tax", product)
    tax = followed.world.cast["tax"]
    draft = Draft("registry.role", now(), {"agency": tax.uri}, {"roles": ["tax", "customs"]})
    followed.world.zone.decree([draft])
    assert followed.awaits("tax", product)
    assert followed.awaits("customs", product)
    followed.world.endorse("customs", product)
    assert not followed.awaits("tax", product)


@pytest.mark.parametrize(("policy_until", "deadline", "expected"), [(None, None, None), (5, None, 5), (5, 2, 2)])
def test_a_deadline_is_the_policys_own_else_the_end_of_a_term(followed, policy_until, deadline, expected):
    world = followed.world
    seller = world.cast["seller"]
    base = now()
    subjects = {"policy": "urn:suyuan:policy:filing", "types": ["urn:suyuan:type:filing.enterprise"]}
    data = {"rule": {"role": "customs"}, "basis": {"zh": "备案", "en": "Filing"}}
    if deadline is not None:
        data["deadline"] = deadline * DAY
    until = None if policy_until is None else base + policy_until * DAY
    world.zone.decree([Draft("registry.policy", base, subjects=subjects, data=data, until=until)])
    names = {"zh": "示例", "en": "Example"}
    filed = Draft("filing.enterprise", base, {"enterprise": seller.uri}, {"names": names, "customsCode": "1"})
    world.say("seller", filed)
    (waiting,) = followed.inbox("customs")
    if expected is None:
        assert waiting.deadline is None
    else:
        assert waiting.deadline == (waiting.time if deadline else base) + expected * DAY


def test_the_inbox_is_read_page_by_page_oldest_first(followed):
    seller = followed.world.cast["seller"]
    filings(followed.world)
    data = {"names": {"zh": "示例", "en": "Example"}, "hsCode": "1901101000", "origin": "NZ"}
    gtins = ["06901234560008", "06901234560015", "06901234560022", "06901234560039"]
    more = [
        Draft("filing.product", now(), {"product": f"https://id.gs1.org/01/{each}", "enterprise": seller.uri}, data)
        for each in gtins
    ]
    followed.world.say("seller", *more)
    whole = followed.inbox("customs")
    assert [(each.leaf, each.position) for each in whole] == sorted((each.leaf, each.position) for each in whole)
    pages, after = [], None
    with followed.read() as reader:
        while page := reader.inbox(followed.world.cast["customs"].uri, after=after, limit=4):
            pages.append(len(page))
            after = (page[-1].leaf, page[-1].position)
        assert reader.count(followed.world.cast["customs"].uri) == len(whole) == sum(pages)
    assert pages == [4, 2]


def test_a_filing_knows_how_often_it_was_used(followed):
    tell_parcel(followed.world)
    followed.catch_up()
    with followed.read() as reader:
        subject = next(name for kind, name in followed.world.zone.heads[followed.world.events["product"].name].joins)
        assert reader.filing(subject) == followed.world.events["product"].name
        assert reader.used(subject) == {"clearance.list": 1, "transport.commissioning": 1}
    assert PRODUCT


@pytest.mark.parametrize("events", [1, 3, 10_000])
def test_small_and_large_turns_come_to_the_same(followed, monkeypatch, events):
    tell_parcel(followed.world)
    whole = followed.dump()
    followed.projection.close()
    followed.path.unlink()
    monkeypatch.setattr(module, "_EVENTS", events)
    monkeypatch.setattr(module, "_JUDGED", min(events, 7))
    followed.projection = followed.open()
    assert followed.dump() == whole


def test_it_follows_by_itself_and_never_holds_up_the_writer(followed):
    followed.projection.start()
    entered, leave = threading.Event(), threading.Event()
    original = followed.projection.take

    def slow(*given):
        entered.set()
        assert leave.wait(10)
        return original(*given)

    followed.projection.take = slow
    assert entered.wait(10)
    enterprise, product = filings(followed.world)  # recorded while the projection stands still
    leave.set()
    size = followed.world.ledger.head.edge.size
    assert followed.projection.wait_for(size, 10)
    with followed.read() as reader:
        names = [each.name for each in reader.inbox(followed.world.cast["customs"].uri, after=None, limit=10)]
    assert names == [enterprise.name, product.name]


def test_a_request_for_assistance_awaits_the_agency_it_is_made_to(followed):
    world = followed.world
    handle = "urn:suyuan:assistance:" + "5a" * 16
    basis = {"zh": "协助", "en": "assistance"}
    until = now() + DAY
    draft = Draft("assistance.requested", now(), {"request": handle}, {"basis": basis}, to=world.cast["tax"].uri)
    (request,) = world.say("customs", replace(draft, until=until))
    (waiting,) = followed.inbox("tax")
    assert (waiting.name, waiting.deadline, waiting.policies) == (request.name, until, ())
    world.say("tax", Draft("assistance.answered", now(), data={"outcome": "granted"}, about=(request.name,)))
    assert followed.inbox("tax") == []
