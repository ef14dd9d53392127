"""Places and turns: nobody takes all of either, whatever the others do."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import BusyError, OverloadError
from ledger.sequencer.fairness import Lanes, Shares

A, B, C = ("a",), ("b",), ("c",)


def filled(lanes, path, cost=1, item=None):
    """Add items of a path until there is no room; return how many."""
    count = 0
    while True:
        try:
            lanes.add(item or (*path, count), path, cost)
        except OverloadError:
            return count
        count += 1


def test_one_alone_fills_half_and_leaves_room_for_everybody_else():
    lanes = Lanes("queue", 100)
    assert filled(lanes, A) == 50
    assert filled(lanes, B) == 25
    lanes.add("c", C)
    with pytest.raises(BusyError, match="queue") as refused:
        lanes.add("again", A)
    assert refused.value.todo


def test_whoever_is_refused_learns_whether_all_is_full_or_only_its_own_share():
    lanes = Lanes("queue", 4)
    filled(lanes, A)
    with pytest.raises(OverloadError, match="taken by you"):
        lanes.add("more", A)
    with pytest.raises(OverloadError, match="2 taken"):
        lanes.add("large", B, 3)


def test_something_larger_than_the_bound_is_taken_alone():
    lanes = Lanes("queue", 10)
    lanes.add("large", A, 25)
    with pytest.raises(OverloadError):
        lanes.add("small", B)
    assert lanes.take() == "large"
    lanes.add("small", B)


def test_names_invented_inside_one_network_take_no_more_than_it_gets():
    lanes = Lanes("intake", 90)
    for number in range(1_000):
        filled(lanes, ("flood", f"invented {number}"))
    assert lanes.shares.held <= 45
    lanes.add("quiet", ("elsewhere", "issuer"))


def test_inside_one_network_a_quiet_issuer_finds_room_beside_one_that_floods():
    lanes = Lanes("intake", 90)
    filled(lanes, ("office", "flood"))
    lanes.add("quiet", ("office", "quiet"))


def test_a_quiet_issuer_s_turn_comes_next_however_much_another_has_waiting():
    lanes = Lanes("queue", 10_000)
    filled(lanes, A, 5)
    for _ in range(3):
        lanes.take()
    lanes.add("quiet", B)
    assert "quiet" in [lanes.take() for _ in range(2)]


def test_turns_are_weighed_by_cost():
    lanes = Lanes("queue", 100_000)
    filled(lanes, A, 100)
    filled(lanes, B, 1)
    spent = Counter()
    for _ in range(1_000):
        path, _ = lanes.take()
        spent[path] += 100 if path == "a" else 1
    assert abs(spent["a"] - spent["b"]) <= 200


def test_names_of_one_network_share_its_turns():
    lanes = Lanes("intake", 1_000_000)
    for name in "xyz":
        for _ in range(300):
            lanes.add("flood", ("flood", name))
    for _ in range(300):
        lanes.add("quiet", ("elsewhere", "issuer"))
    taken = Counter(lanes.take() for _ in range(400))
    assert taken["quiet"] >= 190


def test_coming_back_at_once_wins_no_turns():
    lanes = Lanes("queue", 100_000)
    for number in range(200):
        lanes.add(number, B)
    lanes.add("large", A, 50)
    taken = []
    for _ in range(101):
        taken.append(lanes.take())
        if taken[-1] == "large":
            lanes.add("large", A, 50)
    assert taken.count("large") <= 4


def test_nothing_waiting_is_an_index_error():
    with pytest.raises(IndexError):
        Lanes("queue", 1).take()


ADDED = st.tuples(st.sampled_from([A, B, C, ("a", "x"), ("a", "y")]), st.integers(1, 30))


@given(st.lists(ADDED | st.none(), max_size=200), st.integers(1, 120))
def test_whatever_comes_and_goes_order_bound_and_places_hold(steps, most):
    lanes, waiting, number = Lanes("queue", most), {}, 0
    for step in steps:
        if step is None and len(lanes):
            path, item = lanes.take()
            assert waiting[path].pop(0)[0] == item, "in their order"
        elif step is not None:
            path, cost = step
            number += 1
            try:
                lanes.add((path, number), path, cost)
            except OverloadError:
                assert lanes.shares.held, "an empty queue takes anything"
                continue
            waiting.setdefault(path, []).append((number, cost))
        left = [cost for each in waiting.values() for _, cost in each]
        assert lanes.shares.held == sum(left)
        assert len(lanes) == len(left)
        assert sum(left) <= most or len(left) == 1
    assert lanes.paths == sum(map(bool, waiting.values()))
    left = [each for some in waiting.values() for each in some]
    assert len([lanes.take() for _ in range(len(lanes))]) == len(left)
    assert lanes.shares.held == 0
    assert not lanes.shares._by, "nobody is remembered as holding anything"


def test_places_are_given_back():
    places = Shares("requests", 2)
    places.take(A)
    with pytest.raises(OverloadError):
        places.take(A)
    places.take(B)
    with pytest.raises(OverloadError, match="2 taken"):
        places.take(C)
    places.give_back(A)
    places.take(C)


def test_places_without_a_name_are_bounded_together_only():
    places = Shares("requests", 3)
    for _ in range(3):
        places.take(())
    with pytest.raises(OverloadError):
        places.take(())
