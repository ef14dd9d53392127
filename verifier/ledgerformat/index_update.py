"""The root after a block, out of an index proof under the root before it: no other key has to be known.

A proof of a set of keys shows every place at which these keys stand or would stand. What lies beside them does not
change when histories grow or begin, so its hashes are enough.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from verifier.ledgerformat.index import (
    EMPTY,
    LEAF,
    MAX_TREE_DEPTH,
    NODE,
    NOTHING,
    IndexProof,
    IndexWalk,
    bit,
    check_index,
    index_leaf,
    index_node,
)


def updated_root(
    root: bytes, before: Mapping[bytes, bytes | None], after: Mapping[bytes, bytes], proof: IndexProof
) -> bytes:
    """Return the root once each of these keys has its new value.

    Args:
        root: before.
        before: value of each key under it, None for absent ones.
        after: value of each of these keys afterwards.
        proof: of `before` under `root`.

    Raises:
        NotIndexedError: the proof does not show `before` under `root`.
    """
    check_index(root, before, proof)
    return _Update(before, after, proof).climb(sorted(before), 0)


def first_root(after: Mapping[bytes, bytes]) -> bytes:
    """Return the root over these keys alone."""
    return _over([(key, index_leaf(key, value)) for key, value in sorted(after.items())], 0)


class _Update(IndexWalk):
    """The walk of a proof that holds, with new leaves where it shows the old."""

    def __init__(self, before: Mapping[bytes, bytes | None], after: Mapping[bytes, bytes], proof: IndexProof) -> None:
        super().__init__(before, proof)
        self._after = after

    def climb(self, keys: Sequence[bytes], depth: int) -> bytes:
        if not keys:
            return self._sibling()
        turn = self._turn()
        if turn == NODE:
            left = [key for key in keys if not bit(key, depth)]
            return index_node(self.climb(left, depth + 1), self.climb(keys[len(left) :], depth + 1))
        leaves = {key: index_leaf(key, self._after[key]) for key in keys}
        if turn not in (NOTHING, LEAF):
            key, hashed = self._shown()
            leaves.setdefault(key, hashed)
        return _over(sorted(leaves.items()), depth)

    def _shown(self) -> tuple[bytes, bytes]:
        shown = self.strangers[self.stranger_at : self.stranger_at + 64]
        self.stranger_at += 64
        return shown[:32], index_leaf(shown[:32], shown[32:])


def _over(leaves: Sequence[tuple[bytes, bytes]], depth: int) -> bytes:
    """Return the hash over leaves, sorted by key, at a depth: a lone one stands as high as it is alone."""
    if len(leaves) < 2 or depth > MAX_TREE_DEPTH:
        return leaves[0][1] if leaves else EMPTY
    turn = sum(not bit(key, depth) for key, _ in leaves)
    return index_node(_over(leaves[:turn], depth + 1), _over(leaves[turn:], depth + 1))
