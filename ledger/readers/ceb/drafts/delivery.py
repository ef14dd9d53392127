"""CEB513 to delivery.signed.

In clear: the carrier. `/number` the waybill number. The time of the event is when it was signed for (logisticsTime).
The note has no place in the event; it stays in the message.
"""

from __future__ import annotations

from ledger.compose.event import Draft
from ledger.readers.ceb.drafts.report import firm, report, require_value, time_of
from ledger.readers.ceb.facts import Facts
from ledger.readers.ceb.keys import Handles, ParcelKey
from ledger.readers.ceb.result import Document


def draft_delivery(document: Document, handles: Handles, _facts: Facts) -> Draft:
    """Return the draft of a delivery."""
    head = document.head
    require_value(document, "logisticsStatus", "S", "S, signed for")
    time = time_of(document, "logisticsTime")
    return report(
        document,
        type="delivery.signed",
        time=time,
        subjects={"parcel": handles.parcel(ParcelKey(head["logisticsCode"], head["logisticsNo"], time))},
        data={"carrier": firm(document, "logistics")},
        disclosed={"/number": head["logisticsNo"]},
    )
