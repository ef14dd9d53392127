"""CEB303, the export order (电子订单), as a platform sends it."""

from __future__ import annotations

from ledger.readers.ceb.fields import MessageTable, number, text
from ledger.readers.ceb.tables.common import NOTE
from ledger.readers.ceb.tables.exports.common import (
    CURRENCY,
    EXPORT,
    LINE_NUMBER,
    ORDER_NUMBER,
    PLATFORM,
    REPORT,
    SELLER,
    UNIT,
)

CEB303 = MessageTable(
    code="CEB303",
    node="Order",
    head="OrderHead",
    fields=(
        *REPORT,
        text("orderType", 1, codes=("I", "E", "B", "W")),
        ORDER_NUMBER,
        *PLATFORM,
        *SELLER,
        number("goodsValue"),
        number("freight"),
        CURRENCY,
        NOTE,
    ),
    line="OrderList",
    line_fields=(
        LINE_NUMBER,
        text("itemNo", 0, 30),
        text("itemName", 0, 250),
        text("itemDescribe", 0, 1000, optional=True),
        text("barCode", 0, 50, optional=True),
        UNIT,
        CURRENCY,
        number("qty"),
        number("price"),
        number("totalPrice"),
        NOTE,
    ),
    most_lines=100,
    envelope=EXPORT,
)
