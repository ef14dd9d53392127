"""The top levels of the prefix tree, in two arrays in memory.

Node 1 is the root; node n has children 2n and 2n + 1, whose hashes lie side by side, so that hashing a node
takes one slice. Each node has a class, because a lone leaf stands as high as it is alone: EMPTY, LEAF (its
hash floats up unchanged) or NODE.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from mmap import MAP_ANONYMOUS, MAP_PRIVATE, mmap
from typing import TypeAlias

from verifier.ledgerformat.index import EMPTY as EMPTY_HASH

EMPTY, LEAF, NODE = 0, 1, 2
Summary: TypeAlias = tuple[int, bytes]  # class and hash of a subtree
ReadNode: TypeAlias = Callable[[int], Summary]

NOTHING: Summary = (EMPTY, EMPTY_HASH)


class Heap:
    """Classes and hashes of the top levels.

    Attributes:
        levels: how many levels lie above the buckets.
    """

    def __init__(self, levels: int) -> None:
        """Start empty, with 2**levels buckets."""
        self.levels = levels
        self._classes = bytearray(2 << levels)
        self._hashes = mmap(-1, 64 << levels, flags=MAP_PRIVATE | MAP_ANONYMOUS)  # pages come as they are written

    def read(self, node: int) -> Summary:
        """Return class and hash of a node."""
        at = node << 5
        return self._classes[node], self._hashes[at : at + 32]

    def is_empty(self, node: int) -> bool:
        """Return whether no key stands below a node."""
        return self._classes[node] == EMPTY

    def write(self, node: int, summary: Summary) -> None:
        """Set class and hash of a node."""
        at = node << 5
        self._hashes[at : at + 32] = summary[1]
        self._classes[node] = summary[0]

    @property
    def root(self) -> bytes:
        """Return the root of the prefix tree."""
        return self.read(1)[1]

    def update(self, buckets: Mapping[int, Summary], notes: dict[int, Summary] | None = None) -> None:
        """Write bucket nodes and every node above them; note first what stood at each.

        Args:
            buckets: new class and hash by bucket node.
            notes: filled with class and hash as they were, by node; None where nobody will read them as they were.
        """
        classes, hashes = self._classes, self._hashes  # nothing is called but what hashes: this is every block's work
        for node, (class_, hash_) in buckets.items():
            at = node << 5
            if notes is not None:
                notes[node] = (classes[node], hashes[at : at + 32])
            classes[node], hashes[at : at + 32] = class_, hash_
        level = _parents(sorted(buckets))
        while level and level[0]:
            for node in level:
                at, end = node << 5, (node << 5) + 32
                if notes is not None:
                    notes[node] = (classes[node], hashes[at:end])
                left, right = classes[2 * node], classes[2 * node + 1]
                if left + right > LEAF:  # two leaves, or a node on either side
                    hashes[at:end] = sha256(b"\x03" + hashes[2 * at : 2 * end]).digest()
                    classes[node] = NODE
                else:
                    lone = 2 * at + (32 if right else 0)
                    hashes[at:end] = hashes[lone : lone + 32]
                    classes[node] = left + right
            level = _parents(level)


def _parents(nodes: Sequence[int]) -> list[int]:
    """Return the nodes above sorted ones, each once, sorted."""
    return list(dict.fromkeys([node >> 1 for node in nodes]))


def climb(buckets: Mapping[int, Summary], read: ReadNode) -> dict[int, Summary]:
    """Return what `Heap.update` would write, changing nothing.

    Args:
        buckets: new class and hash by bucket node.
        read: the nodes as they are.
    """
    changed = dict(buckets)
    level = {node >> 1 for node in buckets}
    while level - {0}:
        for node in level:
            left = changed.get(2 * node) or read(2 * node)
            right = changed.get(2 * node + 1) or read(2 * node + 1)
            changed[node] = combine(left, right)
        level = {node >> 1 for node in level}
    return changed


def combine(left: Summary, right: Summary) -> Summary:
    """Return what stands above two subtrees: nothing, a lone leaf that floats up, or a node."""
    if left[0] == EMPTY and right[0] != NODE:
        return right
    if right[0] == EMPTY and left[0] != NODE:
        return left
    return NODE, sha256(b"\x03" + left[1] + right[1]).digest()
