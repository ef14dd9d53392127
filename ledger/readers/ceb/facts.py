"""What an event needs and its XML cannot say, and the identifiers that can be read out of a message.

Sources: GB 32100-2015 (unified social credit code), GS1 General Specifications (GTIN; prefixes for restricted
circulation). Codes in CEB may also be ten-digit customs registration codes; these are legal and name no enterprise.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from stdnum import ean

from verifier.ledgerformat.subject import is_uscc

# GTIN-13 prefixes of numbers that a company or shop gives itself, so that they name no product elsewhere.
_RESTRICTED = ("02", "04", "2")
_GTIN_LENGTHS = (8, 12, 13, 14)


@dataclass(frozen=True, slots=True)
class Facts:
    """What the sender adds to a document.

    Attributes:
        to: order: the participant who takes the goods over.
        platform: waybill: the platform's code (ebpCode); a waybill names the order by its number only.
        unit: waybill: the parcel's SSCC as `https://id.gs1.org/00/{sscc18}`, if it has one.
        order: export waybill: the order's handle, if the carrier knows it.
        warehouse: export list: the handle of the overseas warehouse's filing (9810).
        consignment: manifest: the handle of the bill of lading, under which its parcels are counted.
        enterprise: list, summary: the seller's enterprise URI; needed where `ebcCode` is no unified social credit code.
        products: list: line number (gnum) to product URI; needed where a line's bar code is no GTIN; goes before it.
        month: list, summary: the set that lists are counted in; `month_set` of enterprise and day if left out.
        item: return: the item that comes back, `https://id.gs1.org/01/{gtin14}/21/{serial}`.
        line: return of one line: the handle of the order's line (`order.line`) from which what comes back is counted.
        quantity: return of one of several items: how much of the document it is; else all its lines together.
        about: receipt, tax status, result of a summary: names of the recorded events that it is about, in hexadecimal.
        covers: summary: how many entries of the set's history it covers, and their root in hexadecimal.
    """

    to: str | None = None
    platform: str | None = None
    unit: str | None = None
    order: str | None = None
    warehouse: str | None = None
    consignment: str | None = None
    enterprise: str | None = None
    products: Mapping[int, str] = field(default_factory=dict)
    month: str | None = None
    item: str | None = None
    line: str | None = None
    quantity: str | None = None
    about: Sequence[str] = ()
    covers: tuple[int, str] | None = None


def enterprise_of(code: str) -> str | None:
    """Return the enterprise URI of a unified social credit code, None of any other code."""
    return f"urn:suyuan:enterprise:{code}" if is_uscc(code) else None


def product_of_bar_code(bar_code: str) -> str | None:
    """Return the product URI of a bar code that is a GTIN (8, 12, 13 or 14 digits), None of any other."""
    if len(bar_code) not in _GTIN_LENGTHS or not (bar_code.isascii() and bar_code.isdigit()):
        return None
    if not ean.is_valid(bar_code):
        return None
    gtin = bar_code.zfill(14)
    shop = bar_code[0] in "02" if len(bar_code) == 8 else gtin[1:].startswith(_RESTRICTED)
    return None if shop or not gtin.strip("0") else f"https://id.gs1.org/01/{gtin}"


def month_set(enterprise: str, day: str, *, exports: bool = False) -> str:
    """Return the set of the import lists, or export lists, that an enterprise declares in a month.

    Args:
        enterprise: enterprise URI.
        day: any day of the month, YYYYMMDD.
        exports: whether it is of export lists.
    """
    return (
        f"urn:suyuan:set:{'export-lists' if exports else 'lists'}:{enterprise.rpartition(':')[2]}:{day[:4]}-{day[4:6]}"
    )
