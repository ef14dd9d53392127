"""CEB403, the receipt of funds (收款单), as a payment firm or the seller sends it."""

from __future__ import annotations

from ledger.readers.ceb.fields import MessageTable, number, text, time
from ledger.readers.ceb.tables.common import NOTE
from ledger.readers.ceb.tables.exports.common import CURRENCY, EXPORT, ORDER_NUMBER, PLATFORM, REPORT, SELLER

CEB403 = MessageTable(
    code="CEB403",
    node="Receipts",
    head="",
    fields=(
        *REPORT,
        *PLATFORM,
        *SELLER,
        ORDER_NUMBER,
        text("payCode", 0, 18, optional=True),
        text("payName", 0, 100),
        text("payNo", 0, 60, optional=True),
        number("charge"),
        CURRENCY,
        time("accountingDate"),
        NOTE,
    ),
    envelope=EXPORT,
)
