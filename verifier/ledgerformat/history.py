"""Histories as append-only trees, held as the roots of their complete subtrees (formats, section 10; RFC 6962 §2.1)."""

from __future__ import annotations

from hashlib import sha256
from typing import TypeAlias

History: TypeAlias = tuple[int, bytes]  # entries, and the roots of their complete subtrees, largest first


def key_leaf(key: bytes, count: int, frontier: bytes) -> bytes:
    """Return the leaf hash of a key whose history has `count` entries."""
    value = sha256(b"\x04" + count.to_bytes(8, "big") + fold(frontier)).digest()
    return sha256(b"\x02" + key + value).digest()


def push(frontier: bytes, count: int, leaf: bytes) -> bytes:
    """Return the roots of the complete subtrees of a history, largest first, after one more entry hash.

    RFC 6962 §2.1: the subtrees of `count` leaves have the sizes of the ones in its binary form.
    """
    joined = (count ^ count + 1).bit_length() - 1  # the ones at its end: subtrees that the new leaf completes
    kept = len(frontier) - 32 * joined
    for at in range(len(frontier) - 32, kept - 32, -32):
        leaf = sha256(b"\x01" + frontier[at : at + 32] + leaf).digest()
    return frontier[:kept] + leaf


def fold(frontier: bytes) -> bytes:
    """Return the root over complete subtrees, largest first. RFC 6962 §2.1."""
    root = b""
    for at in range(len(frontier), 0, -32):
        part = frontier[at - 32 : at]
        root = sha256(b"\x01" + part + root).digest() if root else part
    return root
