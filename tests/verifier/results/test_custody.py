"""Custody: every departure has an arrival; where it does not hold, it is said at which event."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifier.results.custody import (
    ARRIVED,
    DEPARTED,
    Bounds,
    Excursion,
    Movement,
    Reading,
    Stay,
    find_excursions,
    follow_custody,
)

A, B, C = ("urn:suyuan:enterprise:A", "urn:suyuan:enterprise:B", "urn:suyuan:enterprise:C")


def move(*rows):
    """Return movements of rows like `d 10 port A>B` (departed) or `a 20 site B` (arrived)."""
    movements = []
    for place, row in enumerate(rows):
        kind, time, where, who = row.split()
        by, _, to = who.partition(">")
        uri = "urn:suyuan:enterprise:{}".format
        movements.append(Movement(bytes([place]), DEPARTED if kind == "d" else ARRIVED, int(time), where, uri(by),
                                  uri(to) if to else None))  # fmt: skip
    return follow_custody(movements)


def test_a_whole_story_has_legs_and_dwell_times_and_no_gaps():
    found = move("d 10 port A>B", "a 30 site B", "d 100 site B>C", "a 110 shop C")
    assert found.gaps == ()
    assert found.stays == (
        Stay("site", 10, 30, underway=True),
        Stay("site", 30, 100, underway=False),
        Stay("shop", 100, 110, underway=True),
    )
    assert [each.duration for each in found.stays] == [20, 70, 10]
    assert found.underway is None


GAPS = [
    (("a 10 site B",), [("arrived-without-departure", 0, None)]),
    (("d 10 port A>B", "d 20 site B>C"), [("departed-again", 1, 0)]),
    (("d 10 port A>B", "a 20 site B", "a 30 shop C"), [("arrived-without-departure", 2, 1)]),
    (("d 10 port A>B", "a 20 site C"), [("another-recipient", 1, 0)]),
    (("d 10 port A", "a 20 site C"), []),
    (("d 10 port A>B", "a 20 site B", "d 30 elsewhere B"), [("moved-unseen", 2, 1)]),
    (("d 10 port A>B", "a 5 site B"), [("arrived-before-departed", 1, 0)]),
    (("d 10 port A>B", "a 5 site C"), [("another-recipient", 1, 0), ("arrived-before-departed", 1, 0)]),
]


@pytest.mark.parametrize(("rows", "gaps"), GAPS)
def test_a_gap_is_named_at_the_movement_where_it_shows(rows, gaps):
    found = move(*rows)
    assert [
        (each.code, each.event[0], each.before[0] if each.before is not None else None) for each in found.gaps
    ] == gaps


def test_a_departure_that_nothing_answered_is_underway():
    assert move("d 10 port A>B").underway == bytes([0])
    assert move().underway is None


@given(st.lists(st.sampled_from("da"), max_size=12))
def test_departures_and_arrivals_pair_off_or_a_gap_is_counted(kinds):
    """A slow model: take adjacent pairs; each movement whose neighbour is of its own kind is a gap."""
    found = move(*(f"{kind} {place} x A" for place, kind in enumerate(kinds)))
    doubled = sum(one == other for one, other in pairwise(kinds)) + (kinds[:1] == ["a"])
    assert len([each for each in found.gaps if each.code != "moved-unseen"]) == doubled
    assert len(found.stays) == sum(one != other for one, other in pairwise(kinds))


def test_excursions_are_told_by_how_much_and_by_whose_word():
    cold = Bounds("temperature", "CEL", Decimal(2), Decimal(8))
    readings = [
        Reading(b"in", "temperature", "CEL", Decimal(2), Decimal(8), excursion=False),
        Reading(b"hot", "temperature", "CEL", Decimal(3), Decimal("8.00001"), excursion=False),
        Reading(b"both", "temperature", "CEL", Decimal(-1), Decimal(9), excursion=True),
        Reading(b"unit", "temperature", "FAH", Decimal(40), Decimal(60), excursion=False),
        Reading(b"word", "humidity", "P1", Decimal(1), Decimal(99), excursion=True),
    ]
    assert find_excursions(readings, [cold]) == (
        Excursion(b"hot", Decimal(0), Decimal("0.00001"), reported=False),
        Excursion(b"both", Decimal(3), Decimal(1), reported=True),
        Excursion(b"word", Decimal(0), Decimal(0), reported=True),
    )
