"""Limits of retail imports at their edges, and against a model that reads the announcement's sentences one by one."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifier.results.limits import CUSTOMS_CODES, LIMITS, assess_purchase, limits_on

NOW = limits_on("20261102")
ONE, TWO = [Decimal(1)], [Decimal(2)]
EDGES = [
    ("5000", ONE, None, "within", None),
    ("5000.00001", TWO, None, "above-single", None),
    ("5000.00001", ONE, None, "taxed-in-full", None),
    ("5000.00001", [Decimal(1), Decimal(1)], None, "above-single", None),
    ("5000.00001", [Decimal("1.00000")], None, "taxed-in-full", None),
    ("5000.00001", [None], None, "above-single", None),
    ("26000", ONE, None, "taxed-in-full", None),
    ("26000.00001", ONE, None, "above-yearly", None),
    ("100", TWO, "25900", "within", "0"),
    ("100.00001", TWO, "25900", "above-yearly", "-0.00001"),
    ("6000", ONE, "20000", "taxed-in-full", "0"),
    ("6000", ONE, "20000.00001", "above-yearly", "-0.00001"),
    ("6000", TWO, "0", "above-single", "20000"),
]


@pytest.mark.parametrize(("amount", "quantities", "used", "outcome", "left"), EDGES)
def test_a_purchase_at_the_edge(amount, quantities, used, outcome, left):
    found = assess_purchase(Decimal(amount), quantities, NOW, used=None if used is None else Decimal(used))
    assert (found.outcome, found.left) == (outcome, None if left is None else Decimal(left))
    assert found.is_allowed == (outcome in ("within", "taxed-in-full"))
    assert found.is_allowed or outcome in CUSTOMS_CODES


def test_the_limits_of_a_day_are_those_in_force_then():
    found = {day: limits_on(day) for day in ("20160407", "20160408", "20181231", "20190101", "99991231")}
    assert found["20160407"] is None
    assert (found["20160408"].single, found["20181231"].yearly) == (2_000, 20_000)
    assert (found["20190101"].single, found["99991231"].yearly) == (5_000, 26_000)
    assert found["20190101"].basis == "财关税\u30142018\u301549号"
    assert [each.since for each in LIMITS] == sorted(each.since for each in LIMITS)
    assert limits_on("today") is limits_on("\uff12026110") is None


def model(amount: Fraction, quantities: list[Fraction], used: Fraction) -> str:
    """Return what the announcement says: the year first, then the purchase, then the exception for a single item."""
    if used + amount > 26_000:
        return "above-yearly"
    is_single_item = len(quantities) == 1 and quantities[0] == 1
    if amount > 5_000:
        return "taxed-in-full" if is_single_item else "above-single"
    return "within"


cents = st.integers(0, 3_000_000).map(lambda each: Decimal(each) / 100)


@given(cents, st.lists(st.sampled_from([Decimal(1), Decimal(2), Decimal("0.5")]), max_size=3), cents)
def test_a_year_of_purchases_is_judged_as_the_announcement_says(amount, quantities, used):
    found = assess_purchase(amount, quantities, NOW, used=used)
    assert found.outcome == model(Fraction(amount), [Fraction(each) for each in quantities], Fraction(used))
    assert Fraction(found.left) == 26_000 - Fraction(used) - Fraction(amount)
