"""The rules about an import list by itself: what its mode asks for, and the limits of a purchase."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from verifier.results.amounts import add, read_amount
from verifier.results.comparison import Comparison, agree
from verifier.results.limits import ABOVE_YEARLY, WITHIN, Assessment, Limits, assess_purchase, limits_on
from verifier.results.modes import IMPORT, MODES, Mode
from verifier.results.reckoned import NOT_NEGATIVE, Items, amount_of, items_of
from verifier.results.rules import TEXT, Field

_DAY = Field("list", "/declaredOn")
_YUAN = "142"  # among customs' codes of currencies


def check_mode(found: Comparison) -> None:
    """Ask that the list states what its mode of supervision asks for, and nothing that speaks of another."""
    code = found.require(Field("list", "/tradeMode"))
    if code is None:
        return
    mode = MODES.get(code) if isinstance(code, str) else None
    if mode is None or IMPORT not in mode.directions:
        expected = ", ".join(each.code for each in MODES.values() if IMPORT in each.directions)
        found.differ({"list/tradeMode": code, "expected": expected})
        return
    _check_stated(found, mode)
    for number, item in items_of(found, "list").items() if mode.required_items else ():
        for name in mode.required_items:
            if not item.get(name):
                found.differ({f"list/lines/items/{number}/{name}": None, "list/tradeMode": code})


def _check_stated(found: Comparison, mode: Mode) -> None:
    document = found.documents["list"]
    for pointer in mode.required:
        if not document.find(pointer) and document.is_withheld(pointer):
            found.missing.append(f"list{pointer}")
        elif not document.find(pointer):
            found.differ({f"list{pointer}": document.find(pointer), "list/tradeMode": mode.code})
    for pointer in mode.forbidden:
        if document.find(pointer) is not None:
            found.differ({f"list{pointer}": document.find(pointer), "list/tradeMode": mode.code})


def check_single_limit(found: Comparison) -> None:
    """Ask that a purchase is within the limit of one, or is one single item within the year's."""
    _check_limit(found, assess_list(found))


def check_yearly_limit(found: Comparison, used: Decimal) -> None:
    """Ask that a purchase, with what its buyer used before it, is within the year's limit."""
    assessment = assess_list(found, used)
    if assessment is not None and assessment.outcome == ABOVE_YEARLY:
        _check_limit(found, assessment)


def _check_limit(found: Comparison, assessment: Assessment | None) -> None:
    if assessment is not None and not assessment.is_allowed:
        found.differ({"list/lines/items": assessment.outcome, "expected": f"{WITHIN}, {assessment.limits.basis}"})


def assess_list(found: Comparison, used: Decimal | None = None) -> Assessment | None:
    """Return how a list stands to the limits; None where that cannot be told, which is noted.

    The amount is the dutiable one: the totals of the lines, freight and insurance, without tax, in yuan.
    """
    limits, items = _limits_of(found), items_of(found, "list")
    _check_currency(found, items)
    charges = [amount_of(found, f"/charges/{name}", "list") for name in ("freight", "insurance")]
    totals = [_total_of(found, number, item) for number, item in items.items()]
    known = [each for each in (*charges, *totals) if each is not None]
    if limits is None or not items or len(known) < len(charges) + len(totals):
        return None
    quantities = [read_amount(each.get("quantity")) for each in items.values()]
    return assess_purchase(add(known), quantities, limits, used=used)


def _limits_of(found: Comparison) -> Limits | None:
    day = found.require(_DAY)
    limits = limits_on(day) if isinstance(day, str) else None
    if day is not None and limits is None:
        found.differ({str(_DAY): day, "expected": "a day since there are limits"})
    return limits


def _check_currency(found: Comparison, items: Items) -> None:
    """Ask that no currency that the list states is another than that of the limits."""
    listed = found.documents.get("list")
    stated = {"list/charges/currency": listed.find("/charges/currency") if listed else None}
    stated |= {f"list/lines/items/{number}/currency": item.get("currency") for number, item in items.items()}
    other = {name: value for name, value in stated.items() if value is not None and not agree(value, _YUAN, TEXT)}
    if other:
        found.differ({**other, "expected": _YUAN})


def _total_of(found: Comparison, number: int, item: Mapping[str, Any]) -> Decimal | None:
    where, stated = f"list/lines/items/{number}/total", item.get("total")
    amount = read_amount(stated)
    if stated is None:
        found.missing.append(where)
    elif amount is None or amount < 0:
        found.differ({where: stated, "expected": "a decimal" if amount is None else NOT_NEGATIVE})
        return None
    return amount
