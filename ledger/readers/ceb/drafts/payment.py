"""CEB411 to order.payment.

In clear: the payment firm. `/number` the order number; `/transaction` the payment's; `/platform` whose order it is;
`/payer` who; `/amount` in yuan. The time of the event is when it was paid (payTime).
"""

from __future__ import annotations

from ledger.compose.event import Draft
from ledger.readers.ceb.drafts.report import firm, pick, remarks, report, time_of
from ledger.readers.ceb.facts import Facts
from ledger.readers.ceb.keys import Handles, OrderKey
from ledger.readers.ceb.result import Document

PAYER = {"name": "payerName", "telephone": "telephone", "idType": "payerIdType", "idNumber": "payerIdNumber"}
AMOUNT = {"paid": "amountPaid", "currency": "currency"}


def draft_payment(document: Document, handles: Handles, _facts: Facts) -> Draft:
    """Return the draft of a payment."""
    head = document.head
    return report(
        document,
        type="order.payment",
        time=time_of(document, "payTime"),
        subjects={"order": handles.order(OrderKey(head["ebpCode"], head["orderNo"]))},
        data={"firm": firm(document, "pay")},
        disclosed={
            "/number": head["orderNo"],
            "/transaction": head["payTransactionId"],
            "/platform": firm(document, "ebp"),
            "/payer": pick(head, PAYER),
            "/amount": pick(head, AMOUNT),
            "/remarks": remarks(document),
        },
    )
