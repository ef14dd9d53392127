"""CEB603 to clearance.export-list.

In clear: mode of trade, kind of statistics, customs districts, days, destination, means of transport, account book,
the firms, how many lines. `/numbers` every number; `/lines` packages, weights and items; `/charges` money; `/quantity`
how many pieces, of which so many may come back. The time of the event, and the day of declaration, are when it was
reported (appTime).
"""

from __future__ import annotations

from typing import Any

from ledger.compose.event import Draft
from ledger.readers.ceb.drafts.import_list import GOODS, ITEM, list_key
from ledger.readers.ceb.drafts.products import products_of
from ledger.readers.ceb.drafts.report import (
    firm,
    items,
    pick,
    remarks,
    report,
    require_fact,
    require_value,
    time_of,
    total_of,
)
from ledger.readers.ceb.facts import Facts, enterprise_of, month_set
from ledger.readers.ceb.keys import Handles, OrderKey, ParcelKey
from ledger.readers.ceb.result import Document

NUMBERS = {
    "order": "orderNo",
    "waybill": "logisticsNo",
    "customs": "invtNo",
    "own": "copNo",
    "port": "preNo",
    "agentCode": "agentCode",
    "agentName": "agentName",
    "warehouseCode": "iacCode",
    "warehouseName": "iacName",
    "vehicle": "trafName",
    "voyage": "voyageNo",
    "bill": "billNo",
    "package": "totalPackageNo",
    "site": "loctNo",
    "licence": "licenseNo",
}
CHARGES = {
    "freight": "freight",
    "freightCurrency": "fCurrency",
    "freightFlag": "fFlag",
    "insurance": "insuredFee",
    "insuranceCurrency": "iCurrency",
    "insuranceFlag": "iFlag",
}
_DISTRICT = (r"[0-9]{4}", "four digits, a customs district")
_DAY = (r"[0-9]{8}", "a day YYYYMMDD")


def draft_export_list(document: Document, handles: Handles, facts: Facts) -> Draft:
    """Return the draft of an export list."""
    head = document.head
    time = time_of(document, "appTime")
    enterprise = require_fact(
        facts.enterprise or enterprise_of(head["ebcCode"]), "enterprise", document, "the seller's enterprise URI"
    )
    declaration = handles.declaration(list_key(document))
    total, quantity = total_of(document, declaration)
    return report(
        document,
        type="clearance.export-list",
        time=time,
        subjects={
            "declaration": declaration,
            **total,
            "order": handles.order(OrderKey(head["ebpCode"], head["orderNo"])),
            "parcel": handles.parcel(ParcelKey(head["logisticsCode"], head["logisticsNo"], time)),
            "products": products_of(document, facts.products),
            "enterprise": enterprise,
            "month": facts.month or month_set(enterprise, head["appTime"], exports=True),
            **({"warehouse": facts.warehouse} if facts.warehouse else {}),
        },
        data=_data_of(document),
        disclosed={
            "/numbers": pick(head, NUMBERS),
            "/lines": {**pick(head, GOODS), "items": items(document, ITEM)},
            "/charges": pick(head, CHARGES),
            "/remarks": remarks(document),
            **quantity,
        },
    )


def _data_of(document: Document) -> dict[str, Any]:
    require_value(document, "ieFlag", "E", "E, an export")
    return {
        "tradeMode": require_value(document, "tradeMode", "9610|1210|1239|9710|9810", "a mode of export"),
        "statistics": require_value(document, "statisticsFlag", "[AB]", "A or B"),
        "customs": require_value(document, "customsCode", *_DISTRICT),
        "port": require_value(document, "portCode", *_DISTRICT),
        "declaredOn": document.head["appTime"][:8],
        "leavesOn": require_value(document, "ieDate", *_DAY),
        "destination": require_value(document, "country", r"[0-9A-Z]{3}", "three digits or capital letters"),
        **pick(document.head, {"portOfDestination": "POD", "transport": "trafMode", "book": "emsNo"}),
        "seller": firm(document, "ebc"),
        "owner": firm(document, "owner"),
        "platform": firm(document, "ebp"),
        "carrier": firm(document, "logistics"),
        "lineCount": len(document.lines),
    }
