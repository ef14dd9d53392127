"""The index of one committed block, computed again from its events over the rows before it.

No row of the block's own is believed: what a standby serves, and would go on from as the leader, is compared with the
root that the block's seal states.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from ledger.errors import StoppedError
from ledger.index.overlay import Overlay
from ledger.index.rebuild import joined_keys
from ledger.index.state import KeyState
from ledger.index.touched import TouchedBuckets
from ledger.store.interface import Reader, StoredEvent
from verifier.ledgerformat.head import event_name
from verifier.ledgerformat.index import HistoryEntry, entry_hash
from verifier.ledgerformat.seal import Seal

EventName = Callable[[bytes], bytes]


@dataclass(frozen=True, slots=True)
class Joined:
    """An event's entry, and the keys whose histories it joins."""

    keys: Sequence[bytes]
    entry: bytes


def joins_of(events: Iterable[StoredEvent]) -> list[Joined]:
    """Return what each event adds to the index."""
    return [
        Joined(joined_keys(event), entry_hash(HistoryEntry(event_name(event.head), event.leaf, event.position)))
        for event in events
    ]


class FollowedIndex:
    """The rows of keys as they stand behind a number of blocks, all of which come after one snapshot."""

    def __init__(self, before: Reader, overlay: Overlay, keys: Iterable[bytes]) -> None:
        """Read the buckets and rows of every key that the blocks join.

        Args:
            before: a snapshot at the size that the overlay has.
            overlay: the index at that size.
            keys: those that events of the blocks join.
        """
        wanted = set(keys)
        self._overlay = overlay
        self._buckets = TouchedBuckets(before, wanted, overlay.heap)
        self._states = {key: KeyState.new(key) for key in wanted}
        for key, number, count, frontier, leaf, *_ in before.rows_of(self._buckets.recorded()):
            self._states[key] = KeyState(key, number, count, frontier, leaf, None)

    def apply(self, joins: Iterable[Joined], seal: Seal) -> None:
        """Add a block's entries, note what they change, and require the root that its seal states.

        Raises:
            StoppedError: the block's events give another root; the overlay is as it was before.
        """
        notes = self._overlay.begin(seal.covered + 1)
        for each in joins:
            for key in each.keys:
                state = self._states[key]
                notes.leaves.setdefault(key, state.leaf or None)
                state.append(each.entry)
        for key in notes.leaves:
            self._buckets.put(key, self._states[key].seal())
        self._overlay.update(notes, self._buckets.summaries())
        found = self._overlay.heap.root
        if found != seal.root:
            self._overlay.cancel(notes)
            todo = "Rows were changed from outside, or the disk failed. Run `suyuan fsck`."
            raise StoppedError("index", came=found, expected=f"{seal.root.hex()}, as sealed", todo=todo)
