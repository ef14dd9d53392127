"""CEB311, the order (电子订单), as a platform, a seller or whom they entrust sends it."""

from __future__ import annotations

from ledger.readers.ceb.fields import PARAMETER, MessageTable, number, text, whole
from ledger.readers.ceb.tables.common import NOTE
from ledger.readers.ceb.tables.imports.common import (
    BUYER_NAME,
    BUYER_TELEPHONE,
    CURRENCY,
    ID_NUMBER,
    ID_TYPE,
    IMPORT,
    ORDER_NUMBER,
    PLATFORM,
    REPORT,
    SELLER,
)

CEB311 = MessageTable(
    code="CEB311",
    node="Order",
    head="OrderHead",
    fields=(
        *REPORT,
        text("orderType", 1, codes=("I",)),
        ORDER_NUMBER,
        *PLATFORM,
        *SELLER,
        number("goodsValue"),
        number("freight"),
        number("discount"),
        number("taxTotal"),
        number("acturalPaid"),  # spelt so in the specification
        CURRENCY,
        text("buyerRegNo", 1, 60, personal=True),
        BUYER_NAME,
        BUYER_TELEPHONE,
        ID_TYPE,
        ID_NUMBER,
        text("payCode", 0, 18, optional=True),
        text("payName", 0, 100, optional=True),
        text("payTransactionId", 0, 60, optional=True),
        text("batchNumbers", 0, 100, optional=True),
        text("consignee", 1, 100, personal=True),
        text("consigneeTelephone", 1, 50, personal=True),
        text("consigneeAddress", 1, 200, personal=True),
        text("consigneeDistrict", 6, optional=True, personal=True),
        NOTE,
    ),
    line="OrderList",
    line_fields=(
        whole("gnum"),
        text("itemNo", 0, 30, optional=True),
        text("itemName", 1, 250),
        text("gmodel", 1, 510),
        text("itemDescribe", 0, 1000, optional=True),
        text("barCode", 0, 50, optional=True),
        text("unit", 3, shape=PARAMETER),
        number("qty"),
        number("price"),
        number("totalPrice"),
        CURRENCY,
        text("country", 3, shape=PARAMETER),
        NOTE,
    ),
    envelope=IMPORT,
)
