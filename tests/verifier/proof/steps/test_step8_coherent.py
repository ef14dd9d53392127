"""Step 8, Coherent: the story can be told in this order, and an item belongs to its product."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ledger.compose.event import Draft
from tests.verifier.judgement.chronicle import bare
from tests.verifier.proof.steps.forging import failure, judged, proved, said
from tests.world import DAY, FIRM, ITEM, ORDER, PARCEL, PRODUCT, found_world, now, tell_parcel
from verifier.errors import ContradictionError
from verifier.judgement.registry import Registry
from verifier.judgement.trace import Closure
from verifier.ledgerformat.subject import subject_name
from verifier.proof.examination import Examination
from verifier.proof.steps.step8_coherent import establish_coherent
from verifier.vocabulary import registry_types

PAID = {"/amount": {"paid": "199.00", "currency": "142"}}


def test_it_says_how_many_rules_hold(told):
    verdict = judged(told.proof, told.standpoint)
    rules = sum(len(each.kind.order) for each in verdict.story.timeline)
    assert said(verdict, 8) == {"step8.rules": {"rules": rules}}
    assert rules > 3


def test_what_may_be_said_once_is_contradicted_by_the_second(world):
    world.say("payer", Draft("order.payment", now(), {"order": ORDER}, {"firm": FIRM}, PAID))
    verdict = judged(proved(world, walk="parties"), world.standpoint())
    assert failure(verdict) == ("contradictory", 8, "contradiction", "order")
    assert "paid-twice" in str(verdict.error)
    assert (verdict.exit_code, verdict.story is not None) == (1, True)
    assert judged(proved(world), world.standpoint()).outcome == "verified", "payments are no part of the public walk"


@pytest.fixture
def packed(tmp_path):
    """A world in which the item was packed, and nothing was said of its way."""
    made = found_world(tmp_path)
    tell_parcel(made, until="packing")
    yield made
    made.ledger.close()


@pytest.mark.parametrize("walk", ["public", "parties"])
def test_a_delivery_that_claims_a_time_before_the_release_is_contradicted(packed, walk):
    """Admission lets it in, since claimed times are nobody's to refuse."""
    packed.say("carrier", Draft("delivery.signed", now() - 30 * DAY, {"parcel": PARCEL}, {"carrier": FIRM}))
    verdict = judged(proved(packed, walk=walk), packed.standpoint())
    assert failure(verdict) == ("contradictory", 8, "contradiction", "order")
    assert "delivered-before-released" in str(verdict.error)


def test_a_rule_about_a_history_that_the_walk_leaves_out_is_said_not_to_be_checked(packed):
    """Whether it was delivered before it was returned stands in a case: the public walk cannot tell."""
    back = {"lineCount": 1, "quantity": "1"}
    packed.say("seller", Draft("aftersales.return", now(), {"item": ITEM, "order": ORDER}, back))
    public = judged(proved(packed), packed.standpoint())
    assert public.outcome == "verified"
    assert {"code": "returned-before-delivered"} in unchecked_rules(public)
    parties = judged(proved(packed, walk="parties"), packed.standpoint())
    assert failure(parties) == ("contradictory", 8, "contradiction", "order")
    assert "returned-before-delivered" in str(parties.error)


def test_where_all_rules_are_met_none_is_left_unchecked(told):
    """An item's proof holds the histories of its order and of the list's declaration: where holds can stand."""
    assert unchecked_rules(judged(told.proof, told.standpoint)) == []


def unchecked_rules(verdict):
    return [each.values for each in verdict.unchecked if each.key == "unchecked.order"]


def _establish(subject: str, *events) -> None:
    pair = ("trace", subject_name(subject))
    found = Examination(None, ())  # type: ignore[arg-type]
    found.registry = Registry(registry_types())
    found.closure = Closure((pair[1],), {pair: list(events)}, ())
    establish_coherent(found, subject)


@pytest.mark.parametrize("subject", [ITEM, f"{PRODUCT}/10/LOT-1"])
def test_an_item_or_lot_that_does_not_follow_its_product_is_contradicted(subject):
    join = (("trace", subject_name(subject)),)
    event = bare("registry.kind", 5, joins=join)
    with pytest.raises(ContradictionError, match="follow"):
        _establish(subject, event)
    other = (("trace", subject_name(f"{PRODUCT[:-1]}9")),)
    with pytest.raises(ContradictionError, match="follow"):
        _establish(subject, replace(event, head=replace(event.head, follows=other)))
    own = (("trace", subject_name(PRODUCT)),)
    _establish(subject, replace(event, head=replace(event.head, follows=own)))


def test_a_subject_without_events_or_of_another_form_has_no_product_to_follow():
    _establish(ITEM)
    _establish(ORDER, bare("registry.kind", 5))
