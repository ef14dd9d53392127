"""CEB505, the export waybill (物流运单), as a carrier sends it."""

from __future__ import annotations

from ledger.readers.ceb.fields import MessageTable, collapsed, number, text, whole
from ledger.readers.ceb.tables.common import NOTE
from ledger.readers.ceb.tables.exports.common import CARRIER, CURRENCY, EXPORT, REPORT, WAYBILL_NUMBER

CEB505 = MessageTable(
    code="CEB505",
    node="Logistics",
    head="",
    fields=(
        *REPORT,
        *CARRIER,
        WAYBILL_NUMBER,
        number("freight"),
        number("insuredFee"),
        CURRENCY,
        number("grossWeight"),
        whole("packNo", 9),
        collapsed(text("goodsInfo", 0, 200)),
        text("ebcCode", 0, 18, optional=True),
        text("ebcName", 0, 100, optional=True),
        text("ebcTelephone", 0, 50, optional=True, personal=True),
        NOTE,
    ),
    envelope=EXPORT,
)
