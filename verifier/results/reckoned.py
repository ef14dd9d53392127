"""The rules that more than a comparison decides: money, lines, packages, returns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from verifier.results.amounts import Tolerance, add, is_within, multiply, read_amount, spell_amount, subtract
from verifier.results.comparison import Comparison, agree
from verifier.results.documents import MOST_ITEMS, Document
from verifier.results.rules import AMOUNT, TEXT, Field

_PER_UNIT = ("quantity", "price")
_RETURNED = ("hsCode", "name", "unit")
_ITEMS, _TOTAL = "/lines/items", "/quantity"
NOT_NEGATIVE = "0 or more"  # else one amount less than nothing would bring a purchase under a limit, or hide a price
Items = Mapping[int, Mapping[str, Any]]


def check_money(found: Comparison, tolerance: Tolerance) -> None:
    """Ask that what is paid is goods, freight and tax less the discount, and each total its price times quantity."""
    if "order" in found.documents:
        _check_paid(found, tolerance)
    for source in ("order", "list"):
        for number, item in items_of(found, source, needed=True).items():
            _check_total(found, source, number, item, tolerance)


def _check_paid(found: Comparison, tolerance: Tolerance) -> None:
    amounts = {name: amount_of(found, f"/amounts/{name}") for name in ("goods", "freight", "tax", "discount", "paid")}
    if any(each is None for each in amounts.values()):
        return
    known = {name: each for name, each in amounts.items() if each is not None}
    made = subtract(add((known["goods"], known["freight"], known["tax"])), known["discount"])
    if not is_within(known["paid"], made, tolerance):
        stated = {f"order/amounts/{name}": spell_amount(each) for name, each in known.items()}
        found.differ({**stated, "expected": spell_amount(made)})


def amount_of(found: Comparison, pointer: str, source: str = "order") -> Decimal | None:
    """Return an amount of a document; one that is missing, is no number or below zero is noted, and None."""
    stated = found.require(Field(source, pointer))
    amount = read_amount(stated)
    if amount is None and stated is not None:
        found.differ({f"{source}{pointer}": stated, "expected": "a decimal"})
    elif amount is not None and amount < 0:
        found.differ({f"{source}{pointer}": stated, "expected": NOT_NEGATIVE})
        return None
    return amount


def _check_total(found: Comparison, source: str, number: int, item: Mapping[str, Any], tolerance: Tolerance) -> None:
    where = f"{source}{_ITEMS}/{number}"
    stated = {name: item.get(name) for name in ("price", "quantity", "total")}
    lacking = [f"{where}/{name}" for name, value in stated.items() if value is None]
    found.missing.extend(lacking)
    if lacking:
        return
    price, quantity, total = amounts = [read_amount(each) for each in stated.values()]
    made = None if price is None or quantity is None else multiply(price, quantity)
    values = {f"{where}/{name}": value for name, value in stated.items()}
    if any(each is not None and each < 0 for each in amounts):
        found.differ({**values, "expected": NOT_NEGATIVE})
    elif made is None or total is None or not is_within(total, made, tolerance):
        found.differ({**values, "expected": "decimals" if made is None else spell_amount(made)})


def check_lines(found: Comparison) -> None:
    """Ask that order and list have the same lines one to one, with the same names, quantities and prices.

    Quantities and prices in different units cannot be compared: then the units are what is missing.
    """
    for number, items in lines_in_both(found):
        compare_member(found, number, "name", TEXT, items)
        if _have_one_unit(found, number, items):
            for name in _PER_UNIT:
                compare_member(found, number, name, AMOUNT, items)
    check_pieces(found, "order")


def check_pieces(found: Comparison, source: str) -> None:
    """Ask that how many pieces a document says that may come back are what its lines add up to."""
    wanted = Field(source, _TOTAL)
    document = found.documents.get(source)
    if document is None or not (document.find(_TOTAL) is not None or document.is_withheld(_TOTAL)):
        return
    stated = found.require(wanted)
    amounts = [read_amount(item.get("quantity")) for item in items_of(found, source).values()]
    known = [each for each in amounts if each is not None]
    if stated is None or not amounts or len(known) < len(amounts):
        return
    if read_amount(stated) != (made := add(known)):
        found.differ({str(wanted): stated, "expected": spell_amount(made)})


def lines_in_both(found: Comparison) -> Iterator[tuple[int, Mapping[str, Mapping[str, Any]]]]:
    """Yield the lines that order and list have, by number and source; what one of them lacks differs."""
    ordered, listed = (items_of(found, source, needed=True) for source in ("order", "list"))
    if not ordered or not listed:
        return
    for number in sorted(ordered.keys() | listed.keys()):
        if number in ordered and number in listed:
            yield number, {"order": ordered[number], "list": listed[number]}
        else:
            found.differ({f"{source}{_ITEMS}/{number}": number if number in items else None
                          for source, items in (("order", ordered), ("list", listed))})  # fmt: skip


def _have_one_unit(found: Comparison, number: int, items: Mapping[str, Mapping[str, Any]]) -> bool:
    units = {f"{source}{_ITEMS}/{number}/unit": item.get("unit") for source, item in items.items()}
    if lacking := [name for name, unit in units.items() if unit is None]:
        found.missing.extend(lacking)
    elif not agree(units[f"order{_ITEMS}/{number}/unit"], units[f"list{_ITEMS}/{number}/unit"], TEXT):
        found.missing.extend(units)
    else:
        return True
    return False


def check_packages(found: Comparison) -> None:
    """Ask that waybill and list are of one package each."""
    for wanted in (Field("waybill", "/packages"), Field("list", "/lines/packages")):
        stated = found.require(wanted)
        if stated is not None and read_amount(stated) != 1:
            found.differ({str(wanted): stated, "expected": "1"})


def check_tally(found: Comparison) -> None:
    """Ask that a tally that says its direction says that goods come in."""
    stated = found.documents["tally"].find("/direction")
    if stated not in (None, "I"):
        found.differ({"tally/direction": stated, "expected": "I"})


def check_return(
    found: Comparison, *, texts: Sequence[str] = _RETURNED, amounts: Sequence[str] = ("quantity",)
) -> None:
    """Ask that what is returned was listed: the same goods, name and unit, and no more of it.

    Args:
        found: the comparison.
        texts: members of a line that are the same.
        amounts: members of a line that are above 0, and no more than listed.
    """
    returned, listed = (items_of(found, source, needed=True) for source in ("return", "list"))
    if not returned or not listed:
        return
    for number, item in returned.items():
        if number not in listed:
            found.differ({f"return{_ITEMS}/{number}": number, f"list{_ITEMS}/{number}": None})
            continue
        items = {"return": item, "list": listed[number]}
        for name in texts:
            compare_member(found, number, name, TEXT, items)
        for name in amounts:
            _check_returned_amount(found, number, name, items)


def _check_returned_amount(found: Comparison, number: int, name: str, items: Mapping[str, Mapping[str, Any]]) -> None:
    values = {f"{source}{_ITEMS}/{number}/{name}": item.get(name) for source, item in items.items()}
    if lacking := [where for where, value in values.items() if value is None]:
        found.missing.extend(lacking)
        return
    least, most = (read_amount(each) for each in values.values())
    if least is None or most is None or not 0 < least <= most:
        found.differ(values)


def compare_member(
    found: Comparison, number: int, name: str, kind: str, items: Mapping[str, Mapping[str, Any]]
) -> None:
    """Compare a member of a line that two documents have; where one does not state it, it is missing."""
    values = {f"{source}{_ITEMS}/{number}/{name}": item.get(name) for source, item in items.items()}
    if lacking := [where for where, value in values.items() if value is None]:
        found.missing.extend(lacking)
        return
    left, right = values.values()
    if not agree(left, right, kind):
        found.differ(values)


def items_of(found: Comparison, source: str, *, needed: bool = False) -> Items:
    """Return a document's lines by number; lines that cannot be told apart, or too many, are a difference.

    Args:
        found: the comparison.
        source: the document.
        needed: whether a document that is not there is noted as missing.
    """
    document = found.documents.get(source)
    if document is None:
        if needed:
            found.missing.append(source)
        return {}
    if found.require(Field(source, _ITEMS)) is None:
        return {}
    numbers = [_number_of(each) for each in document.items]
    known = [each for each in numbers if each is not None]
    if not known or not _are_distinct(document, numbers):
        found.differ({f"{source}{_ITEMS}": len(document.items), "expected": "lines with a number each"})
        return {}
    return dict(sorted(zip(known, document.items, strict=True)))


def _number_of(item: Mapping[str, Any]) -> int | None:
    amount = read_amount(item.get("number"))
    return int(amount) if amount is not None and amount > 0 and amount == int(amount) else None


def _are_distinct(document: Document, numbers: list[int | None]) -> bool:
    stated = document.find(_ITEMS)
    return None not in numbers and len(set(numbers)) == len(numbers) == len(stated) <= MOST_ITEMS
