"""RFC 6962 trees: hashes, inclusion, consistency, and paths that several leaves share.

The split of an inclusion path into the part below the fork and the part along the right border is the
idea of transparency-dev/merkle; the formulas are those of RFC 9162 §2.1.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from hashlib import sha256

from verifier.errors import InconsistentError, MalformedError, NotIncludedError, VerificationError

HASH_SIZE = 32
EMPTY_ROOT = sha256(b"").digest()


def leaf_hash(entry: bytes) -> bytes:
    """Return SHA-256(0x00 || entry). RFC 9162 §2.1.1."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return SHA-256(0x01 || left || right). RFC 9162 §2.1.1."""
    return sha256(b"\x01" + left + right).digest()


def tree_root(leaves: Sequence[bytes]) -> bytes:
    """Return the tree hash over leaf hashes. RFC 9162 §2.1.1.

    Works level by level: an odd last node rises unchanged, which is the same tree as the RFC's
    recursive split at the largest power of two.
    """
    if not leaves:
        return EMPTY_ROOT
    level = list(leaves)
    while len(level) > 1:
        odd = level[-1:] if len(level) & 1 else []
        pairs = zip(level[::2], level[1::2], strict=False)
        level = [sha256(b"\x01" + left + right).digest() for left, right in pairs] + odd
    return level[0]


def check_inclusion(*, index: int, size: int, leaf: bytes, path: Sequence[bytes], root: bytes) -> None:
    """Return if `path` leads from the leaf hash at `index` to `root`. RFC 9162 §2.1.3.2.

    Raises:
        NotIncludedError: it does not, or it has a hash too few or too many.
    """
    if root_of_inclusion(index=index, size=size, leaf=leaf, path=path) != root:
        raise NotIncludedError("inclusion path", came="another root", expected=root.hex())


def root_of_inclusion(*, index: int, size: int, leaf: bytes, path: Sequence[bytes]) -> bytes:
    """Return the root that `path` leads to from the leaf hash at `index`. RFC 9162 §2.1.3.2."""
    if not 0 <= index < size:
        raise NotIncludedError("leaf index", came=index, expected=f"less than the size {size}")
    _require_hashes(leaf, *path)
    inner = (index ^ (size - 1)).bit_length()  # below the fork: one sibling a level, on either side
    border = (index >> inner).bit_count()  # above it: left siblings only
    if len(path) != inner + border:
        raise NotIncludedError("inclusion path", came=f"{len(path)} hashes", expected=f"{inner + border}")
    climbed = leaf
    for level, sibling in enumerate(path[:inner]):
        climbed = node_hash(sibling, climbed) if index >> level & 1 else node_hash(climbed, sibling)
    for sibling in path[inner:]:
        climbed = node_hash(sibling, climbed)
    return climbed


def check_consistency(*, size: int, root: bytes, newer_size: int, newer_root: bytes, path: Sequence[bytes]) -> None:
    """Return if the tree of `newer_size` extends the tree of `size`. RFC 9162 §2.1.4.2.

    Raises:
        InconsistentError: it does not, or the path has a hash too few or too many.
    """
    _require_hashes(root, newer_root, *path, error=InconsistentError)
    if not 0 <= size <= newer_size:
        raise InconsistentError("sizes", came=f"{size} to {newer_size}", expected="an older size first")
    if size in (0, newer_size):
        same = root == newer_root if size == newer_size else root == EMPTY_ROOT
        if path or not same:
            raise InconsistentError("consistency path", came="another root", expected="no hashes and equal roots")
        return
    whole = [root, *path] if size & (size - 1) == 0 else list(path)
    if roots_of_consistency(size=size, newer_size=newer_size, path=whole) != (root, newer_root):
        raise InconsistentError(
            "consistency path", came="other roots", expected=f"{root.hex()} then {newer_root.hex()}"
        )


