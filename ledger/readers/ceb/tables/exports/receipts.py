"""Receipts (回执): what the e-port and customs answer to each export message."""

from __future__ import annotations

from ledger.readers.ceb.fields import MessageTable, surplus, text, whole
from ledger.readers.ceb.tables.common import GUID, return_status
from ledger.readers.ceb.tables.exports.common import (
    LIST_NUMBER,
    ORDER_NUMBER,
    OWN_NUMBER,
    PORT_NUMBER,
    PUBLISHED,
    RESULT,
    WAYBILL_NUMBER,
)

CEB214 = MessageTable(
    code="CEB214",
    node="RefundReturn",
    head="",
    fields=(
        GUID,
        text("ebpCode", 0, 18, optional=True),
        text("ebcCode", 0, 18, optional=True),
        text("agentCode", 0, 18),
        surplus("appSenderId"),
        text("coElNo", 0, 30),
        text("preNo", 0, 18, optional=True),
        LIST_NUMBER,
        return_status(("1", "2", "3", "4", "100", "120", "300", "500", "505", "600", "800"), shortest=0),
        *RESULT,
    ),
)

CEB216 = MessageTable(
    code="CEB216",
    node="InvtRefundDetailReturn",
    head="",
    fields=(
        GUID,
        text("operatorCode", 0, 18),
        text("logisticsCode", 0, 18),
        text("logisticsNo", 0, 80),
        text("coElNo", 0, 30),
        text("preNo", 0, 18, optional=True),
        return_status(("1", "2", "3", "4", "100", "399"), shortest=0),
        *RESULT,
    ),
)

CEB304 = MessageTable(
    code="CEB304",
    node="OrderReturn",
    head="",
    fields=(
        GUID,
        text("ebpCode", 0, 18),
        text("ebcCode", 0, 18),
        ORDER_NUMBER,
        return_status(PUBLISHED),
        *RESULT,
    ),
)

CEB404 = MessageTable(
    code="CEB404",
    node="ReceiptsReturn",
    head="",
    fields=(
        GUID,
        text("ebcCode", 0, 18),
        ORDER_NUMBER,
        text("payNo", 0, 60, optional=True),
        return_status(PUBLISHED),
        *RESULT,
    ),
)

CEB506 = MessageTable(
    code="CEB506",
    node="LogisticsReturn",
    head="",
    fields=(
        GUID,
        text("logisticsCode", 0, 18),
        WAYBILL_NUMBER,
        return_status(PUBLISHED),
        *RESULT,
    ),
)

CEB508 = MessageTable(
    code="CEB508",
    node="ArrivalReturn",
    head="",
    fields=(
        GUID,
        text("operatorCode", 0, 18),
        text("logisticsCode", 0, 18),
        PORT_NUMBER,
        OWN_NUMBER,
        text("billNo", 0, 37),
        whole("msgSeqNo", 9),
        return_status(PUBLISHED),
        *RESULT,
    ),
)

CEB510 = MessageTable(
    code="CEB510",
    node="DepartureReturn",
    head="",
    fields=(
        GUID,
        text("logisticsCode", 0, 18),
        OWN_NUMBER,
        PORT_NUMBER,
        whole("msgSeqNo", 9),
        return_status(PUBLISHED),
        *RESULT,
    ),
)

CEB604 = MessageTable(
    code="CEB604",
    node="InventoryReturn",
    head="",
    fields=(
        GUID,
        text("agentCode", 0, 18),
        OWN_NUMBER,
        PORT_NUMBER,
        LIST_NUMBER,
        text("ebcCode", 0, 18),
        text("ebpCode", 0, 18),
        ORDER_NUMBER,
        text("statisticsFlag", 1, codes=("A", "B")),
        return_status(PUBLISHED),
        *RESULT,
    ),
)

CEB606 = MessageTable(
    code="CEB606",
    node="InvtCancelReturn",
    head="",
    fields=(
        GUID,
        text("agentCode", 0, 18),
        OWN_NUMBER,
        PORT_NUMBER,
        LIST_NUMBER,
        return_status(PUBLISHED),
        *RESULT,
    ),
)

CEB608 = MessageTable(
    code="CEB608",
    node="WayBillReturn",
    head="",
    fields=(
        GUID,
        text("agentCode", 0, 18),
        text("logisticsCode", 0, 18),
        OWN_NUMBER,
        PORT_NUMBER,
        text("billNo", 0, 37),
        whole("msgSeqNo", 9),
        return_status(PUBLISHED),
        *RESULT,
    ),
)

CEB702 = MessageTable(
    code="CEB702",
    node="SummaryReturn",
    head="",
    fields=(
        GUID,
        text("agentCode", 0, 18),
        text("ebcCode", 0, 18),
        OWN_NUMBER,
        PORT_NUMBER,
        text("sumNo", 18, optional=True),
        whole("msgSeqNo", 9),
        return_status(PUBLISHED),
        *RESULT,
    ),
)
