"""Computing derived state again: the heap from rows, and the index as it was at an older size."""

from __future__ import annotations

from collections.abc import Iterable

from ledger.index.bucket import Leaf, bucket_of, bucket_range, subtree
from ledger.index.heap import Heap, Summary, climb
from ledger.index.overlay import Notes, Overlay
from ledger.index.state import leaf_of_history
from ledger.store.interface import Reader, StoredEvent
from verifier.ledgerformat.head import event_name, parse_head
from verifier.ledgerformat.index import HistoryEntry, index_key
from verifier.ledgerformat.statement import parse_entry
from verifier.ledgerformat.subject import subject_name

LEVELS = 19  # 35 MB once all buckets are used; good up to some ten million keys
_ENVELOPE = 0xD2


def build_heap(reader: Reader, levels: int = LEVELS) -> Heap:
    """Return the heap over all key rows."""
    return build(levels, reader.key_leaves())


def build(levels: int, leaves: Iterable[Leaf]) -> Heap:
    """Return the heap over all leaves, sorted by key."""
    buckets: dict[int, Summary] = {}
    rows: list[Leaf] = []
    current = -1
    for key, leaf in leaves:
        node = bucket_of(key, levels)
        if node != current:
            if rows:
                buckets[current] = subtree(rows, levels)
            current, rows = node, []
        rows.append((key, leaf))
    if rows:
        buckets[current] = subtree(rows, levels)
    heap = Heap(levels)
    heap.update(buckets, {})
    return heap


def rebuild_overlay(heap: Heap, reader: Reader, *, size: int, newest: int) -> Overlay:
    """Return an overlay that can be read at `size`, the newest quorum checkpoint, after a restart.

    Every key that the events from leaf `size` on have joined is computed as it was, and the heap nodes
    above it; the cost is that of the blocks that wait for a quorum.
    """
    overlay = Overlay(heap, floor=size)
    changed = {key for event in reader.events_from(size) for key in joined_keys(event)} if size < newest else set()
    if not changed:
        return overlay
    notes = Notes(newest)
    for key in changed:
        events = reader.history(key, size)
        entries = [HistoryEntry(event_name(each.head), each.leaf, each.position) for each in events]
        notes.leaves[key] = leaf_of_history(key, entries) if entries else None
    notes.nodes.update(_old_nodes(heap, reader, notes.leaves))
    overlay.add(notes)
    return overlay


def _old_nodes(heap: Heap, reader: Reader, leaves: dict[bytes, bytes | None]) -> dict[int, Summary]:
    """Return the heap nodes above changed keys, as they were."""
    buckets: dict[int, Summary] = {}
    for node in {bucket_of(key, heap.levels) for key in leaves}:
        rows = reader.key_rows(*bucket_range(node, heap.levels))
        old = ((row[0], leaves.get(row[0], row[4])) for row in rows)
        buckets[node] = subtree([(key, leaf) for key, leaf in old if leaf is not None], heap.levels)
    return climb(buckets, heap.read)


def joined_keys(event: StoredEvent) -> list[bytes]:
    """Return the index keys that a recorded event joins."""
    if event.head[0] == _ENVELOPE:
        return [index_key("note", subject_name(parse_entry(event.head).header.subject))]
    return [index_key(*pair) for pair in parse_head(event.head).joins]
