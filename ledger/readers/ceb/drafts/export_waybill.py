"""CEB505 to transport.export-waybill.

In clear: carrier, weight in kilograms, how many packages, the seller if named. `/number` the waybill number; `/goods`
what; `/charges` money; `/contact` the seller's telephone. The time of the event is when it was reported (appTime).
"""

from __future__ import annotations

from ledger.compose.event import Draft
from ledger.readers.ceb.drafts.report import firm, pick, remarks, report, require_value, time_of
from ledger.readers.ceb.drafts.waybill import CHARGES, WEIGHT
from ledger.readers.ceb.facts import Facts
from ledger.readers.ceb.keys import Handles, ParcelKey
from ledger.readers.ceb.result import Document


def draft_export_waybill(document: Document, handles: Handles, facts: Facts) -> Draft:
    """Return the draft of an export waybill."""
    head = document.head
    time = time_of(document, "appTime")
    subjects: dict[str, str | list[str]] = {
        "parcel": handles.parcel(ParcelKey(head["logisticsCode"], head["logisticsNo"], time)),
        **({"unit": facts.unit} if facts.unit else {}),
        **({"order": facts.order} if facts.order else {}),
    }
    named = "ebcCode" in head and "ebcName" in head
    return report(
        document,
        type="transport.export-waybill",
        time=time,
        subjects=subjects,
        data={
            "carrier": firm(document, "logistics"),
            "weight": require_value(document, "grossWeight", WEIGHT, "a weight in kilograms of at most 14 digits"),
            "packages": int(require_value(document, "packNo", "[1-9][0-9]{0,8}", "a number of packages")),
            **({"seller": firm(document, "ebc")} if named else {}),
        },
        disclosed={
            "/number": head["logisticsNo"],
            "/goods": pick(head, {"description": "goodsInfo"}),
            "/charges": pick(head, CHARGES),
            "/contact": pick(head, {"telephone": "ebcTelephone"}),
            "/remarks": remarks(document),
        },
    )
