"""Limits of retail imports: one purchase, one year. In versions, each with its legal basis."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from verifier.results.amounts import add, subtract

WITHIN, IN_FULL, ABOVE_SINGLE, ABOVE_YEARLY = "within", "taxed-in-full", "above-single", "above-yearly"
CUSTOMS_CODES = {ABOVE_SINGLE: "-621005", ABOVE_YEARLY: "-621018"}  # returnStatus of customs for the same fault


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits in force from a day on.

    Attributes:
        since: first day, YYYYMMDD.
        single: yuan, of one purchase: goods, freight and insurance, before tax and before non-cash discounts.
        yearly: yuan, of one buyer in a calendar year.
        undividable: what becomes of a purchase above `single` of one single item: `taxed-in-full` (as general
            trade; it counts for the year) or `above-single` (not by this way at all).
        basis: the announcement.
    """

    since: str
    single: Decimal
    yearly: Decimal
    undividable: str
    basis: str


LIMITS = (
    Limits("20160408", Decimal(2_000), Decimal(20_000), IN_FULL, "财关税〔2016〕18号"),  # noqa: RUF001 - the brackets of announcements
    Limits("20190101", Decimal(5_000), Decimal(26_000), IN_FULL, "财关税〔2018〕49号"),  # noqa: RUF001 - the brackets of announcements
)


@dataclass(frozen=True, slots=True)
class Assessment:
    """How a purchase stands to the limits.

    Attributes:
        outcome: within, taxed-in-full, above-single or above-yearly.
        limits: those that were applied.
        left: yuan left for the buyer's year after it; None where it is not known what was used. Below zero where the
            year is exceeded.
    """

    outcome: str
    limits: Limits
    left: Decimal | None

    @property
    def is_allowed(self) -> bool:
        """Return whether it may come in as a retail import."""
        return self.outcome in (WITHIN, IN_FULL)


def limits_on(day: str) -> Limits | None:
    """Return the limits in force on a day (YYYYMMDD); None before the first, or where it is no day."""
    if not re.fullmatch(r"[0-9]{8}", day, re.ASCII):
        return None
    return next((each for each in reversed(LIMITS) if each.since <= day), None)


def assess_purchase(
    amount: Decimal, quantities: Sequence[Decimal | None], limits: Limits, *, used: Decimal | None = None
) -> Assessment:
    """Return how a purchase stands to the limits. The year is judged first: above it nothing helps.

    Args:
        amount: of the purchase: goods, freight and insurance, in yuan.
        quantities: of its lines; a purchase of one line and quantity 1 cannot be divided. None where a quantity cannot
            be read.
        limits: those in force.
        used: yuan that the buyer used in the calendar year before it; None where the year is not asked for.
    """
    left = None if used is None else subtract(limits.yearly, add((used, amount)))
    if left is not None and left < 0:
        return Assessment(ABOVE_YEARLY, limits, left)
    if amount <= limits.single:
        return Assessment(WITHIN, limits, left)
    if list(quantities) != [Decimal(1)]:
        return Assessment(ABOVE_SINGLE, limits, left)
    return Assessment(limits.undividable if amount <= limits.yearly else ABOVE_YEARLY, limits, left)
