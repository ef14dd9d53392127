"""Receipts (回执): what the e-port and customs answer to import messages; CEB900, to what was no message."""

from __future__ import annotations

from ledger.readers.ceb.fields import DIGITS, NEGATIVE, MessageTable, moment, text
from ledger.readers.ceb.tables.common import GUID, return_status
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

CEB312 = MessageTable(
    code="CEB312",
    node="OrderReturn",
    head="",
    fields=(
        GUID,
        text("ebpCode", 1, 18),
        text("ebcCode", 1, 18),
        ORDER_NUMBER,
        return_status(FILED),
        *RESULT,
    ),
)

CEB412 = MessageTable(
    code="CEB412",
    node="PaymentReturn",
    head="",
    fields=(
        GUID,
        text("payCode", 1, 18),
        text("payTransactionId", 1, 60),
        return_status(FILED),
        *RESULT,
    ),
)

CEB512 = MessageTable(
    code="CEB512",
    node="LogisticsReturn",
    head="",
    fields=(
        GUID,
        text("logisticsCode", 1, 18),
        WAYBILL_NUMBER,
        return_status(FILED),
        *RESULT,
    ),
)

CEB514 = MessageTable(
    code="CEB514",
    node="LogisticsStatusReturn",
    head="",
    fields=(
        GUID,
        text("logisticsCode", 1, 18),
        WAYBILL_NUMBER,
        text("logisticsStatus", 1, codes=("S",)),
        return_status(("2", "3", "4", "100", "399")),
        *RESULT,
    ),
)

CEB622 = MessageTable(
    code="CEB622",
    node="InventoryReturn",
    head="",
    fields=(
        GUID,
        text("customsCode", 4, optional=True, shape=DIGITS),
        text("ebpCode", 1, 18, optional=True),
        text("ebcCode", 1, 18, optional=True),
        text("agentCode", 1, 18, optional=True),
        text("copNo", 1, 20),
        PORT_NUMBER,
        CUSTOMS_NUMBER,
        return_status(LISTED),
        *RESULT,
    ),
)

CEB624 = MessageTable(
    code="CEB624",
    node="InvtCancelReturn",
    head="",
    fields=(
        GUID,
        text("customsCode", 4, optional=True, shape=DIGITS),
        text("agentCode", 1, 18, optional=True),
        text("ebpCode", 1, 18, optional=True),
        text("ebcCode", 1, 18, optional=True),
        text("copNo", 1, 20),
        PORT_NUMBER,
        CUSTOMS_NUMBER,
        return_status(DRAFTED),
        *RESULT,
    ),
)

CEB626 = MessageTable(
    code="CEB626",
    node="InvtRefundReturn",
    head="",
    fields=(
        GUID,
        text("customsCode", 4, optional=True, shape=DIGITS),
        text("agentCode", 1, 18, optional=True),
        text("ebpCode", 1, 18, optional=True),
        text("ebcCode", 1, 18, optional=True),
        text("copNo", 1, 20),
        PORT_NUMBER,
        CUSTOMS_NUMBER,
        return_status(DRAFTED),
        *RESULT,
    ),
)

CEB712 = MessageTable(
    code="CEB712",
    node="DeliveryReturn",
    head="",
    fields=(
        GUID,
        text("customsCode", 4, optional=True, shape=DIGITS),
        text("operatorCode", 1, 18, optional=True),
        text("copNo", 0, 20, optional=True),
        text("preNo", 0, 18, optional=True),
        text("rkdNo", 0, 18, optional=True),
        return_status(DRAFTED),
        *RESULT,
    ),
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
