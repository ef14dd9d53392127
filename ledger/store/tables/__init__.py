"""The tables. SQLModel defines them; hot paths use the driver inside the store.

`primary` is never rebuilt, `derived` is; `server` stands beside them where the database is a server's.
"""

from __future__ import annotations

from ledger.store.tables.base import Table
from ledger.store.tables.derived import (
    CounterRow,
    EventLookupRow,
    HistoryKeyRow,
    HistoryRow,
    ParticipantRow,
    RegistryEventRow,
)
from ledger.store.tables.primary import (
    AttachmentRow,
    CheckpointRow,
    CosignatureRow,
    DisclosureRow,
    EventRow,
    MetaRow,
    SealRow,
    StatementRow,
)

_PRIMARY = (StatementRow, SealRow, EventRow, DisclosureRow, AttachmentRow, CheckpointRow, CosignatureRow, MetaRow)
_DERIVED = (ParticipantRow, EventLookupRow, RegistryEventRow, HistoryKeyRow, HistoryRow, CounterRow)
PRIMARY = frozenset(str(each.__tablename__) for each in _PRIMARY)
DERIVED = frozenset(str(each.__tablename__) for each in _DERIVED)

__all__ = ["DERIVED", "PRIMARY", "Table"]
