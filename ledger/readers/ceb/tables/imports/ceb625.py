"""CEB625, the return (退货申请单), as a seller or its agent declares it."""

from __future__ import annotations

from ledger.readers.ceb.fields import DIGITS, PARAMETER, MessageTable, number, text, whole
from ledger.readers.ceb.tables.common import CUSTOMS, NOTE
from ledger.readers.ceb.tables.imports.common import (
    AGENT,
    BUYER_NAME,
    BUYER_TELEPHONE,
    CARRIER,
    ID_NUMBER,
    ID_TYPE,
    ORDER_NUMBER,
    PLATFORM,
    REPORT,
    SELLER,
    SIGNED_IMPORT,
    WAYBILL_NUMBER,
)

CEB625 = MessageTable(
    code="CEB625",
    node="InvtRefund",
    head="InvtRefundHead",
    fields=(
        *REPORT,
        CUSTOMS,
        ORDER_NUMBER,
        *PLATFORM,
        *SELLER,
        WAYBILL_NUMBER,
        *CARRIER,
        text("copNo", 0, 20, optional=True),
        text("preNo", 0, 18, optional=True),
        text("invtNo", 1, 18),
        ID_TYPE,
        ID_NUMBER,
        BUYER_NAME,
        BUYER_TELEPHONE,
        *AGENT,
        text("reason", 1, 1000, personal=True),
        NOTE,
    ),
    line="InvtRefundList",
    line_fields=(
        whole("gnum"),  # the line's number in the list that is returned, so not from 1
        text("gcode", 10, shape=DIGITS),
        text("gname", 1, 250),
        number("qty"),
        text("unit", 3, shape=PARAMETER),
        NOTE,
    ),
    numbering="distinct",
    envelope=SIGNED_IMPORT,
)
