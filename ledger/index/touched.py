"""The buckets that a block touches: read once, changed in memory, hashed once."""

from __future__ import annotations

from collections.abc import Iterable

from ledger.index.bucket import bucket_range, buckets_of, subtree
from ledger.index.heap import Heap, Summary
from ledger.store.interface import Reader


class TouchedBuckets:
    """Key and leaf hash of everything that shares a bucket with a key that a block joins."""

    def __init__(self, reader: Reader, keys: Iterable[bytes], heap: Heap) -> None:
        """Read the buckets of these keys.

        Args:
            reader: the state before the block.
            keys: every key that the block may change.
            heap: what stands above the buckets; below an empty node of it there is nothing to read.
        """
        self._levels = levels = heap.levels
        self._bucket_of = buckets_of(keys, levels)
        nodes = sorted(set(self._bucket_of.values()))
        self._leaves: dict[int, dict[bytes, bytes]] = {node: {} for node in nodes}
        filled = [node for node in nodes if not heap.is_empty(node)]
        rows = reader.leaves_in([bucket_range(node, levels) for node in filled])
        at = buckets_of([key for key, _ in rows], levels)
        for key, leaf in rows:
            self._leaves[at[key]][key] = leaf
        self._changed: dict[int, None] = {}

    def recorded(self) -> list[bytes]:
        """Return which of the keys have a history already."""
        return [key for key, node in self._bucket_of.items() if key in self._leaves[node]]

    def put(self, key: bytes, leaf: bytes) -> None:
        """Set a key's leaf hash."""
        node = self._bucket_of[key]
        self._leaves[node][key] = leaf
        self._changed[node] = None

    def summaries(self) -> dict[int, Summary]:
        """Return class and hash of every bucket in which a leaf was set, by heap node."""
        return {node: subtree(sorted(self._leaves[node].items()), self._levels) for node in self._changed}
