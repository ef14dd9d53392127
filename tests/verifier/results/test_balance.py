"""Balances of book lines against a slow model in fractions."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from verifier.results.balance import Movement, reckon_balance


def test_what_went_in_less_what_went_out_since_the_reconciliation():
    moves = [Movement(b"in", Decimal(100)), Movement(b"out", Decimal("-2.5")),
             Movement(b"rec", None, Decimal("97.5"), reconciles=True), Movement(b"more", Decimal("-7.5"))]  # fmt: skip
    found = reckon_balance(moves)
    assert (found.amount, found.since, found.told, found.wrong) == (90, b"rec", (b"rec",), ())
    assert found.overdrawn == found.withheld == ()


def test_what_goes_below_nothing_is_named_and_so_is_a_wrong_reconciliation():
    moves = [Movement(b"in", Decimal(1)), Movement(b"out", Decimal(-2)), Movement(b"back", Decimal("0.5")),
             Movement(b"rec", None, Decimal(0), reconciles=True)]  # fmt: skip
    found = reckon_balance(moves)
    assert (found.overdrawn, found.wrong, found.amount) == ((b"out",), (b"rec",), 0)


def test_an_amount_that_is_not_shown_hides_the_balance_until_the_next_reconciliation():
    moves = [Movement(b"in", Decimal(5)), Movement(b"hidden", None), Movement(b"out", Decimal(-1))]
    assert reckon_balance(moves).amount is None
    reconciled = [*moves, Movement(b"rec", None, Decimal(3), reconciles=True), Movement(b"out2", Decimal(-1))]
    found = reckon_balance(reconciled)
    assert (found.amount, found.told, found.wrong, found.withheld) == (2, (), (), (b"hidden",))


def test_from_an_unknown_start_nothing_is_told_before_the_first_reconciliation():
    moves = [Movement(b"out", Decimal(-1)), Movement(b"rec", None, Decimal(3), reconciles=True)]
    found = reckon_balance(moves, start=None)
    assert (found.amount, found.told, found.overdrawn) == (3, (), ())
    assert reckon_balance(moves[:1], start=None).amount is None


steps = st.tuples(st.booleans(), st.none() | st.integers(-500, 500).map(lambda each: Decimal(each) / 100))


@given(st.lists(steps, max_size=12), st.none() | st.integers(0, 5))
def test_balances_are_what_the_slow_model_reckons_from_the_last_known_point(drawn, start):
    moves = [Movement(bytes([place]), None if reconciles else amount, amount if reconciles else None, reconciles)
             for place, (reconciles, amount) in enumerate(drawn)]  # fmt: skip
    found = reckon_balance(moves, start=None if start is None else Decimal(start))

    def at(end: int) -> Fraction | None:
        """Return the balance before a place, looking back for the last point that is known."""
        total = Fraction(0)
        for place in range(end - 1, -1, -1):
            reconciles, amount = drawn[place]
            if reconciles and amount is not None:
                return total + Fraction(amount)
            if amount is None and not reconciles:
                return None
            total += Fraction(amount or 0)
        return None if start is None else total + start

    assert (None if found.amount is None else Fraction(found.amount)) == at(len(drawn))
    stated = [place for place, (reconciles, amount) in enumerate(drawn) if reconciles and amount is not None]
    assert found.told == tuple(bytes([each]) for each in stated if at(each) is not None)
    assert found.wrong == tuple(bytes([each]) for each in stated if at(each) not in (None, Fraction(drawn[each][1])))
    taken = [place for place, (reconciles, amount) in enumerate(drawn) if not reconciles and amount and amount < 0]
    assert found.overdrawn == tuple(
        bytes([each]) for each in taken if (after := at(each + 1)) is not None and after < 0
    )
