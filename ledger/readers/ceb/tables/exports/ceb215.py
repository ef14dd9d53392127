"""CEB215, the tally of returned goods (理货明细单), as a supervised site sends it."""

from __future__ import annotations

from ledger.readers.ceb.fields import PARAMETER, MessageTable, text
from ledger.readers.ceb.tables.common import CUSTOMS
from ledger.readers.ceb.tables.exports.common import CARRIER, EXPORT, OPERATOR, REPORT

CEB215 = MessageTable(
    code="CEB215",
    node="InvtRefundDetail",
    head="",
    fields=(
        *REPORT,
        CUSTOMS,
        *OPERATOR,
        *CARRIER,
        text("logisticsNo", 0, 80),
        text("invtNo", 0, 20, optional=True),
        text("coElNo", 0, 20),
        text("preNo", 0, 18, optional=True),
        text("billNo", 0, 37),
        text("ieFlag", 1, codes=("I",)),
        text("trafMode", 1, shape=PARAMETER),
        text("trafName", 0, 100),
        text("voyageNo", 0, 32),
        text("location", 0, 250, optional=True),
        text("note", 0, 250, optional=True, personal=True),
    ),
    envelope=EXPORT,
)
