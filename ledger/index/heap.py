"""The top levels of the prefix tree, one array in memory.

Node 1 is the root; node n has children 2n and 2n + 1; the nodes from 2**levels on are the buckets. What
stands at a node is its *summary*: a class byte and a 32-byte hash. The class is there because a lone leaf
stands as high as it is alone: EMPTY, LEAF (its hash floats up unchanged) or NODE.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from hashlib import sha256
from typing import TypeAlias

from verifier.ledgerformat.index import EMPTY as EMPTY_HASH

EMPTY, LEAF, NODE = 0, 1, 2
SIZE = 33
Summary: TypeAlias = bytes  # class byte and hash of a subtree, 33 bytes
ReadNode: TypeAlias = Callable[[int], Summary]

NOTHING: Summary = bytes([EMPTY]) + EMPTY_HASH
_LEAF, _NODE = bytes([LEAF]), bytes([NODE])


class Heap:
    """Summaries of the top levels.

    Attributes:
        levels: how many levels lie above the buckets.
    """

    def __init__(self, levels: int) -> None:
        """Start empty, with 2**levels buckets."""
        self.levels = levels
        self._summaries = bytearray(SIZE * (2 << levels))

    def read(self, node: int) -> Summary:
        """Return the summary of a node."""
        at = node * SIZE
        return bytes(self._summaries[at : at + SIZE])

    def write(self, node: int, summary: Summary) -> None:
        """Set the summary of a node."""
        at = node * SIZE
        self._summaries[at : at + SIZE] = summary

    @property
    def root(self) -> bytes:
        """Return the root of the prefix tree."""
        return self.read(1)[1:]


def combine(left: Summary, right: Summary) -> Summary:
    """Return what stands above two subtrees: nothing, a lone leaf that floats up, or a node."""
    if left[0] == EMPTY and right[0] != NODE:
        return right
    if right[0] == EMPTY and left[0] != NODE:
        return left
    return _NODE + sha256(b"\x03" + left[1:] + right[1:]).digest()


def climb(buckets: Mapping[int, Summary], read: ReadNode) -> dict[int, Summary]:
    """Return every node that changes when these bucket nodes change, the root included.

    Args:
        buckets: new summary by bucket node.
        read: the nodes as they were, for the siblings that do not change.
    """
    changed = dict(buckets)
    level: Mapping[int, Summary] = buckets
    while level and 1 not in level:
        above: dict[int, Summary] = {}
        for node, summary in level.items():
            parent = node >> 1
            if parent in above:
                continue
            sibling = level.get(node ^ 1) or read(node ^ 1)
            above[parent] = combine(sibling, summary) if node & 1 else combine(summary, sibling)
        changed.update(above)
        level = above
    return changed


def subtree(leaves: Sequence[tuple[bytes, bytes]], depth: int) -> Summary:
    """Return the summary of the subtree over leaves (key, leaf hash), sorted by key, at a depth."""
    if not leaves:
        return NOTHING
    if len(leaves) == 1:
        return _LEAF + leaves[0][1]
    return _NODE + _subtree_hash(leaves, depth)


def _subtree_hash(leaves: Sequence[tuple[bytes, bytes]], depth: int) -> bytes:
    """Return the hash over at least one leaf."""
    if len(leaves) == 1:
        return leaves[0][1]
    byte, mask = depth >> 3, 0x80 >> (depth & 7)
    turn = 0
    while turn < len(leaves) and not leaves[turn][0][byte] & mask:
        turn += 1
    if turn in (0, len(leaves)):
        below = _subtree_hash(leaves, depth + 1)
        return sha256(b"\x03" + (EMPTY_HASH + below if turn == 0 else below + EMPTY_HASH)).digest()
    left, right = _subtree_hash(leaves[:turn], depth + 1), _subtree_hash(leaves[turn:], depth + 1)
    return sha256(b"\x03" + left + right).digest()


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
