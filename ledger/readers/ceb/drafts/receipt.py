"""Receipts of customs and e-port (回执) to clearance.status, and which document a receipt is about.

CEB702, about a summary, becomes clearance.summary-status.

In clear: the code (returnStatus). `/numbers` of the document that it is about; `/information` what the receipt says in
words. The time is that of the receipt (returnTime). A receipt is no release and no decision: it says what a participant
was told, and customs' own act is an event of customs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ledger.compose.event import Draft
from ledger.readers.ceb.drafts.report import answering, pick, report, require_value, time_of
from ledger.readers.ceb.facts import Facts
from ledger.readers.ceb.keys import Handles
from ledger.readers.ceb.result import Document

# Receipt to the message that it answers, and the elements that both have and that tell one document from another.
ANSWERED: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "CEB214": ("CEB213", ("agentCode", "coElNo")),
    "CEB216": ("CEB215", ("operatorCode", "coElNo")),
    "CEB304": ("CEB303", ("ebpCode", "orderNo")),
    "CEB312": ("CEB311", ("ebpCode", "orderNo")),
    "CEB404": ("CEB403", ("ebcCode", "orderNo")),
    "CEB412": ("CEB411", ("payCode", "payTransactionId")),
    "CEB506": ("CEB505", ("logisticsCode", "logisticsNo")),
    "CEB508": ("CEB507", ("logisticsCode", "copNo", "msgSeqNo")),
    "CEB510": ("CEB509", ("logisticsCode", "copNo", "msgSeqNo")),
    "CEB512": ("CEB511", ("logisticsCode", "logisticsNo")),
    "CEB514": ("CEB513", ("logisticsCode", "logisticsNo")),
    "CEB604": ("CEB603", ("agentCode", "copNo")),
    "CEB606": ("CEB605", ("agentCode", "copNo")),
    "CEB608": ("CEB607", ("agentCode", "copNo", "msgSeqNo")),
    "CEB622": ("CEB621", ("agentCode", "copNo")),
    "CEB624": ("CEB623", ("agentCode", "copNo")),
    "CEB626": ("CEB625", ("agentCode", "copNo")),
    "CEB702": ("CEB701", ("agentCode", "copNo", "msgSeqNo")),
    "CEB712": ("CEB711", ("operatorCode", "copNo")),
    "CEB792": ("CEB701", ("agentCode", "sumNo")),
    "CEB818": ("CEB816", ("invtNo", "taxNo")),
}
NUMBERS = {
    "order": "orderNo",
    "waybill": "logisticsNo",
    "transaction": "payTransactionId",
    "funds": "payNo",
    "customs": "invtNo",
    "own": "copNo",
    "ownReturn": "coElNo",
    "port": "preNo",
    "tally": "rkdNo",
    "bill": "billNo",
    "summary": "sumNo",
    "part": "msgSeqNo",
    "message": "oriCopMsgId",
    "messageType": "oriMessageType",
}


@dataclass(frozen=True, slots=True)
class Answered:
    """The document that a receipt is about.

    Attributes:
        message: its message type.
        elements: what stands in its head, as far as the receipt repeats it.
    """

    message: str
    elements: Mapping[str, str]


def answered_by(document: Document) -> Answered | None:
    """Return which document a receipt (or tax status, or result of a summary) is about; None of any other."""
    if document.message not in ANSWERED:
        return None
    message, names = ANSWERED[document.message]
    return Answered(message, pick(document.head, {name: name for name in names}))


def draft_status(document: Document, _handles: Handles, facts: Facts) -> Draft:
    """Return the draft of a receipt."""
    draft = report(
        document,
        type="clearance.summary-status" if document.message == "CEB702" else "clearance.status",
        time=time_of(document, "returnTime"),
        subjects={},
        data={"code": require_value(document, "returnStatus", "-?[0-9]{1,9}", "a status of at most nine digits")},
        disclosed={"/numbers": pick(document.head, NUMBERS), "/information": document.head.get("returnInfo")},
    )
    return answering(draft, facts.about)
