"""Receipts (回执): what the e-port and customs answer to each export message."""

from __future__ import annotations

from functools import partial

from ledger.readers.ceb.fields import surplus, text, whole
from ledger.readers.ceb.tables.common import receipt, return_status
from ledger.readers.ceb.tables.exports.common import (
    LIST_NUMBER,
    ORDER_NUMBER,
    OWN_NUMBER,
    PORT_NUMBER,
    PUBLISHED,
    RESULT,
    WAYBILL_NUMBER,
)

_AGENT, _CARRIER, _OPERATOR = (text(name, 0, 18) for name in ("agentCode", "logisticsCode", "operatorCode"))
_PLATFORM, _SELLER = (text(name, 0, 18) for name in ("ebpCode", "ebcCode"))
_LIST_OF_PORT = (text("coElNo", 0, 30), text("preNo", 0, 18, optional=True))
_BILL, _PART = text("billNo", 0, 37), whole("msgSeqNo", 9)
_RETURNED = ("1", "2", "3", "4", "100", "120", "300", "500", "505", "600", "800")
_receipt = partial(receipt, status=return_status(PUBLISHED), result=RESULT)

CEB214 = receipt(
    "CEB214",
    "RefundReturn",
    text("ebpCode", 0, 18, optional=True),
    text("ebcCode", 0, 18, optional=True),
    _AGENT,
    surplus("appSenderId"),
    *_LIST_OF_PORT,
    LIST_NUMBER,
    status=return_status(_RETURNED, shortest=0),
    result=RESULT,
)
CEB216 = receipt(
    "CEB216",
    "InvtRefundDetailReturn",
    _OPERATOR,
    _CARRIER,
    text("logisticsNo", 0, 80),
    *_LIST_OF_PORT,
    status=return_status(("1", "2", "3", "4", "100", "399"), shortest=0),
    result=RESULT,
)
CEB304 = _receipt("CEB304", "OrderReturn", _PLATFORM, _SELLER, ORDER_NUMBER)
CEB404 = _receipt("CEB404", "ReceiptsReturn", _SELLER, ORDER_NUMBER, text("payNo", 0, 60, optional=True))
CEB506 = _receipt("CEB506", "LogisticsReturn", _CARRIER, WAYBILL_NUMBER)
CEB508 = _receipt("CEB508", "ArrivalReturn", _OPERATOR, _CARRIER, PORT_NUMBER, OWN_NUMBER, _BILL, _PART)
CEB510 = _receipt("CEB510", "DepartureReturn", _CARRIER, OWN_NUMBER, PORT_NUMBER, _PART)
CEB604 = _receipt(
    "CEB604",
    "InventoryReturn",
    _AGENT,
    OWN_NUMBER,
    PORT_NUMBER,
    LIST_NUMBER,
    _SELLER,
    _PLATFORM,
    ORDER_NUMBER,
    text("statisticsFlag", 1, codes=("A", "B")),
)
CEB606 = _receipt("CEB606", "InvtCancelReturn", _AGENT, OWN_NUMBER, PORT_NUMBER, LIST_NUMBER)
CEB608 = _receipt("CEB608", "WayBillReturn", _AGENT, _CARRIER, OWN_NUMBER, PORT_NUMBER, _BILL, _PART)
CEB702 = _receipt(
    "CEB702", "SummaryReturn", _AGENT, _SELLER, OWN_NUMBER, PORT_NUMBER, text("sumNo", 18, optional=True), _PART
)
