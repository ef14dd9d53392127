"""CEB511, the waybill (物流运单), as a carrier sends it."""

from __future__ import annotations

from ledger.readers.ceb.fields import MessageTable, number, text, whole
from ledger.readers.ceb.tables.common import NOTE
from ledger.readers.ceb.tables.imports.common import CARRIER, CURRENCY, IMPORT, ORDER_NUMBER, REPORT, WAYBILL_NUMBER

CEB511 = MessageTable(
    code="CEB511",
    node="Logistics",
    head="LogisticsHead",
    fields=(
        *REPORT,
        *CARRIER,
        WAYBILL_NUMBER,
        text("billNo", 0, 37, optional=True),
        ORDER_NUMBER,
        number("freight", optional=True),
        number("insuredFee", optional=True),
        CURRENCY,
        number("weight"),
        whole("packNo", 9, codes=("1",)),
        text("goodsInfo", 0, 200, optional=True),
        text("consignee", 1, 100, personal=True),
        text("consigneeAddress", 1, 200, personal=True),
        text("consigneeTelephone", 1, 50, personal=True),
        NOTE,
    ),
    envelope=IMPORT,
)
