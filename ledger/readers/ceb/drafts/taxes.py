"""CEB816 to clearance.tax, and CEB818 to clearance.tax-status.

In clear: status (1 made, 2 collected in a payment, 3 void), district, how many lines. `/number` the bill's; `/numbers`
of list, payment and firms; `/amounts` and `/lines` the taxes, in yuan. The time is that of the message (returnTime).
"""

from __future__ import annotations

from ledger.compose.event import Draft
from ledger.readers.ceb.drafts.report import answering, items, pick, remarks, report, require_value, time_of
from ledger.readers.ceb.facts import Facts
from ledger.readers.ceb.keys import DeclarationKey, Handles
from ledger.readers.ceb.result import Document

NUMBERS = {
    "list": "invtNo",
    "payment": "entDutyNo",
    "guarantor": "assureCode",
    "seller": "ebcCode",
    "carrier": "logisticsCode",
    "agent": "agentCode",
}
TAXES = {"customs": "customsTax", "valueAdded": "valueAddedTax", "consumption": "consumptionTax"}
LINE = {"number": "gnum", "hsCode": "gcode", "taxable": "taxPrice", **TAXES}


def draft_tax(document: Document, handles: Handles, _facts: Facts) -> Draft:
    """Return the draft of a tax bill."""
    head = document.head
    key = DeclarationKey(head.get("agentCode", ""), customs_number=head["invtNo"])
    return report(
        document,
        type="clearance.tax",
        time=time_of(document, "returnTime"),
        subjects={"declaration": handles.declaration(key)},
        data={
            "status": require_value(document, "status", "[123]", "1, 2 or 3"),
            **pick(head, {"customs": "customsCode"}),
            "lineCount": len(document.lines),
        },
        disclosed={
            "/number": head["taxNo"],
            "/numbers": pick(head, NUMBERS),
            "/amounts": pick(head, TAXES),
            "/lines": items(document, LINE),
            "/remarks": remarks(document),
        },
    )


def draft_tax_status(document: Document, _handles: Handles, facts: Facts) -> Draft:
    """Return the draft of a tax bill's status."""
    draft = report(
        document,
        type="clearance.tax-status",
        time=time_of(document, "returnTime"),
        subjects={},
        data={"status": require_value(document, "status", "[123]", "1, 2 or 3")},
        disclosed={"/numbers": {"tax": document.head["taxNo"], **pick(document.head, NUMBERS)}},
    )
    return answering(draft, facts.about)
