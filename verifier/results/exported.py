"""The rules about exports: what the specification says of order, funds, waybill, list and return, and no more.

It does not say that what was received is what was ordered, that names, quantities and prices of order and list agree,
or how many packages there are; so nobody is asked.
"""

from __future__ import annotations

from verifier.results.comparison import Comparison
from verifier.results.modes import EXPORT, MODES, Mode
from verifier.results.reckoned import check_pieces, check_return, items_of, lines_in_both
from verifier.results.rules import Field

_MODE = Field("list", "/tradeMode")
_FUNDS, _LIST = "order.funds", "clearance.export-list"
_SIMPLIFIED, _LICENCE = "A", "/numbers/licence"
_RETURNED = ("hsCode", "name", "model", "unit", "unit1")
_LIMITED = ("quantity", "quantity1")


def check_funds(found: Comparison) -> None:
    """Note that the receipt of funds is missing where the list's mode asks for it."""
    code = found.require(_MODE)
    mode = _mode(code)
    if mode is not None and _FUNDS in mode.documents[EXPORT]:
        found.missing.append("funds")


def check_export_lines(found: Comparison) -> None:
    """Ask that order and list have the same line numbers one to one, and the list as many pieces as it says."""
    for _ in lines_in_both(found):
        pass
    check_pieces(found, "list")


def check_export_mode(found: Comparison) -> None:
    """Ask that the list states what its mode asks for, and in the simplified way nothing that needs a licence."""
    code = found.require(_MODE)
    if code is None:
        return
    mode = _mode(code)
    if mode is None:
        expected = ", ".join(code for code in MODES if _mode(code))
        found.differ({str(_MODE): code, "expected": expected})
        return
    _check_required(found, mode)
    listed = found.documents["list"]
    if found.require(Field("list", "/statistics")) == _SIMPLIFIED:
        if (licence := listed.find(_LICENCE)) is not None:
            found.differ({f"list{_LICENCE}": licence, "list/statistics": _SIMPLIFIED})
        elif listed.is_withheld(_LICENCE):
            found.missing.append(f"list{_LICENCE}")


def check_export_return(found: Comparison) -> None:
    """Ask that what is returned was listed, in kind, model and units, and no more of it, in either unit."""
    check_return(found, texts=_RETURNED, amounts=_LIMITED)


def _mode(code: object) -> Mode | None:
    """Return the mode, if goods leave by it on a list."""
    mode = MODES.get(code) if isinstance(code, str) else None
    return mode if mode is not None and _LIST in mode.documents.get(EXPORT, ()) else None


def _check_required(found: Comparison, mode: Mode) -> None:
    listed = found.documents["list"]
    for pointer in mode.export_required:
        if listed.find(pointer):
            continue
        if listed.is_withheld(pointer):
            found.missing.append(f"list{pointer}")
        else:
            found.differ({f"list{pointer}": None, str(_MODE): mode.code})
    for number, item in items_of(found, "list").items() if mode.export_required_items else ():
        for name in mode.export_required_items:
            if not item.get(name):
                found.differ({f"list/lines/items/{number}/{name}": None, str(_MODE): mode.code})
