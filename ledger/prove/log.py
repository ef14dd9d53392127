"""Paths in the log's tree, for any size up to the newest (RFC 9162 §2.1.3, §2.1.4; formats, section 7)."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Protocol

from verifier.primitives.merkle import node_hash


class Subtrees(Protocol):
    """Roots over complete subtrees; a log's tiles, or a batch's leaves."""

    def subtree(self, height: int, index: int) -> bytes:
        """Return the root over leaves [index * 2**height, (index + 1) * 2**height)."""
        ...


class Leaves:
    """The complete subtrees over a list of leaf hashes that is at hand, of a batch: 64 bytes a leaf."""

    def __init__(self, leaves: Sequence[bytes]) -> None:
        """Take the leaf hashes, and hash what stands above them."""
        self._count = len(leaves)
        level = list(leaves)
        self._levels = [b"".join(level)]
        while len(level) > 1:
            pairs = zip(level[::2], level[1::2], strict=False)
            level = [sha256(b"\x01" + left + right).digest() for left, right in pairs]
            self._levels.append(b"".join(level))

    def __len__(self) -> int:
        """Return how many leaves there are."""
        return self._count

    def subtree(self, height: int, index: int) -> bytes:
        """Return the root over a complete subtree."""
        return self._levels[height][index << 5 : index + 1 << 5]


def range_root(tree: Subtrees, low: int, high: int) -> bytes:
    """Return the tree hash over leaves [low, high), a range that a walk of section 7 can meet."""
    width = high - low
    if width & (width - 1) == 0:
        return tree.subtree(width.bit_length() - 1, low // width)
    middle = low + _split(width)
    return node_hash(range_root(tree, low, middle), range_root(tree, middle, high))


def root_at(tree: Subtrees, size: int) -> bytes:
    """Return the root of the first `size` leaves, at least one."""
    return range_root(tree, 0, size)


def inclusion_path(tree: Subtrees, index: int, size: int) -> list[bytes]:
    """Return the path of a leaf, leaf sibling first. RFC 9162 §2.1.3.1."""
    path = []
    low, high = 0, size
    while high - low > 1:
        middle = low + _split(high - low)
        if index < middle:
            path.append(range_root(tree, middle, high))
            high = middle
        else:
            path.append(range_root(tree, low, middle))
            low = middle
    return path[::-1]


def consistency_path(tree: Subtrees, size: int, newer: int, *, whole: bool = False) -> list[bytes]:
    """Return the proof that the tree of `newer` leaves extends that of `size`. RFC 9162 §2.1.4.1.

    `whole`: begin with a node even where the older tree is one complete subtree, as evidence needs it.
    """
    if size in (0, newer):
        return []
    path: list[bytes] = []
    low, high = 0, newer
    complete = True
    while size != high - low:
        middle = _split(high - low)
        if size <= middle:
            path.append(range_root(tree, low + middle, high))
            high = low + middle
        else:
            path.append(range_root(tree, low, low + middle))
            low, size, complete = low + middle, size - middle, False
    if not complete or whole:
        path.append(range_root(tree, low, high))
    return path[::-1]


def shared_path(tree: Subtrees, size: int, known: Iterable[int]) -> bytes:
    """Return the shared path of known leaves (docs/formats.md, section 7)."""
    out: list[bytes] = []
    _walk(tree, 0, size, sorted(set(known)), out)
    return b"".join(out)


def _walk(tree: Subtrees, low: int, high: int, known: Sequence[int], out: list[bytes]) -> None:
    if not known:
        out.append(range_root(tree, low, high))
    elif high - low > 1:
        middle = low + _split(high - low)
        turn = bisect_left(known, middle)
        _walk(tree, low, middle, known[:turn], out)
        _walk(tree, middle, high, known[turn:], out)


def _split(width: int) -> int:
    """Return the largest power of two below `width`."""
    return 1 << (width - 1).bit_length() - 1
