"""What all messages share: names, limits, the fields that every one has, and the envelope's parts.

Source: specification 202205. Where its definitions set no limit (documents of a tax message, lines of a tally, a
manifest or a summary), this reader does: a message of 1 MiB holds no more that says anything.
"""

from __future__ import annotations

from ledger.readers.ceb.fields import DIGITS, NEGATIVE, NO_LOWER_CASE, Field, MessageTable, text

NAMESPACE = "http://www.chinaport.gov.cn/ceb"
SIGNATURE_NAMESPACE = "http://www.w3.org/2000/09/xmldsig#"

MAX_SUBSCRIPTIONS = 5
UNBOUNDED_DOCUMENTS = 1_000
UNBOUNDED_LINES = 20_000

GUID = text("guid", 36, shape=NO_LOWER_CASE)
VERSION = text("version", 1, 10, codes=("1.0",))
APP_TYPE = text("appType", 1, codes=("1", "2", "3"))  # 1 new, 2 change, 3 delete
NOTE = text("note", 0, 1000, optional=True, personal=True)
CUSTOMS = text("customsCode", 4, shape=DIGITS)
DXP_MODE = text("dxpMode", 3, codes=("DXP",))
TRANSFER_REST = (text("copName", 0, 100), DXP_MODE, text("dxpId", 0, 30), NOTE)
SUBSCRIBE = (text("status", 0, 100, codes=("ALL", "DATA", "RET")), DXP_MODE, text("dxpAddress", 0, 100), NOTE)
EXTEND = (text("name", 0, 30), text("version", 0, 30), Field("Message", "any"))


def return_status(codes: tuple[str, ...], *, shortest: int = 1) -> Field:
    """Return the result of a receipt: a code of the list, or a negative number where processing failed."""
    return text("returnStatus", shortest, 10, codes=codes, shape=NEGATIVE)


def receipt(code: str, node: str, *document: Field, status: Field, result: tuple[Field, ...]) -> MessageTable:
    """Return the table of a receipt: which document it answers, what became of that, and when."""
    return MessageTable(code=code, node=node, head="", fields=(GUID, *document, status, *result))
