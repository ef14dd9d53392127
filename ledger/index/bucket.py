"""What lies below a heap's leaf: the few keys that share its first bits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import sha256

from ledger.index.heap import LEAF, NODE, NOTHING, Summary
from verifier.ledgerformat.index import EMPTY as EMPTY_HASH

Leaf = tuple[bytes, bytes]  # key and leaf hash


def subtree(leaves: Sequence[Leaf], depth: int) -> Summary:
    """Return the summary of the subtree over leaves, sorted by key, at a depth."""
    if not leaves:
        return NOTHING
    if len(leaves) == 1:
        return LEAF, leaves[0][1]
    return NODE, _hash(leaves, depth)


def _hash(leaves: Sequence[Leaf], depth: int) -> bytes:
    """Return the hash over at least two leaves."""
    if len(leaves) == 2:
        return _pair_hash(leaves[0], leaves[1], depth)
    byte, mask = depth >> 3, 0x80 >> (depth & 7)
    turn = 0
    while turn < len(leaves) and not leaves[turn][0][byte] & mask:
        turn += 1
    return sha256(b"\x03" + _side(leaves[:turn], depth + 1) + _side(leaves[turn:], depth + 1)).digest()


def _side(leaves: Sequence[Leaf], depth: int) -> bytes:
    if len(leaves) > 1:
        return _hash(leaves, depth)
    return leaves[0][1] if leaves else EMPTY_HASH


def _pair_hash(one: Leaf, other: Leaf, depth: int) -> bytes:
    """Return the hash over two leaves: most buckets hold no more, and most pairs part at once."""
    key = int.from_bytes(one[0], "big")
    parting = 256 - (key ^ int.from_bytes(other[0], "big")).bit_length()
    climbed = sha256(b"\x03" + one[1] + other[1]).digest()
    for level in range(parting - 1, depth - 1, -1):
        sides = EMPTY_HASH + climbed if key >> 255 - level & 1 else climbed + EMPTY_HASH
        climbed = sha256(b"\x03" + sides).digest()
    return climbed


def bucket_of(key: bytes, levels: int) -> int:
    """Return the heap node of a key's bucket."""
    return 1 << levels | int.from_bytes(key[:4], "big") >> 32 - levels


def buckets_of(keys: Iterable[bytes], levels: int) -> dict[bytes, int]:
    """Return the heap node of each key's bucket, as `bucket_of` does."""
    first, shift = 1 << levels, 32 - levels
    return {key: first | int.from_bytes(key[:4], "big") >> shift for key in keys}


def bucket_range(node: int, levels: int) -> tuple[bytes, bytes]:
    """Return the first key prefix of a bucket (4 bytes) and of the next one; b"" past the last."""
    index = node - (1 << levels)
    low = (index << 32 - levels).to_bytes(4, "big")
    high = b"" if index + 1 == 1 << levels else (index + 1 << 32 - levels).to_bytes(4, "big")
    return low, high
