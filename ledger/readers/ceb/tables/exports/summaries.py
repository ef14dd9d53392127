"""CEB701 and CEB792: lists are put together for one declaration (汇总申请单), and what came of it (汇总结果单)."""

from __future__ import annotations

from ledger.readers.ceb.fields import DIGITS, MessageTable, moment, number, text, time, whole
from ledger.readers.ceb.tables.common import CUSTOMS, GUID, NOTE, UNBOUNDED_LINES
from ledger.readers.ceb.tables.exports.common import (
    AGENT,
    DECLARANT,
    EXPORT,
    LINE_NUMBER,
    LIST_NUMBER,
    OWN_NUMBER,
    PART,
    REPORT,
    SELLER,
    WAYBILL_NUMBER,
)

CEB701 = MessageTable(
    code="CEB701",
    node="SummaryApply",
    head="SummaryApplyHead",
    fields=(
        *REPORT,
        CUSTOMS,
        OWN_NUMBER,
        text("preNo", 0, 18, optional=True),
        text("sumNo", 0, 18, optional=True),
        *AGENT,
        *SELLER,
        *DECLARANT,
        time("startTime", optional=True),
        time("endTime", optional=True),
        text("loctNo", 0, 10, optional=True),
        text("summaryFlag", 1, codes=("1", "2")),
        text("itemNameFlag", 1, codes=("1",)),
        *PART,
        NOTE,
    ),
    line="SummaryApplyList",
    line_fields=(LIST_NUMBER,),
    fewest_lines=0,
    most_lines=UNBOUNDED_LINES,
    numbering="free",
    envelope=EXPORT,
)

CEB792 = MessageTable(
    code="CEB792",
    node="SummaryResult",
    head="SummaryResultHead",
    fields=(
        GUID,
        CUSTOMS,
        text("sumNo", 18),
        moment("opDate"),
        text("declSeqNo", 18),
        text("decTmpNo", 18, optional=True),
        text("decPreNo", 18, optional=True),
        text("entryId", 18, optional=True),
        text("decState", 1, 3),
        *AGENT,
        *SELLER,
        *DECLARANT,
        number("grossWeight"),
        number("netWeight"),
        *PART,
        NOTE,
    ),
    line="SummaryResultList",
    line_fields=(
        LIST_NUMBER,
        WAYBILL_NUMBER,
        whole("gseqno", 5, spared=True),
        LINE_NUMBER,
        text("gcode", 10, shape=DIGITS),
    ),
    fewest_lines=0,
    most_lines=UNBOUNDED_LINES,
    numbering="free",
)
