"""CEB623 and CEB605 to clearance.cancellation.

In clear: the customs district. `/numbers` every number; `/reason` why, and free text; `/buyer` who ordered, of an
import. The time of the event is when it was reported (appTime).
"""

from __future__ import annotations

from ledger.compose.event import Draft
from ledger.readers.ceb.drafts.import_list import BUYER, list_key
from ledger.readers.ceb.drafts.report import pick, remarks, report, require_value, time_of
from ledger.readers.ceb.facts import Facts
from ledger.readers.ceb.keys import Handles
from ledger.readers.ceb.result import Document

NUMBERS = {
    "customs": "invtNo",
    "own": "copNo",
    "port": "preNo",
    "order": "orderNo",
    "waybill": "logisticsNo",
    "agentCode": "agentCode",
    "agentName": "agentName",
}


def draft_cancellation(document: Document, handles: Handles, _facts: Facts) -> Draft:
    """Return the draft of a cancellation."""
    return report(
        document,
        type="clearance.cancellation",
        time=time_of(document, "appTime"),
        subjects={"declaration": handles.declaration(list_key(document))},
        data={"customs": require_value(document, "customsCode", r"[0-9]{4}", "four digits, a customs district")},
        disclosed={
            "/numbers": pick(document.head, NUMBERS),
            "/reason": {**pick(document.head, {"reason": "reason"}), **(remarks(document) or {})},
            "/buyer": pick(document.head, BUYER),
        },
    )
