"""CEB816 and CEB818, tax bills (电子税单) and their status, as customs sends them."""

from __future__ import annotations

from ledger.readers.ceb.fields import DIGITS, MessageTable, moment, number, text, whole
from ledger.readers.ceb.tables.common import GUID, NOTE, UNBOUNDED_DOCUMENTS
from ledger.readers.ceb.tables.imports.common import TAXES

CEB816 = MessageTable(
    code="CEB816",
    node="Tax",
    head="TaxHeadRd",
    fields=(
        GUID,
        moment("returnTime"),
        text("invtNo", 1, 18),
        text("taxNo", 1, 50),
        *TAXES,
        text("status", 1, codes=("1", "2", "3")),
        text("entDutyNo", 0, 50, optional=True),
        NOTE,
        text("assureCode", 0, 64, optional=True),
        text("ebcCode", 0, 64, optional=True),
        text("logisticsCode", 0, 64, optional=True),
        text("agentCode", 1, 18, optional=True),
        text("customsCode", 4, optional=True, shape=DIGITS),
    ),
    line="TaxListRd",
    line_fields=(
        whole("gnum"),
        text("gcode", 10, shape=DIGITS),
        number("taxPrice"),
        *TAXES,
    ),
    most_documents=UNBOUNDED_DOCUMENTS,
)

CEB818 = MessageTable(
    code="CEB818",
    node="Tax",
    head="TaxHeadStatus",
    fields=(
        GUID,
        moment("returnTime"),
        text("invtNo", 1, 18),
        text("taxNo", 1, 50),
        text("status", 1, codes=("1", "2", "3")),
        text("entDutyNo", 0, 50, optional=True),
        text("assureCode", 0, 64, optional=True),
    ),
    most_documents=UNBOUNDED_DOCUMENTS,
)
