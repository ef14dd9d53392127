"""CEB621 to clearance.list.

In clear: mode of trade, customs districts, day of declaration, country of departure, means of transport, account
book, seller, platform, carrier, how many lines. `/numbers` every number that leads to a person's purchase or to the
consignment; `/buyer`, `/consignee` who; `/lines` packages, weights and items; `/charges` in yuan, and who stands for
the tax. The time of the event is when it was reported (appTime).
"""

from __future__ import annotations

from typing import Any

from ledger.compose.event import Draft
from ledger.readers.ceb.drafts.products import products_of
from ledger.readers.ceb.drafts.report import (
    firm,
    items,
    path_of,
    pick,
    remarks,
    report,
    require_fact,
    require_value,
    time_of,
)
from ledger.readers.ceb.facts import Facts, enterprise_of, month_set
from ledger.readers.ceb.keys import DeclarationKey, Handles, OrderKey
from ledger.readers.ceb.result import Document
from verifier.errors import MalformedError

NUMBERS = {
    "order": "orderNo",
    "waybill": "logisticsNo",
    "customs": "invtNo",
    "own": "copNo",
    "port": "preNo",
    "agentCode": "agentCode",
    "agentName": "agentName",
    "warehouseCode": "areaCode",
    "warehouseName": "areaName",
    "vehicle": "trafNo",
    "voyage": "voyageNo",
    "bill": "billNo",
    "site": "loctNo",
    "licence": "licenseNo",
    "enteredOn": "ieDate",
}
BUYER = {"name": "buyerName", "telephone": "buyerTelephone", "idType": "buyerIdType", "idNumber": "buyerIdNumber"}
CHARGES = {"freight": "freight", "insurance": "insuredFee", "currency": "currency", "guarantor": "assureCode"}
GOODS = {"packages": "packNo", "wrapping": "wrapType", "grossWeight": "grossWeight", "netWeight": "netWeight"}
ITEM = {
    "number": "gnum",
    "record": "itemRecordNo",
    "sku": "itemNo",
    "listed": "itemName",
    "hsCode": "gcode",
    "name": "gname",
    "model": "gmodel",
    "barCode": "barCode",
    "origin": "country",
    "tradeCountry": "tradeCountry",
    "quantity": "qty",
    "unit": "unit",
    "quantity1": "qty1",
    "unit1": "unit1",
    "quantity2": "qty2",
    "unit2": "unit2",
    "price": "price",
    "total": "totalPrice",
    "currency": "currency",
}
_DISTRICT = (r"[0-9]{4}", "four digits, a customs district")


def draft_import_list(document: Document, handles: Handles, facts: Facts) -> Draft:
    """Return the draft of an import list."""
    head = document.head
    enterprise = require_fact(
        facts.enterprise or enterprise_of(head["ebcCode"]), "enterprise", document, "the seller's enterprise URI"
    )
    return report(
        document,
        type="clearance.list",
        time=time_of(document, "appTime"),
        subjects={
            "declaration": handles.declaration(list_key(document)),
            "order": handles.order(OrderKey(head["ebpCode"], head["orderNo"])),
            "products": products_of(document, facts.products),
            "enterprise": enterprise,
            "month": facts.month or month_set(enterprise, head["declTime"]),
        },
        data=_data_of(document),
        disclosed={
            "/numbers": pick(head, NUMBERS),
            "/buyer": pick(head, BUYER),
            "/consignee": pick(head, {"address": "consigneeAddress"}),
            "/lines": {**pick(head, GOODS), "items": items(document, ITEM)},
            "/charges": pick(head, CHARGES),
            "/remarks": remarks(document),
        },
    )


def _data_of(document: Document) -> dict[str, Any]:
    require_value(document, "ieFlag", "I", "I, an import")
    return {
        "tradeMode": require_value(document, "tradeMode", "9610|1210|1239", "9610, 1210 or 1239"),
        "customs": require_value(document, "customsCode", *_DISTRICT),
        "port": require_value(document, "portCode", *_DISTRICT),
        "declaredOn": document.head["declTime"],
        "origin": require_value(document, "country", r"[0-9A-Z]{3}", "three digits or capital letters"),
        **pick(document.head, {"transport": "trafMode", "book": "emsNo"}),
        "seller": firm(document, "ebc"),
        "platform": firm(document, "ebp"),
        "carrier": firm(document, "logistics"),
        "lineCount": len(document.lines),
    }


def list_key(document: Document) -> DeclarationKey:
    """Return what the list that a document is, or is about, is known by.

    Raises:
        MalformedError: it has none of the numbers of a list.
    """
    head = document.head
    key = DeclarationKey(
        agent=head["agentCode"],
        customs_number=head.get("invtNo"),
        own_number=head.get("copNo"),
        port_number=head.get("preNo"),
    )
    if not (key.customs_number or key.own_number or key.port_number):
        raise MalformedError(path_of(document, "copNo"), came="nothing", expected="copNo, preNo or invtNo")
    return key
