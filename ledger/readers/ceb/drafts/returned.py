"""CEB625 to aftersales.return, and CEB213 to aftersales.export-return.

In clear: how many lines. `/numbers` every number; `/lines` the items; `/reason` why, and free text; `/buyer` who.
CEB knows no serial numbers, so the item that comes back is a fact that the sender adds; a return of several items is
drafted once for each, with how much of it that is. The quantity stands in clear, and the ledger counts it against what
was ordered, or listed for export; and against a line of the order, where the sender names one (docs/books.md). The
time of the event is when it was reported (appTime).
"""

from __future__ import annotations

from ledger.compose.event import Draft
from ledger.readers.ceb.drafts.report import (
    items,
    pick,
    quantity_of,
    remarks,
    report,
    require_fact,
    time_of,
)
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
        data={"lineCount": len(document.lines), "quantity": _quantity(document, facts)},
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
        data={"lineCount": len(document.lines), "quantity": _quantity(document, facts)},
        disclosed={
            "/numbers": pick(head, NUMBERS),
            "/lines": {"items": items(document, EXPORT_ITEM)},
            "/reason": {"reason": head["reason"], **(remarks(document) or {})},
        },
    )


def _line_of(facts: Facts) -> dict[str, str]:
    return {"line": facts.line} if facts.line else {}


def _quantity(document: Document, facts: Facts) -> str:
    """Return how much comes back, in clear: the order's, or the list's, counter goes down by it, and that of a line.

    Raises:
        MalformedError: an order's line is named, and there are several; or no quantity can be told.
    """
    if facts.line and len(document.lines) != 1:
        came = f"{len(document.lines)} lines in {document.path}"
        todo = "Leave `line` out: the return is counted against the whole order; or report each line's by itself."
        raise MalformedError("facts.line", came=came, expected="one: the order's line that comes back", todo=todo)
    quantity = facts.quantity or quantity_of(document)
    if quantity is None:
        raise MalformedError(f"{document.path}/qty", came="no quantity", expected="a decimal in each line")
    return quantity
