"""Index proofs for a set of keys, at the newest size or at an older one (docs/formats.md, section 10).

The walk is the verifier's, the other way round: where it takes a symbol, this writes one.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from ledger.index.bucket import bucket_range, subtree
from ledger.index.heap import EMPTY, LEAF, Summary
from ledger.index.overlay import Overlay
from ledger.index.state import leaf_of_history
from ledger.store.interface import KeyRow, Reader
from verifier.ledgerformat.head import event_name
from verifier.ledgerformat.index import (
    LEAF as OWN_LEAF,
)
from verifier.ledgerformat.index import (
    NODE,
    NOTHING,
    SIBLING,
    STRANGER,
    HistoryEntry,
    IndexProof,
    history_root,
    history_value,
    pack_turns,
)


class IndexView:
    """The prefix tree as it was at a log size: heap and overlay above, rows of a snapshot below."""

    def __init__(self, overlay: Overlay, reader: Reader, size: int) -> None:
        """Read the index of `size` leaves; the snapshot is not older than that."""
        self._overlay = overlay
        self._reader = reader
        self._size = size
        self.levels = overlay.heap.levels
        self._buckets: dict[int, list[tuple[bytes, bytes]]] = {}

    def node(self, node: int) -> Summary:
        """Return class and hash of a heap node."""
        return self._overlay.node(node, self._size)

    def bucket(self, node: int) -> list[tuple[bytes, bytes]]:
        """Return key and leaf hash of every key in a bucket, sorted by key."""
        if node not in self._buckets:
            low, high = bucket_range(node, self.levels)
            rows = self._reader.key_rows(low, high)
            leaves = ((row[0], self._overlay.leaf(row[0], row[4], self._size)) for row in rows)
            self._buckets[node] = [(key, leaf) for key, leaf in leaves if leaf is not None]
        return self._buckets[node]

    def lone_key(self, node: int) -> bytes:
        """Return the key of a lone leaf that floated up to a heap node."""
        while node < 1 << self.levels:
            node = node << 1 if self.node(node << 1)[0] != EMPTY else node << 1 | 1
        return self.bucket(node)[0][0]

    def value(self, key: bytes) -> bytes:
        """Return a key's value."""
        events = self._reader.history(key, self._size)
        entries = [HistoryEntry(event_name(each.head), each.leaf, each.position) for each in events]
        return history_value(len(entries), history_root(entries))

    def require(self) -> None:
        """Raise if the view was overtaken while it was read; the proof is made again."""
        self._overlay.require(self._size)


def prove_index(view: IndexView, keys: Sequence[bytes]) -> IndexProof:
    """Return the proof of these keys, present or absent, at least one of them."""
    writer = _Writer(view)
    writer.heap_node(sorted(set(keys)), 1, 0)
    view.require()
    return IndexProof(pack_turns(writer.turns), b"".join(writer.nodes), b"".join(writer.strangers))


class _Writer:
    """Writes symbols, sibling hashes and strangers in the order of the walk."""

    def __init__(self, view: IndexView) -> None:
        self.view = view
        self.turns: list[int] = []
        self.nodes: list[bytes] = []
        self.strangers: list[bytes] = []

    def heap_node(self, keys: Sequence[bytes], node: int, depth: int) -> None:
        if len(keys) == 1:
            self._alone(keys, node, depth)
            return
        summary = self.view.node(node)
        if summary[0] == EMPTY:
            self.turns.append(NOTHING)
        elif summary[0] == LEAF:
            self._leaf(keys, self.view.lone_key(node))
        elif depth == self.view.levels:
            self._rows(keys, self.view.bucket(node), depth)
        else:
            self.turns.append(NODE)
            turn = _turn(keys, depth)
            self._heap_child(keys[:turn], node << 1, depth + 1)
            self._heap_child(keys[turn:], node << 1 | 1, depth + 1)

    def _alone(self, keys: Sequence[bytes], node: int, depth: int) -> None:
        """Go down to one key, which most of the way is alone; what stands to its right is written on the way back."""
        key, levels, right = keys[0], self.view.levels, []
        while (summary := self.view.node(node))[0] not in (EMPTY, LEAF) and depth < levels:
            self.turns.append(NODE)
            node <<= 1
            if key[depth >> 3] & 0x80 >> (depth & 7):
                self._sibling(self.view.node(node))
                node |= 1
            else:
                right.append(node | 1)
            depth += 1
        if summary[0] == EMPTY:
            self.turns.append(NOTHING)
        elif summary[0] == LEAF:
            self._leaf(keys, self.view.lone_key(node))
        else:
            self._rows(keys, self.view.bucket(node), depth)
        for each in reversed(right):
            self._sibling(self.view.node(each))

    def _heap_child(self, keys: Sequence[bytes], node: int, depth: int) -> None:
        if keys:
            self.heap_node(keys, node, depth)
        else:
            self._sibling(self.view.node(node))

    def _rows(self, keys: Sequence[bytes], rows: Sequence[tuple[bytes, bytes]], depth: int) -> None:
        if not keys:
            self._sibling(subtree(rows, depth))
        elif not rows:
            self.turns.append(NOTHING)
        elif len(rows) == 1:
            self._leaf(keys, rows[0][0])
        else:
            self.turns.append(NODE)
            turn = _turn(keys, depth)
            split = _turn([key for key, _ in rows], depth)
            self._rows(keys[:turn], rows[:split], depth + 1)
            self._rows(keys[turn:], rows[split:], depth + 1)

    def _sibling(self, summary: Summary) -> None:
        if summary[0] == EMPTY:
            self.turns.append(NOTHING)
        else:
            self.turns.append(SIBLING)
            self.nodes.append(summary[1])

    def _leaf(self, keys: Sequence[bytes], key: bytes) -> None:
        if list(keys) == [key]:
            self.turns.append(OWN_LEAF)
        else:
            self.turns.append(STRANGER)
            self.strangers.append(key + self.view.value(key))


def _turn(keys: Sequence[bytes], depth: int) -> int:
    """Return how many of sorted keys turn left at a depth."""
    byte, mask = depth >> 3, 0x80 >> (depth & 7)
    if len(keys) == 1:
        return 0 if keys[0][byte] & mask else 1
    return bisect_left(keys, 1, key=lambda key: int(key[byte] & mask != 0))


def recomputed_leaf(row: KeyRow, reader: Reader, size: int) -> bytes | None:
    """Return a key's leaf hash at a size from its history; None where it had none."""
    events = reader.history(row[0], size)
    entries = [HistoryEntry(event_name(each.head), each.leaf, each.position) for each in events]
    return leaf_of_history(row[0], entries) if entries else None
