"""Where an item is, from heads alone: what the ledger's story cannot show."""

from __future__ import annotations

import json

import pytest

from ledger.trade.members import Item
from ledger.trade.whereabouts import Whereabouts
from verifier.ledgerformat.head import Head

PARCEL, ORDER = b"p" * 32, b"o" * 32


def head(type_, *follows):
    joins = (("trace", bytes(32)),)
    links = tuple(("trace", name) for name in follows)
    return Head(type_, bytes(16), "urn:suyuan:agency:a", 1, joins, bytes(32), follows=links)


def where(item, bodies=(), **traces):
    heads_of = {
        PARCEL: [head(*each) for each in traces.get("parcel", ())],
        ORDER: [head(each) for each in traces.get("order", ())],
    }
    given = dict(bodies)
    return Whereabouts(lambda name: heads_of.get(name, []), lambda _: (0, 0)).of(
        (head(*each), lambda type_=each[0]: given.get(type_)) for each in item
    )


COMMISSIONED, PACKED, UNPACKED = ("transport.commissioning",), ("transport.packing", PARCEL), ("transport.unpacking",)
HELD = ["clearance.list", "clearance.hold"]


@pytest.mark.parametrize(
    ("item", "order", "expected"),
    [
        ([COMMISSIONED], HELD, "stock"),
        ([COMMISSIONED, PACKED], HELD, "held"),
        ([COMMISSIONED, PACKED], [*HELD, "clearance.hold-lifted"], "away"),
        ([COMMISSIONED, PACKED], [*HELD, "clearance.seizure"], "held"),
        ([COMMISSIONED, PACKED], [*HELD, "clearance.hold-lifted", "clearance.hold"], "held"),
        ([COMMISSIONED, PACKED, UNPACKED], HELD, "stock"),
        ([COMMISSIONED, PACKED, UNPACKED, PACKED], HELD, "held"),
    ],
)
def test_a_hold_counts_while_the_item_is_in_the_parcel_and_the_hold_stands(item, order, expected):
    assert where(item, parcel=[("transport.waybill", ORDER)], order=order) == expected


def test_what_was_delivered_is_not_held_any_more():
    assert (
        where([COMMISSIONED, PACKED], parcel=[("transport.waybill", ORDER), ("delivery.signed",)], order=HELD)
        == "delivered"
    )


@pytest.mark.parametrize(("delivered", "expected"), [(5, "delivered"), (12, "stock")])
def test_who_takes_an_item_out_of_a_parcel_that_was_delivered_does_not_bring_it_back_into_stock(delivered, expected):
    """Else a recall would count as stopped what its firm unpacked on paper after the consumer had it."""
    told = [(head(*each), lambda: None) for each in (COMMISSIONED, PACKED, UNPACKED)]
    places = {"transport.unpacking": (9, 0), "delivery.signed": (delivered, 0)}
    parcel = [head("transport.waybill"), head("delivery.signed")]
    whereabouts = Whereabouts(lambda name: parcel if name == PARCEL else [], lambda each: places[each.type])
    assert whereabouts.of(told) == expected


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [("returned", "returned"), ("refused", "delivered"), ("withdrawn", "delivered"), (None, "returned")],
)
def test_a_return_is_closed_one_way_or_the_other_and_one_whose_body_was_erased_may_have_come_back(outcome, expected):
    body = json.dumps({"data": {"outcome": outcome}}).encode() if outcome else None
    told = [COMMISSIONED, ("delivery.pick-up",), ("aftersales.return",), ("aftersales.return-closed",)]
    assert where(told, {"aftersales.return-closed": body}) == expected
    assert where(told[:3]) == "returning"
    assert where([*told, PACKED], {"aftersales.return-closed": body}) == "away", "sold again"


def test_a_parcel_that_many_items_share_is_read_once():
    asked = []

    def heads_of(name):
        asked.append(name)
        return [head("transport.waybill")]

    whereabouts = Whereabouts(heads_of, lambda _: (0, 0))
    for _ in range(5):
        assert whereabouts.of([(head(*PACKED), lambda: None)]) == "away"
    assert asked == [PARCEL]


def test_an_item_whose_body_was_erased_has_a_name_and_no_spelling():
    assert Item(0, b"", None).subject is None
