"""Events that were kept lately and are not signed yet: signing need not read them from the file again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ledger.compose.event import ComposedEvent
from ledger.gateway.items import size_of

_MOST = 32 << 20  # bytes


class Fresh:
    """Events by item, up to so many bytes; what finds no room is read from the file. One thread at a time.

    An item's bytes never change, so nothing here can be old; only what is committed may come here, since a number that
    was rolled back is given again.
    """

    def __init__(self, most: int = _MOST) -> None:
        """Hold at most `most` bytes of events."""
        self._left = most
        self._events: dict[int, ComposedEvent] = {}

    def remember(self, events: Mapping[int, ComposedEvent]) -> None:
        """Hold events that were kept, as far as there is room: those that came first are signed first."""
        for seq, event in events.items():
            size = size_of(event)
            if size > self._left:
                return
            self._left -= size
            self._events[seq] = event

    def take(self, seqs: Iterable[int]) -> dict[int, ComposedEvent]:
        """Return the events that are held of these items, and hold them no more."""
        taken = {seq: self._events.pop(seq) for seq in seqs if seq in self._events}
        self._left += sum(map(size_of, taken.values()))
        return taken
