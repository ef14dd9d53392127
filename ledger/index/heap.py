"""The top levels of the prefix tree, one array in memory.

Node 1 is the root; node n has children 2n and 2n + 1; the nodes from 2**levels on are the buckets. Each
node has a class, because a lone leaf stands as high as it is alone: EMPTY, LEAF (its hash floats up
unchanged) or NODE.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from hashlib import sha256
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
        self._hashes = bytearray(64 << levels)

    @property
    def first_bucket(self) -> int:
        """Return the node of bucket 0."""
        return 1 << self.levels

    def read(self, node: int) -> Summary:
        """Return class and hash of a node."""
        at = node << 5
        return self._classes[node], bytes(self._hashes[at : at + 32])

    def write(self, node: int, summary: Summary) -> None:
        """Set class and hash of a node. The hash goes first: a reader that sees the class sees its hash."""
        at = node << 5
        self._hashes[at : at + 32] = summary[1]
        self._classes[node] = summary[0]

    @property
    def root(self) -> bytes:
        """Return the root of the prefix tree."""
        return self.read(1)[1]


def combine(left: Summary, right: Summary) -> Summary:
    """Return what stands above two subtrees: nothing, a lone leaf that floats up, or a node."""
    if left[0] == EMPTY and right[0] != NODE:
        return right
    if right[0] == EMPTY and left[0] != NODE:
        return left
    return NODE, sha256(b"\x03" + left[1] + right[1]).digest()


def climb(buckets: Mapping[int, Summary], read: ReadNode) -> dict[int, Summary]:
    """Return every node that changes when these bucket nodes change, the root included.

    Args:
        buckets: new class and hash by bucket node.
        read: the nodes as they were, for the siblings that do not change.
    """
    changed = dict(buckets)
    level: Sequence[int] = sorted(buckets)
    while level and level[0] > 1:
        parents = sorted({node >> 1 for node in level})
        for parent in parents:
            left, right = parent << 1, parent << 1 | 1
            changed[parent] = combine(changed.get(left) or read(left), changed.get(right) or read(right))
        level = parents
    return changed


def subtree(leaves: Sequence[tuple[bytes, bytes]], depth: int) -> Summary:
    """Return class and hash of the subtree over leaves (key, leaf hash), sorted by key, at a depth."""
    if not leaves:
        return NOTHING
    if len(leaves) == 1:
        return LEAF, leaves[0][1]
    byte, mask = depth >> 3, 0x80 >> (depth & 7)
    turn = 0
    while turn < len(leaves) and not leaves[turn][0][byte] & mask:
        turn += 1
    left, right = subtree(leaves[:turn], depth + 1), subtree(leaves[turn:], depth + 1)
    return NODE, sha256(b"\x03" + left[1] + right[1]).digest()


def bucket_of(key: bytes, levels: int) -> int:
    """Return the heap node of a key's bucket."""
    return 1 << levels | int.from_bytes(key[:4], "big") >> 32 - levels


def bucket_range(node: int, levels: int) -> tuple[bytes, bytes]:
    """Return the first key prefix of a bucket (4 bytes) and of the next one; b"" past the last."""
    index = node - (1 << levels)
    low = (index << 32 - levels).to_bytes(4, "big")
    high = b"" if index + 1 == 1 << levels else (index + 1 << 32 - levels).to_bytes(4, "big")
    return low, high


def build(levels: int, leaves: Iterable[tuple[bytes, bytes]]) -> Heap:
    """Return the heap over all leaves (key, leaf hash), sorted by key."""
    heap = Heap(levels)
    buckets: dict[int, Summary] = {}
    rows: list[tuple[bytes, bytes]] = []
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
    for node, summary in climb(buckets, lambda _: NOTHING).items():
        heap.write(node, summary)
    return heap
