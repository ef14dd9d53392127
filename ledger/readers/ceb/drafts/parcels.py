"""CEB507, CEB509, CEB607, CEB711 and CEB215 to what they say of each parcel: one draft a line.

In clear: customs district, firms, means of transport, direction. `/number` the waybill number; `/numbers` those of the
document and the consignment; `/remarks` free text. The time of the event is when it was reported (appTime), of a
departure when it left (leaveTime).
"""

from __future__ import annotations

from typing import Any

from ledger.compose.event import Draft
from ledger.readers.ceb.drafts.report import firm, pick, remarks, report, require_value, time_of
from ledger.readers.ceb.facts import Facts
from ledger.readers.ceb.keys import DeclarationKey, Handles, ParcelKey
from ledger.readers.ceb.result import Document

NUMBERS = {
    "own": "copNo",
    "ownReturn": "coElNo",
    "port": "preNo",
    "customs": "rkdNo",
    "list": "invtNo",
    "bill": "billNo",
    "vehicle": "trafNo",
    "vehicleName": "trafName",
    "voyage": "voyageNo",
    "domesticVehicle": "domesticTrafNo",
    "site": "loctNo",
    "place": "unloadLocation",
    "location": "location",
    "grossWeight": "grossWeight",
}
LINE = {"number": "gnum", "list": "invtNo", "package": "totalPackageNo"}
_DISTRICT = (r"[0-9]{4}", "four digits, a customs district")


def draft_tally(document: Document, handles: Handles, _facts: Facts) -> Draft:
    """Return the draft of one parcel's inbound tally, CEB711."""
    return _draft(document, handles, "transport.tally", data=_at_site(document))


def draft_arrival(document: Document, handles: Handles, _facts: Facts) -> Draft:
    """Return the draft of one parcel's arrival at a supervised place, CEB507."""
    return _draft(document, handles, "transport.arrival", data=_at_site(document))


def draft_returned_tally(document: Document, handles: Handles, _facts: Facts) -> Draft:
    """Return the draft of the tally of a parcel that came back, CEB215."""
    number = document.head.get("invtNo")
    extra = {"declaration": handles.declaration(DeclarationKey("", customs_number=number))} if number else {}
    return _draft(document, handles, "transport.returned-tally", data=_at_site(document), subjects=extra)


def draft_departure(document: Document, handles: Handles, _facts: Facts) -> Draft:
    """Return the draft of one parcel's departure from the country, CEB509."""
    return _draft(document, handles, "transport.departure", data=_moved(document), time=time_of(document, "leaveTime"))


def draft_manifest(document: Document, handles: Handles, facts: Facts) -> Draft:
    """Return the draft of one parcel's place in a manifest, CEB607."""
    number = document.lines[0].get("invtNo")
    extra = {"consignment": facts.consignment} if facts.consignment else {}
    if number:
        extra["declaration"] = handles.declaration(DeclarationKey(document.head["agentCode"], customs_number=number))
    data = {"agent": firm(document, "agent"), **_moved(document)}
    return _draft(document, handles, "transport.manifest", data=data, subjects=extra)


def _at_site(document: Document) -> dict[str, Any]:
    direction = require_value(document, "ieFlag", "[IE]", "I or E")
    return {"operator": firm(document, "operator"), "direction": direction, **_moved(document)}


def _moved(document: Document) -> dict[str, Any]:
    return {
        "customs": require_value(document, "customsCode", *_DISTRICT),
        "carrier": firm(document, "logistics"),
        **pick(document.head, {"transport": "trafMode"}),
    }


def _draft(
    document: Document,
    handles: Handles,
    type_: str,
    *,
    data: dict[str, Any],
    subjects: dict[str, str] | None = None,
    time: int | None = None,
) -> Draft:
    line = document.lines[0] if document.lines else {}
    number = line.get("logisticsNo") or document.head["logisticsNo"]
    reported = time_of(document, "appTime")
    key = ParcelKey(document.head["logisticsCode"], number, reported)
    return report(
        document,
        type=type_,
        time=time or reported,
        subjects={"parcel": handles.parcel(key), **(subjects or {})},
        data=data,
        disclosed={
            "/number": number,
            "/numbers": {**pick(document.head, NUMBERS), **({"line": pick(line, LINE)} if line else {})},
            "/remarks": remarks(document),
        },
    )
