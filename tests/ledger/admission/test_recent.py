"""What is known of events that were recorded lately is what their bytes say, no more of them than promised."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from ledger.admission.recent import MOST, RecentEvents
from tests.ledger.admission.test_intake import order
from verifier.errors import MalformedError
from verifier.ledgerformat.body import parse_body
from verifier.ledgerformat.head import event_name, parse_head


@pytest.fixture(scope="module")
def events(world):
    """Return five events as admission read them."""
    composed = [order(world, number) for number in range(5)]
    return [
        SimpleNamespace(
            name=event_name(each.head),
            spelt=each.head,
            head=parse_head(each.head),
            body_bytes=each.body,
            body=parse_body(each.body),
        )
        for each in composed
    ]


def asked(event, most=MOST):
    """Return what keeps events, since somebody asks for them."""
    recent = RecentEvents(most)
    recent.head(event.spelt)
    return recent


def is_known(recent, event):
    return recent.head(event.spelt) is event.head


def test_what_was_read_is_not_read_again(events):
    recent = asked(events[0])
    recent.add(events)
    for each in events:
        copies = bytes(bytearray(each.spelt)), bytes(bytearray(each.body_bytes))
        assert recent.head(copies[0]) is each.head
        assert recent.body(*copies) is each.body
        assert recent.name(copies[0]) == each.name


def test_what_is_not_known_is_read(events):
    recent = asked(events[0])
    recent.add(events[:1])
    for each in events[1:]:
        assert recent.head(each.spelt) == each.head
        assert recent.body(each.spelt, each.body_bytes) == each.body
        assert recent.name(each.spelt) == each.name


def test_another_body_than_the_one_that_was_taken_in_is_read_for_itself(events):
    recent = asked(events[0])
    recent.add(events)
    assert recent.body(events[0].spelt, events[1].body_bytes) == events[1].body
    with pytest.raises(MalformedError):
        recent.body(events[0].spelt, events[0].body_bytes + b" ,")


@pytest.mark.parametrize("groups", [[5], [1, 1, 1, 1, 1], [2, 3], [4, 1]])
def test_the_newest_are_known_and_no_more_than_so_many(events, groups):
    recent = asked(events[0], most=3)
    start = 0
    for size in groups:
        recent.add(events[start : start + size])
        start += size
    assert [is_known(recent, each) for each in events] == [False, False, True, True, True]


def test_nothing_is_known_once_something_was_erased(events):
    recent = asked(events[0])
    recent.add(events)
    recent.clear()
    assert not any(is_known(recent, each) for each in events)
    recent.add(events[:1])
    assert is_known(recent, events[0])


def test_nothing_is_kept_where_nobody_asks(events):
    recent = RecentEvents()
    recent.add(events[:1])
    assert not is_known(recent, events[0])
    recent.add(events[1:])
    assert is_known(recent, events[1])
