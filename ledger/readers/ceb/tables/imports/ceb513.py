"""CEB513, the waybill's status (运单状态), as a carrier sends it. The only status is S, signed for (签收)."""

from __future__ import annotations

from ledger.readers.ceb.fields import MessageTable, text, time
from ledger.readers.ceb.tables.common import NOTE
from ledger.readers.ceb.tables.imports.common import CARRIER, IMPORT, REPORT, WAYBILL_NUMBER

CEB513 = MessageTable(
    code="CEB513",
    node="LogisticsStatus",
    head="",
    fields=(
        *REPORT,
        *CARRIER,
        WAYBILL_NUMBER,
        text("logisticsStatus", 1, codes=("S",)),
        time("logisticsTime"),
        NOTE,
    ),
    envelope=IMPORT,
)
