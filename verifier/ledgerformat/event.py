"""An event where it stands: head, body and place in the log."""

from __future__ import annotations

from dataclasses import dataclass

from verifier.ledgerformat.body import Body
from verifier.ledgerformat.head import Head, Pair
from verifier.ledgerformat.index import HistoryEntry
from verifier.primitives.quick import maker_of


@dataclass(frozen=True, slots=True)
class Event:
    """An event of the log.

    Attributes:
        name: 32 bytes.
        leaf: of its statement.
        position: in its batch.
        head: its head.
        body: its body, None where it is not shown.
        kid: the key that signed its statement.
    """

    name: bytes
    leaf: int
    position: int
    head: Head
    body: Body | None
    kid: bytes

    @property
    def place(self) -> tuple[int, int]:
        """Return where it stands: (leaf, position)."""
        return self.leaf, self.position

    @property
    def entry(self) -> HistoryEntry:
        """Return its entry in the histories that it joins."""
        return HistoryEntry(self.name, self.leaf, self.position)

    def joins(self, pair: Pair) -> bool:
        """Return whether it stands in a history."""
        return pair in self.head.joins


make_event = maker_of(Event)
