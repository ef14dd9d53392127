"""What all messages share: the first fields of a head, the parties, and the envelope's parts.

Source: specification 202205; the order of the envelope is that of its message definitions: business documents,
BaseTransfer, BaseSubscribe, ExtendMessage, ds:Signature.
"""

from __future__ import annotations

from ledger.readers.ceb.fields import NO_LOWER_CASE, Field, text, time

NAMESPACE = "http://www.chinaport.gov.cn/ceb"
SIGNATURE_NAMESPACE = "http://www.w3.org/2000/09/xmldsig#"

MAX_DOCUMENTS = 100
MAX_LINES = 99
MAX_SUBSCRIPTIONS = 5

GUID = text("guid", 36, shape=NO_LOWER_CASE)
VERSION = text("version", 1, 10, codes=("1.0",))

# 1 new, 2 change, 3 delete; 1 kept as a draft at the e-port, 2 declared.
REPORT = (
    GUID,
    text("appType", 1, codes=("1", "2", "3")),
    time("appTime"),
    text("appStatus", 1, 3, codes=("1", "2")),
)
NOTE = text("note", 0, 1000, optional=True, personal=True)
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

TRANSFER = (
    text("copCode", 1, 18),
    text("copName", 0, 100),
    text("dxpMode", 3, codes=("DXP",)),
    text("dxpId", 0, 30),
    NOTE,
)
SUBSCRIBE = (
    text("status", 0, 100, codes=("ALL", "DATA", "RET")),
    text("dxpMode", 3, codes=("DXP",)),
    text("dxpAddress", 0, 100),
    NOTE,
)
EXTEND = (text("name", 0, 30), text("version", 0, 30), Field("Message", "any"))
