"""What an event of EPCIS may refer to: events that were recorded before."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol


class Recorded(Protocol):
    """Finds events of the ledger, or of this very capture. It is asked when an event is mapped, not before."""

    def packed(self, child: str, parent: str) -> bytes | None:
        """Return the name of the latest `transport.aggregation` of a child in a parent, both subjects."""
        ...

    def associated(self, child: str, parent: str) -> bytes | None:
        """Return the name of the latest `transport.association` of a child with a parent, both subjects."""
        ...

    def inside(self, parent: str) -> Sequence[str]:
        """Return the children that are known to be packed into a parent, in the order in which they came."""
        ...

    def attached(self, parent: str) -> Sequence[str]:
        """Return the children that are known to be associated with a parent, in the order in which they came."""
        ...

    def told(self, event_id: str) -> Sequence[bytes]:
        """Return the names of the events that an EPCIS event became, by its eventID or CBV event hash."""
        ...


class NothingRecorded:
    """Knows no earlier event."""

    def packed(self, _child: str, _parent: str) -> None:
        """Know none."""

    def associated(self, _child: str, _parent: str) -> None:
        """Know none."""

    def inside(self, _parent: str) -> tuple[str, ...]:
        """Know none."""
        return ()

    attached = inside

    def told(self, _event_id: str) -> tuple[bytes, ...]:
        """Know none."""
        return ()


NOTHING = NothingRecorded()
