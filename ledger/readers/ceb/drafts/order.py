"""CEB311 to order.placed.

In clear: platform, seller, how many lines. `/number` the order number; `/buyer`, `/consignee` who; `/amounts` in
yuan; `/payment` as far as the order knows it; `/lines` batches and items; `/quantity` how many pieces, of which so many
may come back; `/remarks` free text.
The message has no time of the order: the time of the event is when it was reported (appTime).
"""

from __future__ import annotations

from ledger.compose.event import Draft
from ledger.readers.ceb.drafts.report import firm, items, pick, remarks, report, time_of, total_of
from ledger.readers.ceb.facts import Facts
from ledger.readers.ceb.keys import Handles, OrderKey
from ledger.readers.ceb.result import Document
from verifier.errors import MalformedError
from verifier.ledgerformat.subject import form_of

BUYER = {
    "account": "buyerRegNo",
    "name": "buyerName",
    "telephone": "buyerTelephone",
    "idType": "buyerIdType",
    "idNumber": "buyerIdNumber",
}
CONSIGNEE = {
    "name": "consignee",
    "telephone": "consigneeTelephone",
    "address": "consigneeAddress",
    "district": "consigneeDistrict",
}
AMOUNTS = {
    "goods": "goodsValue",
    "freight": "freight",
    "discount": "discount",
    "tax": "taxTotal",
    "paid": "acturalPaid",
    "currency": "currency",
}
PAYMENT = {"code": "payCode", "name": "payName", "transaction": "payTransactionId"}
ITEM = {
    "number": "gnum",
    "sku": "itemNo",
    "name": "itemName",
    "model": "gmodel",
    "description": "itemDescribe",
    "barCode": "barCode",
    "unit": "unit",
    "quantity": "qty",
    "price": "price",
    "total": "totalPrice",
    "currency": "currency",
    "origin": "country",
}


def draft_order(document: Document, handles: Handles, facts: Facts) -> Draft:
    """Return the draft of an order."""
    head = document.head
    if facts.to is not None and form_of(facts.to, "facts.to") not in ("agency", "enterprise"):
        raise MalformedError("facts.to", came=facts.to, expected="an agency or enterprise URI")
    order = handles.order(OrderKey(head["ebpCode"], head["orderNo"]))
    total, quantity = total_of(document, order)
    return report(
        document,
        type="order.placed",
        time=time_of(document, "appTime"),
        subjects={"order": order, **total},
        data={
            "platform": firm(document, "ebp"),
            "seller": firm(document, "ebc"),
            "lineCount": len(document.lines),
        },
        disclosed={
            "/number": head["orderNo"],
            "/buyer": pick(head, BUYER),
            "/consignee": pick(head, CONSIGNEE),
            "/amounts": pick(head, AMOUNTS),
            "/payment": pick(head, PAYMENT),
            "/lines": {**pick(head, {"batches": "batchNumbers"}), "items": items(document, ITEM)},
            "/remarks": remarks(document),
            **quantity,
        },
        to=facts.to,
    )
