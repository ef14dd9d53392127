"""CEB509, departure from the country (离境单), as a carrier sends it."""

from __future__ import annotations

from ledger.readers.ceb.fields import PARAMETER, MessageTable, collapsed, text, time
from ledger.readers.ceb.tables.common import CUSTOMS, NOTE, UNBOUNDED_LINES
from ledger.readers.ceb.tables.exports.common import (
    CARRIER,
    EXPORT,
    LINE_NUMBER,
    MAYBE_PORT_NUMBER,
    OWN_NUMBER,
    PART,
    REPORT,
    WAYBILL_NUMBER,
)

CEB509 = MessageTable(
    code="CEB509",
    node="Departure",
    head="DepartureHead",
    fields=(
        *REPORT,
        CUSTOMS,
        OWN_NUMBER,
        MAYBE_PORT_NUMBER,
        *CARRIER,
        collapsed(text("trafMode", 1, shape=PARAMETER)),
        text("trafName", 0, 100, optional=True),
        text("voyageNo", 0, 32, optional=True),
        text("billNo", 0, 37, optional=True),
        time("leaveTime"),
        *PART,
        NOTE,
    ),
    line="DepartureList",
    line_fields=(
        LINE_NUMBER,
        text("totalPackageNo", 0, 37, optional=True),
        WAYBILL_NUMBER,
        NOTE,
    ),
    most_lines=UNBOUNDED_LINES,
    numbering="distinct",
    envelope=EXPORT,
)
