"""Amounts: decimals of customs messages (N19,5), read and reckoned with exactly. No floats anywhere."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal, Inexact
from typing import Any

PLACES = Decimal("0.00001")
_DECIMAL = re.compile(r"-?[0-9]{1,14}(?:\.[0-9]{1,5})?", re.ASCII)
# Two amounts multiplied have at most 38 digits, and sums of thousands a few more: in this context every result is
# exact, or an error.
_EXACT = Context(prec=80, traps=[Inexact])
_ROUNDING = Context(prec=80, rounding=ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How far a declared amount may be from what its parts make.

    Attributes:
        share: of the amount that the parts make; 0 where it has to be exact.
        source: where that is written; empty where nothing is allowed.
    """

    share: Decimal
    source: str = ""


EXACT = Tolerance(Decimal(0))
WITHIN_5_PERCENT = Tolerance(
    Decimal("0.05"), "practice of import declarations as a trade page of 2021-05 describes it; no announcement is known"
)


def read_amount(value: Any) -> Decimal | None:
    """Return a whole number, or a text of at most 14 digits before and 5 behind the point; None for anything else."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str) or not _DECIMAL.fullmatch(value):
        return None
    return Decimal(value)


def add(amounts: Iterable[Decimal]) -> Decimal:
    """Return the exact sum."""
    total = Decimal(0)
    for each in amounts:
        total = _EXACT.add(total, each)
    return total


def subtract(amount: Decimal, less: Decimal) -> Decimal:
    """Return the exact difference."""
    return _EXACT.subtract(amount, less)


def multiply(price: Decimal, quantity: Decimal) -> Decimal:
    """Return a product as messages can state it: to five places, half a unit of the last away from zero."""
    return _ROUNDING.quantize(_EXACT.multiply(price, quantity), PLACES)


def is_within(declared: Decimal, made: Decimal, tolerance: Tolerance) -> bool:
    """Return whether a declared amount is what its parts make, up to the tolerance."""
    allowed = _EXACT.multiply(_EXACT.abs(made), tolerance.share)
    return _EXACT.abs(_EXACT.subtract(declared, made)) <= allowed


def spell_amount(amount: Decimal) -> str:
    """Return an amount without exponent and without zeros behind the last place that counts."""
    spelt = f"{amount:f}"
    if "." in spelt:
        spelt = spelt.rstrip("0").rstrip(".")
    return "0" if spelt == "-0" else spelt
