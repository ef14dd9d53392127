"""Which differences between sources are shown, and which spellings are no difference."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from ledger.endorsing.differences import FIELDS, find_differences
from verifier.ledgerformat.body import Body
from verifier.ledgerformat.disclosure import Disclosure
from verifier.ledgerformat.subject import subject_name
from verifier.vocabulary import type_files

ORDER, OTHER = "urn:suyuan:order:" + "0a" * 16, "urn:suyuan:order:" + "0b" * 16


def told(name, type_, by, *, order=ORDER, data=None):
    head = SimpleNamespace(type=type_, principal=by, joins=(("trace", subject_name(order)),), follows=())
    event = SimpleNamespace(name=name, head=head, body=Body({"order": order}, data or {}, {}))
    return SimpleNamespace(event=event)


def story(*timeline):
    return SimpleNamespace(timeline=timeline, subjects={subject_name(each): each for each in (ORDER, OTHER)})


def amounts(order, payment):
    return {
        b"o": {"/amounts": Disclosure("/amounts", {"paid": order}, b"")},
        b"p": {"/amount": Disclosure("/amount", {"paid": payment}, b"")},
    }


PAIR = (told(b"o", "order.placed", "platform"), told(b"p", "order.payment", "payer"))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("199.00", "199"),
        ("199", "199.0"),
        ("0.10", "0.1"),
        ("a  b", "a b"),
        ("007", "7"),
        ("NaN", "NaN"),
        ("sNaN", "sNaN"),
    ],
)
def test_two_spellings_of_one_value_are_no_difference(one, other):
    assert find_differences(story(*PAIR), amounts(one, other)) == ()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("199.00", "188.00"),
        ("1", "10"),
        ("x", "y"),
        ("NaN", "1"),
        ("1E999999999", "1"),
        ("1" * 40, "1" * 39 + "2"),
        ("-1", "1"),
    ],
)
def test_two_values_are(one, other):
    (found,) = find_differences(story(*PAIR), amounts(one, other))
    assert (found.field, found.order, [each.value for each in found.sources]) == ("amount-paid", ORDER, [one, other])


def test_what_was_not_disclosed_differs_from_nothing():
    assert find_differences(story(*PAIR), {b"o": amounts("1", "2")[b"o"]}) == ()
    assert find_differences(story(*PAIR), amounts(None, "2")) == ()
    assert find_differences(story(*PAIR), {b"o": {"/amounts": Disclosure("/amounts", None, b"")}}) == ()


def test_one_participant_who_says_two_things_is_a_correction_and_no_difference_between_sources():
    alone = (told(b"o", "order.placed", "seller"), told(b"p", "order.payment", "seller"))
    assert find_differences(story(*alone), amounts("1", "2")) == ()


def test_different_orders_are_not_compared():
    apart = (PAIR[0], told(b"p", "order.payment", "payer", order=OTHER))
    assert find_differences(story(*apart), amounts("1", "2")) == ()


def test_members_in_clear_are_compared_too():
    listed = told(b"l", "clearance.list", "agent", data={"platform": {"code": "2"}, "lineCount": 1})
    placed = told(b"o", "order.placed", "platform", data={"platform": {"code": "1"}, "lineCount": 1})
    assert [each.field for each in find_differences(story(placed, listed), {})] == ["platform"]


def test_every_member_that_is_compared_exists_in_its_type():
    from ledger.endorsing.differences import _SAME  # noqa: PLC0415

    files = type_files()
    for members in _SAME.values():
        for type_, pointer in members:
            step = pointer.split("/")[1]
            assert f'"/{step}"' in files[type_].decode() or f'"{step}"' in files[type_].decode(), (type_, pointer)
    assert len(FIELDS) == len(set(FIELDS)) == len(_SAME)
