"""CEB303 to order.export, and CEB403 to order.funds.

In clear: which kind of order, platform, seller, how many lines; of funds the firm that received them. `/number` the
order number; `/amounts`, `/amount` money; `/lines` items; `/transaction` the payment's number; `/remarks` free text.
The time of an order is when it was reported (appTime), of funds when they arrived (accountingDate).
"""

from __future__ import annotations

from ledger.compose.event import Draft
from ledger.readers.ceb.drafts.report import firm, items, pick, remarks, report, require_value, time_of
from ledger.readers.ceb.facts import Facts
from ledger.readers.ceb.keys import Handles, OrderKey
from ledger.readers.ceb.result import Document

AMOUNTS = {"goods": "goodsValue", "freight": "freight", "currency": "currency"}
ITEM = {
    "number": "gnum",
    "sku": "itemNo",
    "name": "itemName",
    "description": "itemDescribe",
    "barCode": "barCode",
    "unit": "unit",
    "quantity": "qty",
    "price": "price",
    "total": "totalPrice",
    "currency": "currency",
}


def _platform(document: Document) -> str:
    return require_value(document, "ebpCode", ".{1,18}", "the platform's code")


def draft_export_order(document: Document, handles: Handles, facts: Facts) -> Draft:
    """Return the draft of an export order."""
    head = document.head
    return report(
        document,
        type="order.export",
        time=time_of(document, "appTime"),
        subjects={"order": handles.order(OrderKey(_platform(document), head["orderNo"]))},
        data={
            "kind": require_value(document, "orderType", "[EBW]", "E, B or W"),
            "platform": firm(document, "ebp"),
            "seller": firm(document, "ebc"),
            "lineCount": len(document.lines),
        },
        disclosed={
            "/number": head["orderNo"],
            "/amounts": pick(head, AMOUNTS),
            "/lines": {"items": items(document, ITEM)},
            "/remarks": remarks(document),
        },
        to=facts.to,
    )


def draft_funds(document: Document, handles: Handles, _facts: Facts) -> Draft:
    """Return the draft of a receipt of funds."""
    head = document.head
    return report(
        document,
        type="order.funds",
        time=time_of(document, "accountingDate"),
        subjects={"order": handles.order(OrderKey(_platform(document), head["orderNo"]))},
        data={
            "firm": pick(head, {"code": "payCode", "name": "payName"}),
            "platform": firm(document, "ebp"),
            "seller": firm(document, "ebc"),
        },
        disclosed={
            "/number": head["orderNo"],
            "/transaction": head.get("payNo"),
            "/amount": pick(head, {"received": "charge", "currency": "currency"}),
            "/remarks": remarks(document),
        },
    )
