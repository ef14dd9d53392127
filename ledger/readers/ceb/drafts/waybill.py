"""CEB511 to transport.waybill.

In clear: carrier, weight in kilograms, one package. `/number` the waybill number; `/orderNumber` the order's;
`/consignee` who; `/goods` what, and under which bill; `/charges` in yuan.
The message has no time of the shipment: the time of the event is when it was reported (appTime).
"""

from __future__ import annotations

from ledger.compose.event import Draft
from ledger.readers.ceb.drafts.report import firm, pick, remarks, report, require_value, time_of
from ledger.readers.ceb.facts import Facts
from ledger.readers.ceb.keys import Handles, OrderKey, ParcelKey
from ledger.readers.ceb.result import Document

CONSIGNEE = {"name": "consignee", "telephone": "consigneeTelephone", "address": "consigneeAddress"}
GOODS = {"description": "goodsInfo", "bill": "billNo"}
CHARGES = {"freight": "freight", "insurance": "insuredFee", "currency": "currency"}
WEIGHT = r"[0-9]{1,14}([.][0-9]{1,5})?"


def draft_waybill(document: Document, handles: Handles, facts: Facts) -> Draft:
    """Return the draft of a waybill."""
    head = document.head
    require_value(document, "packNo", "1", "1, as a waybill is one package")
    time = time_of(document, "appTime")
    parcel = handles.parcel(ParcelKey(head["logisticsCode"], head["logisticsNo"], time))
    order = handles.order(OrderKey(facts.platform, head["orderNo"]))
    return report(
        document,
        type="transport.waybill",
        time=time,
        subjects={"parcel": parcel, "order": order, **({"unit": facts.unit} if facts.unit else {})},
        data={
            "carrier": firm(document, "logistics"),
            "weight": require_value(document, "weight", WEIGHT, "a weight in kilograms of at most 14 digits"),
            "packages": 1,
        },
        disclosed={
            "/number": head["logisticsNo"],
            "/orderNumber": head["orderNo"],
            "/consignee": pick(head, CONSIGNEE),
            "/goods": pick(head, GOODS),
            "/charges": pick(head, CHARGES),
            "/remarks": remarks(document),
        },
    )
