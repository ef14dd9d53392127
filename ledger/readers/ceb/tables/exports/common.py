"""What export messages share: the first fields of a head, the parties, receipts, the envelope.

Source: specification 202205; the order of the envelope is that of its export definitions: business documents,
BaseTransfer, BaseSubscribe, ds:Signature, ExtendMessage. Many elements must be there and may be empty.
"""

from __future__ import annotations

from dataclasses import replace

from ledger.readers.ceb.fields import PARAMETER, Envelope, moment, text, time, whole
from ledger.readers.ceb.tables.common import APP_TYPE, GUID, TRANSFER_REST

TRANSFER = (text("copCode", 0, 18), *TRANSFER_REST)
EXPORT = Envelope(("BaseTransfer", "BaseSubscribe", "Signature", "ExtendMessage"), TRANSFER)
DECLARED_SIGNED = replace(EXPORT, signed_declared=True)

REPORT = (GUID, APP_TYPE, time("appTime"), text("appStatus", 1, codes=("1", "2")))
PLATFORM = (text("ebpCode", 0, 18), text("ebpName", 0, 100))
SELLER = (text("ebcCode", 0, 18), text("ebcName", 0, 100))
CARRIER = (text("logisticsCode", 0, 18), text("logisticsName", 0, 100))
AGENT = (text("agentCode", 0, 18), text("agentName", 0, 100))
OPERATOR = (text("operatorCode", 0, 18), text("operatorName", 0, 100))
DECLARANT = (text("declAgentCode", 0, 18), text("declAgentName", 0, 100))
PART = (whole("msgCount", 9), whole("msgSeqNo", 9))
ORDER_NUMBER = text("orderNo", 0, 60)
WAYBILL_NUMBER = text("logisticsNo", 0, 32)
OWN_NUMBER = text("copNo", 0, 30)
LIST_NUMBER = text("invtNo", 0, 20)
PORT_NUMBER = text("preNo", 18)
MAYBE_PORT_NUMBER = text("preNo", 18, optional=True)
CURRENCY = text("currency", 3, shape=PARAMETER)
UNIT = text("unit", 3, shape=PARAMETER)
LINE_NUMBER = whole("gnum", 5)

RESULT = (moment("returnTime"), text("returnInfo", 0, 1000, personal=True))
# The explanations list some codes of returnStatus and end in 等, "and others": so every published code is one.
PUBLISHED = (
    *("1", "2", "3", "4", "100", "120", "300", "399"),
    *("500", "501", "502", "503", "505", "599", "600", "700", "800", "899"),
)
