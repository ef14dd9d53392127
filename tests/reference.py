"""The trees as their definitions are written: recursive, slow, obviously right.

Names and case distinctions are those of RFC 6962 §2.1 and RFC 9162 §2.1; the shared path and the prefix
tree are those of docs/formats.md, sections 7 and 10. Nothing here is taken from the code under test.
"""

from collections.abc import Collection, Mapping, Sequence
from hashlib import sha256


def HASH(*parts: bytes) -> bytes:  # noqa: N802 - the RFC's name
    return sha256(b"".join(parts)).digest()


def MTH(D: Sequence[bytes]) -> bytes:  # noqa: N802, N803 - likewise
    """The Merkle Tree Hash of entries D[n]. RFC 6962 §2.1."""
    n = len(D)
    if n == 0:
        return HASH()
    if n == 1:
        return HASH(b"\x00", D[0])
    k = largest_power_of_two_below(n)
    return HASH(b"\x01", MTH(D[0:k]), MTH(D[k:n]))


def PATH(m: int, D: Sequence[bytes]) -> list[bytes]:  # noqa: N802, N803 - likewise
    """The Merkle audit path of entry D[m]. RFC 6962 §2.1.1."""
    n = len(D)
    if n == 1:
        return []
    k = largest_power_of_two_below(n)
    if m < k:
        return [*PATH(m, D[0:k]), MTH(D[k:n])]
    return [*PATH(m - k, D[k:n]), MTH(D[0:k])]


def PROOF(m: int, D: Sequence[bytes]) -> list[bytes]:  # noqa: N802, N803 - likewise
    """The consistency proof of the first m of entries D[n], 0 < m < n. RFC 6962 §2.1.2."""
    return SUBPROOF(m, D, b=True)


def SUBPROOF(m: int, D: Sequence[bytes], *, b: bool) -> list[bytes]:  # noqa: N802, N803 - likewise
    n = len(D)
    if m == n:
        return [] if b else [MTH(D)]
    k = largest_power_of_two_below(n)
    if m <= k:
        return [*SUBPROOF(m, D[0:k], b=b), MTH(D[k:n])]
    return [*SUBPROOF(m - k, D[k:n], b=False), MTH(D[0:k])]


def whole_proof(m: int, D: Sequence[bytes]) -> list[bytes]:  # noqa: N803 - likewise
    """PROOF, preceded by the hash of the first m leaves where m is a power of two (formats, section 17)."""
    return [MTH(D[0:m]), *PROOF(m, D)] if m & (m - 1) == 0 else PROOF(m, D)


def shared_path(D: Sequence[bytes], known: Collection[int]) -> list[bytes]:  # noqa: N803 - likewise
    """The hashes of the walk of docs/formats.md, section 7."""

    def walk(lo: int, hi: int) -> list[bytes]:
        inside = [position for position in known if lo <= position < hi]
        if not inside:
            return [MTH(D[lo:hi])]
        if hi - lo == 1:
            return []
        middle = lo + largest_power_of_two_below(hi - lo)
        return walk(lo, middle) + walk(middle, hi)

    return walk(0, len(D))


def prefix_tree_root(pairs: Mapping[bytes, bytes]) -> bytes:
    """The root over keys and values of 32 bytes. docs/formats.md, section 10."""
    return prefix_subtree(pairs, 0)


def prefix_subtree(pairs: Mapping[bytes, bytes], depth: int) -> bytes:
    """The hash of the place at this depth under which exactly these keys lie."""
    return _subtree({bits(key)[depth:]: key + value for key, value in pairs.items()})


def _subtree(leaves: Mapping[str, bytes]) -> bytes:
    if not leaves:
        return bytes(32)
    if len(leaves) == 1:
        (leaf,) = leaves.values()
        return HASH(b"\x02", leaf)
    left = {turns[1:]: leaf for turns, leaf in leaves.items() if turns[0] == "0"}
    right = {turns[1:]: leaf for turns, leaf in leaves.items() if turns[0] == "1"}
    return HASH(b"\x03", _subtree(left), _subtree(right))


def bits(key: bytes) -> str:
    """The turns of a key's path: the top bit of its first byte comes first."""
    return "".join(f"{byte:08b}" for byte in key)


def largest_power_of_two_below(n: int) -> int:
    """k, the largest power of two smaller than n, for n > 1."""
    k = 1
    while k * 2 < n:
        k *= 2
    return k
