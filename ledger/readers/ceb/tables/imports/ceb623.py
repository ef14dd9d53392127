"""CEB623, the cancellation of an import list (撤销申请单), as a seller or its agent declares it."""

from __future__ import annotations

from ledger.readers.ceb.fields import MessageTable, text
from ledger.readers.ceb.tables.common import CUSTOMS, GUID, NOTE
from ledger.readers.ceb.tables.imports.common import (
    AGENT,
    APP_STATUS,
    APP_TIME,
    BUYER_NAME,
    BUYER_TELEPHONE,
    CARRIER,
    ID_NUMBER,
    ID_TYPE,
    ORDER_NUMBER,
    PLATFORM,
    SELLER,
    SIGNED_IMPORT,
    WAYBILL_NUMBER,
)

CEB623 = MessageTable(
    code="CEB623",
    node="InvtCancel",
    head="",
    fields=(
        GUID,
        text("appType", 1, codes=("1",)),
        APP_TIME,
        APP_STATUS,
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
    envelope=SIGNED_IMPORT,
)
