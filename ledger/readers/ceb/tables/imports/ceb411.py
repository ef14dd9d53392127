"""CEB411, the payment (支付凭证), as a payment firm sends it."""

from __future__ import annotations

from ledger.readers.ceb.fields import MessageTable, number, text, time
from ledger.readers.ceb.tables.common import NOTE
from ledger.readers.ceb.tables.imports.common import CURRENCY, IMPORT, ORDER_NUMBER, PLATFORM, REPORT

CEB411 = MessageTable(
    code="CEB411",
    node="Payment",
    head="PaymentHead",
    fields=(
        *REPORT,
        text("payCode", 1, 18),
        text("payName", 1, 100),
        text("payTransactionId", 1, 60),
        ORDER_NUMBER,
        *PLATFORM,
        text("payerIdType", 1, codes=("1", "2")),
        text("payerIdNumber", 1, 60, personal=True),
        text("payerName", 1, 60, personal=True),
        text("telephone", 0, 60, optional=True, personal=True),
        number("amountPaid"),
        CURRENCY,
        time("payTime"),
        NOTE,
    ),
    envelope=IMPORT,
)
