"""The messages that are read: all 42 of specification 202205, 19 for import and 23 for export, one table each."""

from __future__ import annotations

from ledger.readers.ceb.fields import MessageTable
from ledger.readers.ceb.tables.exports import (
    ceb213,
    ceb215,
    ceb303,
    ceb403,
    ceb505,
    ceb507,
    ceb509,
    ceb603,
    ceb605,
    ceb607,
    summaries,
)
from ledger.readers.ceb.tables.exports import receipts as export_receipts
from ledger.readers.ceb.tables.imports import ceb311, ceb411, ceb511, ceb513, ceb621, ceb623, ceb625, ceb711, taxes
from ledger.readers.ceb.tables.imports import receipts as import_receipts

_IMPORTS = (ceb311, ceb411, ceb511, ceb513, ceb621, ceb623, ceb625, ceb711, taxes, import_receipts)
_EXPORTS = (ceb213, ceb215, ceb303, ceb403, ceb505, ceb507, ceb509, ceb603, ceb605, ceb607, summaries, export_receipts)
TABLES: dict[str, MessageTable] = {
    name: table
    for module in (*_IMPORTS, *_EXPORTS)
    for name, table in vars(module).items()
    if isinstance(table, MessageTable)
}
