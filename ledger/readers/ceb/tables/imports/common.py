"""What import messages share: the first fields of a head, the parties, receipts, the envelope.

Source: specification 202205; the order of the envelope is that of its import definitions: business documents,
BaseTransfer, BaseSubscribe, ExtendMessage, ds:Signature.
"""

from __future__ import annotations

from ledger.readers.ceb.fields import Envelope, moment, number, text, time
from ledger.readers.ceb.tables.common import APP_TYPE, GUID, TRANSFER_REST

TRANSFER = (text("copCode", 1, 18), *TRANSFER_REST)
_NAMES = ("BaseTransfer", "BaseSubscribe", "ExtendMessage", "Signature")
IMPORT = Envelope(_NAMES, TRANSFER)
SIGNED_IMPORT = Envelope(_NAMES, TRANSFER, signed=True)

APP_TIME = time("appTime")
APP_STATUS = text("appStatus", 1, 3, codes=("1", "2"))  # 1 kept as a draft at the e-port, 2 declared
REPORT = (GUID, APP_TYPE, APP_TIME, APP_STATUS)
CURRENCY = text("currency", 3, codes=("142",))
ORDER_NUMBER = text("orderNo", 1, 60)
PLATFORM = (text("ebpCode", 1, 18), text("ebpName", 1, 100))
SELLER = (text("ebcCode", 1, 18), text("ebcName", 1, 100))
CARRIER = (text("logisticsCode", 1, 18), text("logisticsName", 1, 100))
WAYBILL_NUMBER = text("logisticsNo", 1, 60)
AGENT = (text("agentCode", 1, 18), text("agentName", 1, 100))
# 1 identity card, 2 other; the list and the order are limited to 1 by their text, the return is not.
ID_TYPE = text("buyerIdType", 1, codes=("1", "2"))
ID_NUMBER = text("buyerIdNumber", 1, 60, personal=True)
BUYER_NAME = text("buyerName", 1, 60, personal=True)
BUYER_TELEPHONE = text("buyerTelephone", 1, 30, personal=True)
TAXES = (number("customsTax"), number("valueAddedTax"), number("consumptionTax"))

PORT_NUMBER = text("preNo", 18)
CUSTOMS_NUMBER = text("invtNo", 18, optional=True)
RESULT = (moment("returnTime"), text("returnInfo", 1, 1000, personal=True))
# Codes of returnStatus that the explanations list.
FILED = ("2", "3", "4", "100", "120", "399")
DRAFTED = ("1", *FILED)
LISTED = (*DRAFTED, "300", "500", "501", "502", "503", "599", "700", "800", "899")
