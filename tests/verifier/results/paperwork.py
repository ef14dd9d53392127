"""The papers of one invented parcel, which agree, and ways to bend them."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from verifier.results.documents import Document, read_document

PLATFORM, SELLER = {"code": "3301960001", "name": "示例平台"}, {"code": "3301960002", "name": "示例电商"}
CARRIER, PAYER = {"code": "3301980003", "name": "示例物流"}, {"code": "31222699S7", "name": "示例支付"}
PERSON = {"name": "张三", "idType": "1", "idNumber": "110101199001010010"}
CONSIGNEE = {"name": "张三", "telephone": "13800000001", "address": "示例市示例区示例路 1 号"}
MILK = {"number": "1", "name": "示例奶粉", "quantity": "2", "price": "120.5", "total": "241", "unit": "142"}
SOAP = {"number": "2", "name": "Example soap", "quantity": "3", "price": "9.99", "total": "29.97", "unit": "011"}
LISTED = {"hsCode": "1901101000"}
PAPERS: dict[str, dict[str, Any]] = {
    "order": {
        "data": {"platform": PLATFORM, "seller": SELLER, "lineCount": 2},
        "/number": "ORDER-20261102-1",
        "/buyer": {**PERSON, "telephone": "13800000001"},
        "/consignee": CONSIGNEE,
        "/amounts": {
            "goods": "270.97", "freight": "10", "discount": "0", "tax": "25.03", "paid": "306", "currency": "142"
        },
        "/payment": {"code": PAYER["code"], "transaction": "PAY-1"},
        "/lines": {"items": [MILK, SOAP]},
    },
    "payment": {
        "data": {"firm": PAYER},
        "/number": "ORDER-20261102-1",
        "/transaction": "PAY-1",
        "/payer": PERSON,
        "/amount": {"paid": "306.00", "currency": "142"},
    },
    "waybill": {
        "data": {"carrier": CARRIER, "weight": "1.2", "packages": 1},
        "/number": "WB-1",
        "/orderNumber": "ORDER-20261102-1",
        "/consignee": CONSIGNEE,
    },
    "list": {
        "data": {"tradeMode": "9610", "declaredOn": "20261102", "platform": PLATFORM, "seller": SELLER,
                 "carrier": CARRIER},
        "/numbers": {"order": "ORDER-20261102-1", "waybill": "WB-1", "vehicle": "CA1", "voyage": "V1", "bill": "B1"},
        "/buyer": PERSON,
        "/lines": {"packages": "1", "items": [{**MILK, **LISTED}, {**SOAP, **LISTED}]},
        "/charges": {"freight": "10", "insurance": "0", "currency": "142"},
    },
    "tally": {
        "data": {"customs": "2244", "operator": CARRIER, "carrier": CARRIER, "direction": "I"},
        "/number": "WB-1",
    },
    "return": {
        "data": {"lineCount": 1, "quantity": "1"},
        "/lines": {"items": [{**LISTED, "number": "1", "name": "示例奶粉", "quantity": "1", "unit": "142"}]},
    },
}  # fmt: skip
FOUR = ("order", "payment", "waybill", "list")
CUPS = {"number": "1", "name": "Example cups", "quantity": "10", "price": "2.5", "total": "25", "unit": "011"}
CODED = {"hsCode": "6912001000", "model": "white", "quantity1": "4.2", "unit1": "035"}
EXPORTED: dict[str, dict[str, Any]] = {
    "order": {
        "data": {"kind": "E", "platform": PLATFORM, "seller": SELLER, "lineCount": 1},
        "/number": "EXPORT-1",
        "/amounts": {"goods": "25", "freight": "3", "currency": "502"},
        "/lines": {"items": [CUPS]},
    },
    "funds": {
        "data": {"firm": PAYER, "platform": PLATFORM, "seller": SELLER},
        "/number": "EXPORT-1",
        "/amount": {"received": "27.4", "currency": "502"},
    },
    "waybill": {
        "data": {"carrier": CARRIER, "weight": "5", "packages": 1, "seller": SELLER},
        "/number": "EX-WB-1",
    },
    "list": {
        "data": {"tradeMode": "9610", "statistics": "A", "platform": PLATFORM, "seller": SELLER, "carrier": CARRIER},
        "/numbers": {"order": "EXPORT-1", "waybill": "EX-WB-1"},
        "/lines": {"packages": "1", "items": [{**CUPS, **CODED}]},
    },
    "return": {
        "data": {"lineCount": 1, "quantity": "3"},
        "/lines": {"items": [{**CODED, "number": "1", "name": "Example cups", "quantity": "3", "unit": "011",
                              "quantity1": "1.26"}]},
    },
}  # fmt: skip
EXPORT_FOUR = ("order", "funds", "waybill", "list")


def paper(
    source: str,
    *,
    withheld: tuple[str, ...] = (),
    of: Mapping[str, Mapping[str, Any]] = PAPERS,
    **changes: Any,
) -> Document:
    """Return a document; `lines__items__0__price="1"` changes a value, None takes it away."""
    stated: dict[str, Any] = deepcopy(dict(of[source]))
    for name, value in changes.items():
        _change(stated, name, value)
    pointers = [each for each in stated if each.startswith("/")]
    shown = {each: stated[each] for each in pointers if each not in withheld}
    return read_document(source, stated["data"], shown, pointers)


def papers(*sources: str, **changes: Mapping[str, Any]) -> dict[str, Document]:
    """Return documents by source, the four of an import unless some are named."""
    return {
        source: paper(source, **changes.get(source.replace("return", "returned"), {})) for source in sources or FOUR
    }


def exported(*sources: str, **changes: Mapping[str, Any]) -> dict[str, Document]:
    """Return documents by source, the four of an export unless some are named."""
    return {
        source: paper(source, of=EXPORTED, **changes.get(source.replace("return", "returned"), {}))
        for source in sources or EXPORT_FOUR
    }


def _change(stated: dict[str, Any], name: str, value: Any) -> None:
    first, *steps = name.split("__")
    holder: Any = stated["data"] if first in stated["data"] or f"/{first}" not in stated else stated
    key: Any = first if holder is stated["data"] else f"/{first}"
    for step in steps:
        holder, key = holder[key], int(step) if step.isdigit() else step
    if value is None:
        del holder[key]
    else:
        holder[key] = value