def roots_of_consistency(*, size: int, newer_size: int, path: Sequence[bytes]) -> tuple[bytes, bytes]:
    """Return both roots that a whole path leads to, for 0 < size < newer_size. RFC 9162 §2.1.4.2.

    A *whole* path begins with a node even where the older tree is one complete subtree (there the RFC
    leaves it out, because it is the older root).

    Raises:
        InconsistentError: sizes without such a path, or a hash too few or too many.
    """
    if not 0 < size < newer_size:
        raise InconsistentError("sizes", came=f"{size} to {newer_size}", expected="an older size of at least 1 first")
    _require_hashes(*path, error=InconsistentError)
    inner = (size - 1 ^ newer_size - 1).bit_length()
    start = (size & -size).bit_length() - 1  # the older tree's smallest complete subtree
    expected = 1 + inner - start + (size - 1 >> inner).bit_count()
    if len(path) != expected:
        raise InconsistentError("consistency path", came=f"{len(path)} hashes", expected=f"{expected}")
    older = newer = path[0]
    for level, sibling in enumerate(path[1 : 1 + inner - start], start):
        if size - 1 >> level & 1:
            older, newer = node_hash(sibling, older), node_hash(sibling, newer)
        else:
            newer = node_hash(newer, sibling)
    for sibling in path[1 + inner - start :]:
        older, newer = node_hash(sibling, older), node_hash(sibling, newer)
    return older, newer


def root_of_shared_path(size: int, leaves: Mapping[int, bytes], path: bytes, what: str = "path") -> bytes:
    """Return the root that known leaf hashes and a shared path give (docs/formats.md, section 7).

    Args:
        size: leaves in the tree, at least 1.
        leaves: leaf hash by position, at least one.
        path: hashes of the ranges without a known leaf, left to right, 32 bytes each.
        what: the field, for errors.

    Raises:
        MalformedError: the path is not whole hashes.
        NotIncludedError: a position outside the tree, or a hash too few or too many.
    """
    if len(path) % HASH_SIZE:
        raise MalformedError(what, came=f"{len(path)} bytes", expected="32 bytes a hash")
    known = sorted(leaves)
    if not known or known[0] < 0 or known[-1] >= size:
        raise NotIncludedError(what, came=f"positions {known[:1]} to {known[-1:]}", expected=f"some below {size}")
    walk = _SharedWalk(leaves, path, what)
    root = walk.climb(0, size, known)
    if walk.at != len(path):
        raise NotIncludedError(what, came=f"{(len(path) - walk.at) // HASH_SIZE} hashes more", expected="none unused")
    return root


class _SharedWalk:
    """A walk over ranges of the tree that takes one hash for each range without a known leaf."""

    __slots__ = ("at", "leaves", "path", "what")

    def __init__(self, leaves: Mapping[int, bytes], path: bytes, what: str) -> None:
        self.leaves = leaves
        self.path = path
        self.at = 0
        self.what = what

    def climb(self, low: int, high: int, known: Sequence[int]) -> bytes:
        if not known:
            return self._take()
        if high - low == 1:
            return self.leaves[low]
        middle = low + (1 << (high - low - 1).bit_length() - 1)
        turn = bisect_left(known, middle)
        left = self.climb(low, middle, known[:turn])
        right = self.climb(middle, high, known[turn:])
        return sha256(b"\x01" + left + right).digest()

    def _take(self) -> bytes:
        taken = self.path[self.at : self.at + HASH_SIZE]
        self.at += HASH_SIZE
        if len(taken) != HASH_SIZE:
            raise NotIncludedError(self.what, came="too few hashes", expected="one for each range without a leaf")
        return taken


def _require_hashes(*hashes: bytes, error: type[VerificationError] = NotIncludedError) -> None:
    """Refuse hashes of any other length: a shorter one could stand for two nodes."""
    if any(len(each) != HASH_SIZE for each in hashes):
        raise error("hash", came="another length", expected="32 bytes")
