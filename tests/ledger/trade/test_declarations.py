"""Where a declaration stands: every status judged, what agencies did before what receipts say."""

from __future__ import annotations

from dataclasses import replace
from itertools import count

import pytest

from ledger.trade.declarations import declarations_of, is_stuck, tell
from verifier.ledgerformat.head import Head

LIST = b"L" * 32
_names = count(1)


def told(type_, *, about=(), name=None, time=None, **data):
    number = next(_names)
    head = Head(
        type=type_, id=bytes(16), issuer="urn:suyuan:agency:customs", time=number if time is None else time,
        joins=(), follows=(), about=tuple(about), to=None, until=None, state=None, behalf=None, body=bytes(32),
    )  # fmt: skip
    return tell(name or number.to_bytes(32), head, data, number)


def listed(mode="9610", type_="clearance.list"):
    return told(type_, name=LIST, tradeMode=mode)


def status(code, message="CEB622", **more):
    return told("clearance.status", about=[LIST], code=code, document={"message": message, "guid": "1"}, **more)


def only(*events):
    (found,) = declarations_of(events)
    return found


def test_regular_statuses_lead_to_the_newest():
    found = only(listed(), *map(status, ("2", "3", "120", "399", "800")))
    assert (found.state.code, found.irregular) == ("800", ())
    assert {each.verdict for each in found.state.steps} == {"regular"}


def test_a_status_that_cannot_follow_is_named_with_what_it_followed():
    found = only(listed(), *map(status, ("2", "3", "120", "399", "800", "120")))
    assert [(each.before, each.code) for each in found.irregular] == [("800", "120")]


def test_statuses_count_in_the_order_of_their_return_times_not_of_their_arrival():
    late, early = status("3", time=20), status("2", time=10)
    assert only(listed(), late, early).state.code == "3"


def test_a_receipt_of_another_document_says_nothing_of_the_declaration():
    assert only(listed(), status("2"), status("120", message="CEB412")).state.code == "2"


def test_a_status_about_another_list_says_nothing_of_this_one():
    other = told("clearance.status", about=[b"M" * 32], code="800")
    assert only(listed(), other).state.code == ""


@pytest.mark.parametrize(
    ("types", "standing"),
    [
        ((), "open"),
        (("clearance.inspection",), "open"),
        (("clearance.hold",), "held"),
        (("clearance.hold", "clearance.hold-lifted"), "open"),
        (("clearance.hold", "clearance.hold-lifted", "clearance.release"), "released"),
        (("clearance.hold", "clearance.seizure"), "seized"),
        (("clearance.joint-release",), "released"),
        (("clearance.hold", "clearance.list-cancelled"), "cancelled"),
    ],
)
def test_what_agencies_did_decides_how_it_stands(types, standing):
    events = [listed()]
    for each in types:
        about = events[-1].name if each == "clearance.hold-lifted" else LIST
        events.append(told(each, about=[about]))
    assert only(*events).standing == standing


def test_a_receipt_that_says_released_without_a_release_is_told_as_that():
    assert only(listed(), status("800")).standing == "released-by-receipt"
    assert only(listed(), status("100")).standing == "rejected"


def test_what_its_mode_still_lacks_is_named_once_the_events_reach_the_parcel():
    assert only(told("order.placed"), listed()).passage is None, "a declaration's own trace has no order in it"
    found = only(told("order.placed"), told("transport.waybill"), listed())
    assert found.passage.missing == ("order.payment",)
    assert only(told("market.purchase"), listed(mode="9710")).passage is None


def test_what_the_public_cannot_see_is_not_said_to_be_lacking():
    (found,) = declarations_of([told("order.placed"), told("transport.waybill"), listed()], whole=False)
    assert found.passage.missing == ()


def test_a_waybill_of_an_export_and_a_joint_release_are_what_the_mode_asks_for():
    found = only(
        told("order.export"), told("order.funds"), told("transport.export-waybill"),
        listed(type_="clearance.export-list"), told("clearance.joint-release", about=[LIST]),
    )  # fmt: skip
    assert found.passage.missing == ()
    assert "clearance.release" not in found.passage.open
    assert (found.direction, found.state.code) == ("export", "")


def test_steps_in_the_wrong_order_are_named():
    found = only(told("delivery.signed"), listed(), told("clearance.release", about=[LIST]))
    assert ("clearance.release", "delivery.signed") not in found.disorder
    assert ("delivery.signed", "clearance.release") in found.disorder


def test_a_list_whose_body_is_closed_has_no_mode_and_lacks_nothing():
    closed = listed()
    found = only(replace(closed, data=None), told("transport.waybill"))
    assert (found.mode, found.passage) == ("", None)


def test_a_declaration_is_stuck_when_nothing_comes_of_it_and_it_is_not_ended():
    waiting = only(listed(), status("2"))
    assert is_stuck(waiting, now=waiting.moved + 10, after=10)
    assert not is_stuck(waiting, now=waiting.moved + 9, after=10)
    ended = only(listed(), told("clearance.release", about=[LIST]))
    assert not is_stuck(ended, now=ended.moved + 1000, after=10)
