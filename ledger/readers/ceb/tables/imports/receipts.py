"""Receipts (回执): what the e-port and customs answer to import messages; CEB900, to what was no message."""

from __future__ import annotations

from functools import partial

from ledger.readers.ceb.fields import DIGITS, NEGATIVE, MessageTable, moment, text
from ledger.readers.ceb.tables.common import GUID, receipt, return_status
from ledger.readers.ceb.tables.imports.common import (
    CUSTOMS_NUMBER,
    DRAFTED,
    FILED,
    LISTED,
    ORDER_NUMBER,
    PORT_NUMBER,
    RESULT,
    WAYBILL_NUMBER,
)
from ledger.readers.ceb.xmltree import MAX_BYTES

_CUSTOMS = text("customsCode", 4, optional=True, shape=DIGITS)
_AGENT = text("agentCode", 1, 18, optional=True)
_SHOP = (text("ebpCode", 1, 18, optional=True), text("ebcCode", 1, 18, optional=True))
_NUMBERS = (text("copNo", 1, 20), PORT_NUMBER, CUSTOMS_NUMBER)
_CARRIED = (text("logisticsCode", 1, 18), WAYBILL_NUMBER)
_filed = partial(receipt, status=return_status(FILED), result=RESULT)
_drafted = partial(receipt, status=return_status(DRAFTED), result=RESULT)

CEB312 = _filed("CEB312", "OrderReturn", text("ebpCode", 1, 18), text("ebcCode", 1, 18), ORDER_NUMBER)
CEB412 = _filed("CEB412", "PaymentReturn", text("payCode", 1, 18), text("payTransactionId", 1, 60))
CEB512 = _filed("CEB512", "LogisticsReturn", *_CARRIED)
CEB514 = receipt(
    "CEB514",
    "LogisticsStatusReturn",
    *_CARRIED,
    text("logisticsStatus", 1, codes=("S",)),
    status=return_status(("2", "3", "4", "100", "399")),
    result=RESULT,
)
CEB622 = receipt(
    "CEB622", "InventoryReturn", _CUSTOMS, *_SHOP, _AGENT, *_NUMBERS, status=return_status(LISTED), result=RESULT
)
CEB624 = _drafted("CEB624", "InvtCancelReturn", _CUSTOMS, _AGENT, *_SHOP, *_NUMBERS)
CEB626 = _drafted("CEB626", "InvtRefundReturn", _CUSTOMS, _AGENT, *_SHOP, *_NUMBERS)
CEB712 = _drafted(
    "CEB712",
    "DeliveryReturn",
    _CUSTOMS,
    text("operatorCode", 1, 18, optional=True),
    text("copNo", 0, 20, optional=True),
    text("preNo", 0, 18, optional=True),
    text("rkdNo", 0, 18, optional=True),
)
CEB900 = MessageTable(
    code="CEB900",
    node="MessageReturn",
    head="",
    fields=(
        GUID,
        text("returnStatus", 1, 10, shape=NEGATIVE),
        text("returnInfo", 0, 5000, personal=True),
        moment("returnTime"),
        text("oriCopMsgId", 0, 255),
        text("oriMessageType", 0, 15),
        text("oriBizMessage", 0, MAX_BYTES, personal=True),
    ),
    most_documents=1,
)
