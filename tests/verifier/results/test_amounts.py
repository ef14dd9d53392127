"""Amounts: what is one, and exact arithmetic, against fractions."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifier.results.amounts import (
    EXACT,
    WITHIN_5_PERCENT,
    add,
    is_within,
    multiply,
    read_amount,
    spell_amount,
    subtract,
)

stated = st.decimals(min_value=-(10**14) + 1, max_value=10**14 - 1, places=5).map(lambda each: f"{each:f}")


@pytest.mark.parametrize(
    "value", ["", "1e3", "+1", ".5", "5.", "1,000", "NaN", "Infinity", "\uff11", "1" * 15, "1.123456", " 1", "--1",
              None, True, False, 1.5, [], {}, 10**14]
)  # fmt: skip
def test_what_messages_cannot_state_is_no_amount(value):
    assert read_amount(value) is None


@given(stated, st.integers(-(10**14) + 1, 10**14 - 1))
def test_what_messages_can_state_is_read_exactly(text, number):
    assert Fraction(read_amount(text)) == Fraction(text)
    assert read_amount(number) == number


@given(st.lists(stated, max_size=200))
def test_sums_and_differences_are_exact(texts):
    amounts = [read_amount(each) for each in texts]
    assert Fraction(add(amounts)) == sum(map(Fraction, texts), Fraction(0))
    for one in amounts:
        assert Fraction(subtract(one, amounts[0])) == Fraction(one) - Fraction(amounts[0])


@given(stated, stated)
def test_products_are_the_nearest_that_five_places_hold_halves_away_from_zero(price, quantity):
    exact, made = Fraction(price) * Fraction(quantity), Fraction(multiply(read_amount(price), read_amount(quantity)))
    assert (made * 100_000).denominator == 1
    assert abs(made - exact) <= Fraction(1, 200_000)
    if abs(made - exact) == Fraction(1, 200_000):
        assert abs(made) > abs(exact)


@pytest.mark.parametrize(("price", "made"), [("0.00001", "0.00001"), ("-0.00001", "-0.00001"), ("0.00003", "0.00002")])
def test_half_of_the_last_place_goes_away_from_zero(price, made):
    assert multiply(Decimal(price), Decimal("0.5")) == Decimal(made)


@given(stated, stated)
def test_tolerance_is_of_what_the_parts_make(declared, made):
    one, other = Fraction(declared), Fraction(made)
    assert is_within(read_amount(declared), read_amount(made), EXACT) == (one == other)
    within = abs(one - other) <= abs(other) / 20
    assert is_within(read_amount(declared), read_amount(made), WITHIN_5_PERCENT) == within


@given(stated)
def test_a_spelt_amount_is_the_same_amount_in_its_shortest_form(text):
    spelt = spell_amount(Decimal(text))
    assert Fraction(spelt) == Fraction(text)
    assert read_amount(spelt) == Decimal(text)
    assert not spelt.endswith((".", ".0"))
    assert spelt != "-0"
