"""RFC 6962 roots by merkly 1.0.2, whose author knows nothing of us.

merkly hashes as it is told to: its leaves are texts, so ours go in as hexadecimal, and a call with an empty second
argument is a leaf. It wants two leaves at least; where there is one, there is no second opinion. Never import this
beside anything that must run: merkly pins an older pydantic and is installed without its dependencies.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

from merkly.mtree import MerkleTree  # type: ignore[import-untyped] # it has no annotations for its users

LEAST = 2


def roots(leaves: Sequence[bytes], *, hashed: bool) -> bytes | None:
    """Return the root over leaves, or over leaf hashes; None for fewer than two, which merkly refuses.

    Args:
        leaves: entries of any length, or hashes of 32 bytes.
        hashed: whether they are hashes already.
    """
    if len(leaves) < LEAST:
        return None
    root: bytes = MerkleTree([leaf.hex() for leaf in leaves], _taken if hashed else _hashed).root
    return root


def _hashed(left: bytes, right: bytes) -> bytes:
    """Hash a leaf (no second argument) or a node. RFC 9162 §2.1.1."""
    return _node(left, right) if right else sha256(b"\x00" + bytes.fromhex(left.decode())).digest()


def _taken(left: bytes, right: bytes) -> bytes:
    """Take a leaf hash as it is, or hash a node."""
    return _node(left, right) if right else bytes.fromhex(left.decode())


def _node(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()
