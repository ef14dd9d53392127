"""CEB711, the inbound tally (入库明细单): which parcels a supervised site unloaded of one bill of lading."""

from __future__ import annotations

from ledger.readers.ceb.fields import PARAMETER, MessageTable, text, whole
from ledger.readers.ceb.tables.common import CUSTOMS, NOTE, UNBOUNDED_LINES
from ledger.readers.ceb.tables.imports.common import CARRIER, REPORT, SIGNED_IMPORT, WAYBILL_NUMBER

CEB711 = MessageTable(
    code="CEB711",
    node="Delivery",
    head="DeliveryHead",
    fields=(
        *REPORT,
        CUSTOMS,
        text("copNo", 0, 20, optional=True),
        text("preNo", 0, 18, optional=True),
        text("rkdNo", 0, 18, optional=True),
        text("operatorCode", 1, 18),
        text("operatorName", 1, 100),
        text("ieFlag", 1, codes=("I", "E")),
        text("trafMode", 1, shape=PARAMETER),
        text("trafNo", 1, 100),
        text("voyageNo", 1, 32),
        text("billNo", 1, 37),
        *CARRIER,
        text("unloadLocation", 0, 100, optional=True),
        NOTE,
    ),
    line="DeliveryList",
    line_fields=(
        whole("gnum"),
        WAYBILL_NUMBER,
        NOTE,
    ),
    most_lines=UNBOUNDED_LINES,
    most_documents=1,
    envelope=SIGNED_IMPORT,
)
