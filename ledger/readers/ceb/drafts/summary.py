"""CEB701 to clearance.summary, and CEB792 to clearance.summary-result.

A summary covers the lists that stand in the set of enterprise and month up to the state that it states; the sender
says which state that is (`Facts.covers`). In clear: district, firms, how it is grouped, part of how many. `/numbers`
every number; `/lists` the lists by number, as far as they fit; `/weights` of the result. The time is when it was
reported (appTime), or dealt with (opDate).
"""

from __future__ import annotations

from dataclasses import replace

from ledger.compose.event import Draft
from ledger.readers.ceb.drafts.report import (
    answering,
    firm,
    items,
    part,
    pick,
    remarks,
    report,
    require_fact,
    require_value,
    time_of,
)
from ledger.readers.ceb.facts import Facts, enterprise_of, month_set
from ledger.readers.ceb.keys import Handles, SummaryKey
from ledger.readers.ceb.result import Document
from verifier.errors import IncompleteError
from verifier.ledgerformat.head import State
from verifier.ledgerformat.subject import subject_name
from verifier.primitives.base64strict import parse_hash_hex

NUMBERS = {"own": "copNo", "port": "preNo", "summary": "sumNo", "site": "loctNo"}
RESULT_NUMBERS = {
    "summary": "sumNo",
    "declaration": "declSeqNo",
    "temporary": "decTmpNo",
    "port": "decPreNo",
    "entry": "entryId",
}
LINE = {"list": "invtNo", "waybill": "logisticsNo", "place": "gseqno", "line": "gnum", "hsCode": "gcode"}
MOST_LISTED = 400  # lines that fit into one disclosure whatever they hold; beyond, only the message has them


def draft_summary(document: Document, handles: Handles, facts: Facts) -> Draft:
    """Return the draft of a summary declaration."""
    head = document.head
    enterprise = require_fact(
        facts.enterprise or enterprise_of(head["ebcCode"]), "enterprise", document, "the seller's enterprise URI"
    )
    period = facts.month or month_set(enterprise, head.get("startTime", head["appTime"]), exports=True)
    draft = report(
        document,
        type="clearance.summary",
        time=time_of(document, "appTime"),
        subjects={
            "summary": handles.summary(SummaryKey(head["agentCode"], head["copNo"])),
            "enterprise": enterprise,
            "period": period,
        },
        data={
            "customs": require_value(document, "customsCode", r"[0-9]{4}", "four digits, a customs district"),
            "agent": firm(document, "agent"),
            "seller": firm(document, "ebc"),
            "declarant": firm(document, "declAgent"),
            **pick(head, {"groupedBy": "summaryFlag", "byItemName": "itemNameFlag", "from": "startTime"}),
            **pick(head, {"to": "endTime"}),
            **part(document),
        },
        disclosed={"/numbers": pick(head, NUMBERS), "/lists": _lists(document), "/remarks": remarks(document)},
    )
    return replace(draft, state=_state(document, period, facts))


def draft_summary_result(document: Document, _handles: Handles, facts: Facts) -> Draft:
    """Return the draft of the result of a summary."""
    head = document.head
    draft = report(
        document,
        type="clearance.summary-result",
        time=time_of(document, "opDate"),
        subjects={},
        data={"state": head["decState"], "lineCount": len(document.lines), **part(document)},
        disclosed={
            "/numbers": pick(head, RESULT_NUMBERS),
            "/lists": _lists(document),
            "/weights": pick(head, {"gross": "grossWeight", "net": "netWeight"}),
            "/remarks": remarks(document),
        },
    )
    return answering(draft, facts.about)


def _lists(document: Document) -> list[dict[str, str]] | None:
    return items(document, LINE) if len(document.lines) <= MOST_LISTED else None


def _state(document: Document, period: str, facts: Facts) -> State:
    if facts.covers is None:
        expected = f"count and root of the history of {period} that the summary covers"
        raise IncompleteError("facts.covers", came=f"nothing for {document.path}", expected=expected)
    count, root = facts.covers
    return State("member", subject_name(period), count, parse_hash_hex(root, "facts.covers"))
