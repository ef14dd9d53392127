"""CEB625 to aftersales.return, and CEB213 to aftersales.export-return.

In clear: how many lines. `/numbers` every number; `/lines` the items; `/reason` why, and free text; `/buyer` who.
CEB knows no serial numbers, so the item that comes back is a fact that the sender adds; a return of several items is
drafted once for each. Neither does it know order lines: where the sender names one, the quantity stands in clear and
the ledger counts it (docs/books.md). The time of the event is when it was reported (appTime).
"""

from __future__ import annotations

from ledger.compose.event import Draft
from ledger.readers.ceb.drafts.report import items, pick, remarks, report, require_fact, time_of
from ledger.readers.ceb.facts import Facts
from ledger.readers.ceb.keys import DeclarationKey, Handles, OrderKey
from ledger.readers.ceb.result import Document
from verifier.errors import MalformedError

NUMBERS = {
    "order": "orderNo",
    "waybill": "logisticsNo",
    "customs": "invtNo",
    "own": "copNo",
    "ownReturn": "coElNo",
    "port": "preNo",
    "bill": "billNo",
    "vehicle": "trafName",
    "voyage": "voyageNo",
    "district": "customsCode",
    "platformCode": "ebpCode",
    "sellerCode": "ebcCode",
    "carrierCode": "logisticsCode",
    "agentCode": "agentCode",
    "agentName": "agentName",
}
BUYER = {"name": "buyerName", "telephone": "buyerTelephone", "idType": "buyerIdType", "idNumber": "buyerIdNumber"}
ITEM = {"number": "gnum", "hsCode": "gcode", "name": "gname", "quantity": "qty", "unit": "unit"}

EXPORT_ITEM = {
    **ITEM,
    "model": "gmodel",
    "quantity1": "qty1",
    "unit1": "unit1",
    "quantity2": "qty2",
    "unit2": "unit2",
}


def draft_return(document: Document, handles: Handles, facts: Facts) -> Draft:
    """Return the draft of a return."""
    head = document.head
    return report(
        document,
        type="aftersales.return",
        time=time_of(document, "appTime"),
        subjects={
            "item": require_fact(facts.item, "item", document, "the item's URI, GTIN and serial"),
            "order": handles.order(OrderKey(head["ebpCode"], head["orderNo"])),
            **_line_of(facts),
        },
        data={"lineCount": len(document.lines), **_quantity_of(document, facts)},
        disclosed={
            "/numbers": pick(head, NUMBERS),
            "/lines": {"items": items(document, ITEM)},
            "/reason": {"reason": head["reason"], **(remarks(document) or {})},
            "/buyer": pick(head, BUYER),
        },
    )


def draft_export_return(document: Document, handles: Handles, facts: Facts) -> Draft:
    """Return the draft of a return of goods that were exported."""
    head = document.head
    key = DeclarationKey(head["agentCode"], customs_number=head["invtNo"])
    return report(
        document,
        type="aftersales.export-return",
        time=time_of(document, "appTime"),
        subjects={
            "declaration": handles.declaration(key),
            **({"item": facts.item} if facts.item else {}),
            **_line_of(facts),
        },
        data={"lineCount": len(document.lines), **_quantity_of(document, facts)},
        disclosed={
            "/numbers": pick(head, NUMBERS),
            "/lines": {"items": items(document, EXPORT_ITEM)},
            "/reason": {"reason": head["reason"], **(remarks(document) or {})},
        },
    )


def _line_of(facts: Facts) -> dict[str, str]:
    return {"line": facts.line} if facts.line else {}


def _quantity_of(document: Document, facts: Facts) -> dict[str, str]:
    """Return how much of the order's line comes back, in clear: a counter moves by one amount.

    Raises:
        MalformedError: there are several lines.
    """
    if not facts.line:
        return {}
    if len(document.lines) != 1:
        todo = "Report each line's return by itself, or leave `line` out: then nothing is counted."
        came = f"{len(document.lines)} lines in {document.path}"
        raise MalformedError("facts.line", came=came, expected="one: the order's line that comes back", todo=todo)
    return {"quantity": document.lines[0]["qty"]}
