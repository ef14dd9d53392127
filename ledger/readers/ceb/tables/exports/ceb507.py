"""CEB507, arrival at the supervised place (运抵单), as a carrier sends it."""

from __future__ import annotations

from ledger.readers.ceb.fields import PARAMETER, MessageTable, collapsed, text
from ledger.readers.ceb.tables.common import CUSTOMS, NOTE, UNBOUNDED_LINES
from ledger.readers.ceb.tables.exports.common import (
    CARRIER,
    EXPORT,
    LINE_NUMBER,
    MAYBE_PORT_NUMBER,
    OPERATOR,
    OWN_NUMBER,
    PART,
    REPORT,
    WAYBILL_NUMBER,
)

CEB507 = MessageTable(
    code="CEB507",
    node="Arrival",
    head="ArrivalHead",
    fields=(
        *REPORT,
        CUSTOMS,
        OWN_NUMBER,
        MAYBE_PORT_NUMBER,
        *OPERATOR,
        text("loctNo", 0, 10, optional=True),
        text("ieFlag", 1, codes=("I", "E")),
        collapsed(text("trafMode", 1, shape=PARAMETER)),
        text("billNo", 0, 37, optional=True),
        collapsed(text("domesticTrafNo", 0, 100, personal=True)),
        *CARRIER,
        *PART,
        NOTE,
    ),
    line="ArrivalList",
    line_fields=(
        LINE_NUMBER,
        WAYBILL_NUMBER,
        text("totalPackageNo", 0, 37, optional=True),
        NOTE,
    ),
    fewest_lines=0,
    most_lines=UNBOUNDED_LINES,
    envelope=EXPORT,
)
