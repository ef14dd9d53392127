"""Summary declarations: every list in exactly one, none twice, and totals that follow from the members."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.verifier.results.paperwork import paper
from verifier.results.totals import Member, check_totals, cover


def member(place, covers=None, listed=None):
    return Member(place.to_bytes(2, "big"), covers, listed=covers is None if listed is None else listed)


def names(*places):
    return tuple(each.to_bytes(2, "big") for each in places)


def test_each_summary_covers_what_stands_since_the_one_before_it():
    history = [
        member(0),
        member(1),
        member(2, covers=2),
        member(3),
        member(4, listed=False),
        member(5),
        member(6, covers=5),
    ]
    found = cover(history)
    assert found.lists == {names(2)[0]: names(0, 1), names(6)[0]: names(3)}
    assert found.open == names(5)
    assert found.faulty == ()


def changed(place, declaration):
    return Member(place.to_bytes(2, "big"), listed=True, declares=frozenset({declaration}))


def test_of_a_list_that_was_changed_its_newest_event_counts_and_in_one_summary_alone():
    """A rejected list is declared again, changed, under its own number: that is one list, told of twice."""
    history = [
        changed(0, b"one"),
        changed(1, b"two"),
        changed(2, b"one"),
        member(3, covers=3),
        changed(4, b"two"),
        changed(5, b"three"),
        member(6, covers=6),
        changed(7, b"three"),
        changed(8, b"four"),
        changed(9, b"four"),
    ]
    found = cover(history)
    assert found.lists == {names(3)[0]: names(1, 2), names(6)[0]: names(5)}
    assert found.changed == {names(3)[0]: names(0), names(6)[0]: names(4)}
    assert found.open == names(9)


def test_a_declaration_that_was_cancelled_is_so_whichever_of_its_events_that_answers():
    history = [changed(0, b"one"), changed(1, b"one"), cancels(2, 0), changed(3, b"two"), member(4, covers=4)]
    found = cover(history)
    assert found.lists == {names(4)[0]: names(3)}
    assert (found.cancelled[names(4)[0]], found.changed[names(4)[0]]) == (names(1), names(0))


@pytest.mark.parametrize("covers", [0, 2, 1, 4, 5])
def test_a_summary_that_covers_nothing_new_or_what_is_not_there_yet_is_faulty(covers):
    found = cover([member(0), member(1), member(2, covers=2), member(3, covers=covers)])
    assert found.faulty == names(3)
    assert found.lists == {names(2)[0]: names(0, 1)}


@given(st.lists(st.none() | st.integers(0, 12), max_size=12))
def test_every_list_is_in_exactly_one_summary_or_open(kinds):
    history = [member(place, covers=each) for place, each in enumerate(kinds)]
    found = cover(history)
    placed = [each for lists in found.lists.values() for each in lists] + list(found.open)
    assert sorted(placed) == sorted(each.name for each in history if each.listed)


def cancels(place, *cancelled):
    return Member(place.to_bytes(2, "big"), cancels=names(*cancelled))


def test_a_list_that_was_cancelled_before_the_summary_is_not_in_it_and_one_that_was_later_is_named():
    history = [
        member(0),
        member(1),
        cancels(2, 1),
        member(3),
        member(4, covers=4),
        cancels(5, 0),
        member(6),
        cancels(7, 6),
    ]
    found = cover(history)
    assert found.lists == {names(4)[0]: names(0, 3)}
    assert (found.cancelled, found.since) == ({names(4)[0]: names(1)}, {names(4)[0]: names(0)})
    assert found.open == (), "the last one was cancelled before any summary"


def test_a_cancellation_behind_the_state_of_a_summary_came_too_late_for_it():
    found = cover([member(0), cancels(1, 0), member(2, covers=1)])
    assert (found.lists, found.since) == ({names(2)[0]: names(0)}, {names(2)[0]: names(0)})


def test_what_is_cancelled_before_it_stands_here_is_not_of_this_month():
    assert cover([cancels(0, 1), member(1)]).open == names(1)


@given(st.lists(st.none() | st.integers(0, 12), max_size=12), st.lists(st.integers(0, 12), max_size=4))
def test_every_list_is_in_one_summary_cancelled_or_open(kinds, ends):
    history = [member(place, covers=each) for place, each in enumerate(kinds)]
    history += [cancels(100 + place, each) for place, each in enumerate(ends)]
    found = cover(history)
    gone = {each for several in found.cancelled.values() for each in several} | set(names(*ends))
    placed = {each for lists in found.lists.values() for each in lists} | set(found.open) | gone
    assert {each.name for each in history if each.listed} <= placed
    assert not set(found.open) & set(names(*ends))


def listed(*totals, gross="1.5", net="1.2"):
    items = [{"number": str(number), "total": total} for number, total in enumerate(totals, 1)]
    return paper("list", lines={"items": items, "grossWeight": gross, "netWeight": net})


LISTS = [listed("10.5", "0.00001"), listed("3", gross="2", net="1.8")]
RIGHT = {"lists": 2, "goods": "13.50001", "grossWeight": "3.50", "netWeight": "3"}


def test_totals_that_follow_agree():
    assert check_totals(RIGHT, LISTS).outcome == "agrees"
    assert check_totals({}, LISTS).outcome == "agrees"


@pytest.mark.parametrize("name", RIGHT)
def test_a_total_that_does_not_follow_is_named_with_what_it_should_be(name):
    found = check_totals(RIGHT | {name: "14"}, LISTS)
    assert (found.outcome, found.fields) == ("differs", (f"summary/totals/{name}",))
    assert Fraction(found.differences[0].values["expected"]) == Fraction(str(RIGHT[name]))


def test_totals_of_values_that_are_not_shown_cannot_be_told():
    hidden = paper("list", withheld=("/lines",))
    assert check_totals(RIGHT, [*LISTS, hidden]).outcome == "differs", "how many there are is known all the same"
    found = check_totals(RIGHT | {"lists": 3}, [*LISTS, hidden])
    assert (found.outcome, found.fields) == (
        "incomplete", ("summary/totals/goods", "summary/totals/grossWeight", "summary/totals/netWeight"),
    )  # fmt: skip
    assert check_totals({"colour": "1"}, LISTS).fields == ("summary/totals/colour",)


@given(st.lists(st.lists(st.integers(0, 10**9), min_size=1, max_size=4), max_size=6))
def test_goods_are_the_sum_of_all_lines(amounts):
    lists = [listed(*(str(Fraction(each, 1)) for each in one)) for one in amounts]
    total = sum(sum(one) for one in amounts)
    assert check_totals({"goods": str(total)}, lists).outcome == "agrees"
    assert check_totals({"goods": str(total + 1)}, lists).outcome == "differs"
