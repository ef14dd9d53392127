"""Which items a recall reaches, and where they are."""

from __future__ import annotations

import pytest

from ledger.compose.event import Draft
from ledger.errors import UnknownError
from ledger.trade.members import Item, Made, downstream_of, read_members
from ledger.trade.recall import reach_of, read_recall
from tests.ledger.trade.story import BLEND, LOT, OTHER, SERIALS, TEXT, about, item
from tests.world import PRODUCT, handle, now
from verifier.ledgerformat.subject import subject_name


@pytest.fixture
def reading(story):
    with story.world.ledger.store.read() as reader:
        yield reader, reader.counters().size


def names(*serials):
    return {subject_name(item(each)) for each in serials}


def test_items_of_a_lot_are_those_commissioned_under_it_in_the_order_of_the_log(story, reading):
    members = list(read_members(LOT, *reading))
    assert [each.subject for each in members if isinstance(each, Item)] == [item(each) for each in SERIALS]
    assert [each.outputs for each in members if isinstance(each, Made)] == [(BLEND,)]


@pytest.mark.parametrize("most", [1, 2, 3, 8])
def test_items_are_read_in_parts_that_join_up(story, reading, most):
    parts = [list(read_members(LOT, *reading, first=first, most=most)) for first in range(0, 12, most)]
    assert [each for part in parts for each in part] == list(read_members(LOT, *reading))


def test_what_is_recorded_after_the_size_asked_for_is_left_out(story, reading):
    reader, size = reading
    assert list(read_members(LOT, reader, 1)) == []
    assert list(read_members(LOT, reader, size)) != []


def test_a_recall_of_an_ingredient_reaches_the_items_of_what_was_made_from_it(story, reading):
    found = downstream_of([OTHER], *reading)
    assert (found.sources, found.whole) == ((OTHER, BLEND), True)
    assert found.items == names("other", "blended")


def test_a_recall_of_a_product_reaches_every_item_once_with_or_without_a_lot(story, reading):
    found = downstream_of([PRODUCT], *reading)
    assert sorted(found.sources) == sorted([PRODUCT, LOT, OTHER, BLEND])
    assert found.items == names(*SERIALS, "other", "loose", "blended")


def test_a_recall_of_an_item_reaches_it_alone(story, reading):
    assert downstream_of([item("loose")], *reading).items == names("loose")


def test_a_search_that_is_cut_short_says_so(story, reading, monkeypatch):
    monkeypatch.setattr("ledger.trade.members.MAX_SOURCES", 1)
    found = downstream_of([OTHER], *reading)
    assert (found.sources, found.whole) == ((OTHER,), False)


def test_an_item_cannot_be_commissioned_under_a_lot_and_kept_out_of_its_members(story):
    """The role that follows the lot joins its members: what an event must join follows from its body."""
    kind = story.world.zone.types["transport.commissioning"]
    role = kind.subjects["lot"]
    assert (role.joins, role.follows) == (("member",), ("trace",))
    assert kind.subjects["product"].joins == ("member",)


def test_reach_says_how_many_were_traced_stopped_and_returned(moved):
    with moved.world.ledger.store.read() as reader:
        reach = reach_of([LOT], reader, reader.counters().size)
    assert reach.where == {"stock": 3, "held": 1, "away": 1, "delivered": 2, "returning": 1, "returned": 1}
    assert (reach.affected, reach.traced, reach.stopped, reach.returned) == (9, 6, 4, 1)
    assert sum(reach.where.values()) == len({*SERIALS, "blended"})


def test_what_is_unpacked_after_its_delivery_is_not_stopped(story):
    story.commission("late", lot=OTHER)
    _, packed = story.order("late")
    story.deliver("late")
    story.say("seller", about(packed, "transport.unpacking", {"reason": "order cancelled"}))
    with story.world.ledger.store.read() as reader:
        assert reach_of([item("late")], reader, reader.counters().size).where["delivered"] == 1


def test_a_recall_says_who_answers_for_it_who_stopped_selling_and_what_was_reported(moved):
    firm = moved.cast["warehouse"].uri
    event = moved.recall(LOT, responsible=firm)
    read = lambda: _read(moved, event.name)  # noqa: E731 - the same question thrice
    assert (read().responsible, read().goods, read().by) == (firm, (LOT,), moved.cast["market"].uri)
    assert (read().lifted, read().suspended, read().reported) == (None, (), None)
    (suspension,) = moved.say("platform", _suspend("platform"))
    counts = {"affected": 9, "traced": 6, "stopped": 4, "returned": 1, "asOf": "20261120"}
    for returned in (1, 2):
        data = counts | {"returned": returned}
        moved.say("market", Draft("aftersales.recall-progress", now(), {"goods": [LOT]}, data, about=(event.name,)))
    assert read().suspended == (moved.cast["platform"].uri,)
    assert read().reported == counts | {"returned": 2}
    moved.say("platform", about(suspension, "aftersales.sale-resumed", {"reason": "recall-ended"}))
    data = {"reason": "completed", "explanation": TEXT}
    (lifted,) = moved.say(
        "market", Draft("aftersales.recall-lifted", now(), {"goods": [LOT]}, data, about=(event.name,))
    )
    assert (read().lifted, read().suspended) == (lifted.name, ())


def test_whoever_suspended_a_sale_is_told_until_it_resumed_or_its_term_ended(moved):
    name = moved.recall(LOT).name
    platform, market = (moved.cast[each].uri for each in ("platform", "market"))
    (by_platform,) = moved.say("platform", _suspend("of a term", until=now() + 3_600_000))
    (by_market,) = moved.say("market", _suspend("by an agency"))
    moved.say("customs", _suspend("of a term that is over", until=now() - 1))
    assert _read(moved, name).suspended == (platform, market)
    moved.say("platform", about(by_platform, "aftersales.sale-resumed", {"reason": "recall-ended"}))
    assert _read(moved, name).suspended == (market,)
    moved.say("market", about(by_market, "aftersales.sale-resumed", {"reason": "recall-ended"}))
    assert _read(moved, name).suspended == ()


def _suspend(which, until=None):
    subjects = {"suspension": handle("suspension", which), "goods": [LOT]}
    return Draft("aftersales.sale-suspended", now(), subjects, {"scope": "goods", "reason": "recall"}, until=until)


def test_what_is_no_recall_is_unknown(story):
    (event,) = story.commission("no-recall")
    for name in (event.name, bytes(32)):
        with pytest.raises(UnknownError, match=r"aftersales\.recall"):
            _read(story, name)


def _read(story, name):
    with story.world.ledger.store.read() as reader:
        return read_recall(name, reader, reader.counters().size)
