"""Append-only mini-trees: the complete subtrees of a history, largest first (RFC 6962, compact ranges)."""

from __future__ import annotations

from hashlib import sha256

HASH = 32


def push(frontier: bytes, count: int, leaf: bytes) -> bytes:
    """Return the frontier after one more leaf hash.

    Args:
        frontier: hashes of the complete subtrees of `count` leaves, 32 bytes each, largest first.
        count: leaves so far.
        leaf: the new leaf hash.
    """
    while count & 1:
        leaf = sha256(b"\x01" + frontier[-HASH:] + leaf).digest()
        frontier = frontier[:-HASH]
        count >>= 1
    return frontier + leaf


def root(frontier: bytes) -> bytes:
    """Return the tree hash of a frontier that is not empty."""
    climbed = frontier[-HASH:]
    for at in range(len(frontier) - 2 * HASH, -1, -HASH):
        climbed = sha256(b"\x01" + frontier[at : at + HASH] + climbed).digest()
    return climbed
