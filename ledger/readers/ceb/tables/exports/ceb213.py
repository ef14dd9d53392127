"""CEB213, the return of exported goods (退货申请单), as a seller declares it."""

from __future__ import annotations

from dataclasses import replace

from ledger.readers.ceb.fields import DIGITS, PARAMETER, MessageTable, number, text, whole
from ledger.readers.ceb.tables.common import CUSTOMS
from ledger.readers.ceb.tables.exports.common import AGENT, CARRIER, EXPORT, LIST_NUMBER, PLATFORM, REPORT, SELLER, UNIT

CEB213 = MessageTable(
    code="CEB213",
    node="InvtRefund",
    head="InvtRefundHead",
    fields=(
        *REPORT,
        CUSTOMS,
        text("loctNo", 0, 10, optional=True),
        *PLATFORM,
        *SELLER,
        text("logisticsNo", 0, 80),
        *CARRIER,
        text("coElNo", 0, 30),
        text("preNo", 0, 18, optional=True),
        LIST_NUMBER,
        text("tradeMode", 4, optional=True, codes=("9610", "1210", "1239")),
        *AGENT,
        text("billNo", 0, 37),
        text("ieFlag", 0, 1, codes=("I",)),
        text("trafMode", 0, 1, shape=PARAMETER),
        text("trafName", 0, 100),
        text("portCode", 0, 4, shape=DIGITS),
        text("reason", 0, 500, personal=True),
        replace(text("country", 0, 3, shape=PARAMETER), excluded=("142", "CHN")),  # 不能为中国: China, in either code
        text("voyageNo", 0, 32),
        text("note", 0, 500, optional=True, personal=True),
    ),
    line="InvtRefundList",
    line_fields=(
        whole("gnum", 4),
        text("gcode", 0, 10, shape=DIGITS),
        text("gname", 0, 250),
        text("gmodel", 0, 250),
        number("qty"),
        number("qty1"),
        UNIT,
        text("unit1", 3, shape=PARAMETER),
        number("qty2", optional=True),
        text("unit2", 3, optional=True, shape=PARAMETER),
        text("note", 0, 500, optional=True, personal=True),
    ),
    most_lines=100,
    numbering="distinct",
    envelope=EXPORT,
)
