"""CEB605, the cancellation of an export list (撤销申请单)."""

from __future__ import annotations

from ledger.readers.ceb.fields import MessageTable, collapsed, text
from ledger.readers.ceb.tables.common import CUSTOMS, NOTE
from ledger.readers.ceb.tables.exports.common import (
    AGENT,
    EXPORT,
    LIST_NUMBER,
    MAYBE_PORT_NUMBER,
    OWN_NUMBER,
    REPORT,
    SELLER,
)

CEB605 = MessageTable(
    code="CEB605",
    node="InvtCancel",
    head="",
    fields=(
        *REPORT,
        CUSTOMS,
        OWN_NUMBER,
        MAYBE_PORT_NUMBER,
        LIST_NUMBER,
        collapsed(text("reason", 0, 1000, personal=True)),
        *AGENT,
        *SELLER,
        NOTE,
    ),
    envelope=EXPORT,
)
