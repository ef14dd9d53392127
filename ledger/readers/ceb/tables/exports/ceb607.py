"""CEB607, the manifest (清单总分单): which waybills travel under one bill of lading."""

from __future__ import annotations

from ledger.readers.ceb.fields import PARAMETER, MessageTable, collapsed, number, text
from ledger.readers.ceb.tables.common import CUSTOMS, NOTE, UNBOUNDED_LINES
from ledger.readers.ceb.tables.exports.common import (
    AGENT,
    CARRIER,
    DECLARED_SIGNED,
    LINE_NUMBER,
    MAYBE_PORT_NUMBER,
    OWN_NUMBER,
    PART,
    REPORT,
    WAYBILL_NUMBER,
)

CEB607 = MessageTable(
    code="CEB607",
    node="WayBill",
    head="WayBillHead",
    fields=(
        *REPORT,
        CUSTOMS,
        OWN_NUMBER,
        MAYBE_PORT_NUMBER,
        *AGENT,
        text("loctNo", 0, 10, optional=True),
        collapsed(text("trafMode", 1, shape=PARAMETER)),
        collapsed(text("trafName", 0, 100)),
        collapsed(text("voyageNo", 0, 32)),
        text("billNo", 0, 37),
        text("domesticTrafNo", 0, 100, optional=True, personal=True),
        number("grossWeight"),
        *CARRIER,
        *PART,
        NOTE,
    ),
    line="WayBillList",
    line_fields=(
        LINE_NUMBER,
        text("totalPackageNo", 0, 60, optional=True),
        WAYBILL_NUMBER,
        text("invtNo", 0, 20, optional=True),
        NOTE,
    ),
    most_lines=UNBOUNDED_LINES,
    envelope=DECLARED_SIGNED,
)
