"""SM2 with SM3 (GB/T 32918.2, GB/T 32905), through gmssl-pyx: the extra `sm2`.

`cryptography` has SM3 but no SM2, nor will have soon (ADR 25). No byte of a stranger's reaches the C library unchecked:
points are on the curve, and r and s are numbers below the order before it sees them.
"""

from __future__ import annotations

import importlib
from functools import cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

# The identity that the standard gives where nobody agreed on another (GM/T 0009 §10).
IDENTITY = b"1234567812345678"
# y² = x³ - 3x + b over p, of order n: the curve of GB/T 32918.5.
_P = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF
_B = 0x28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93
_N = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123


def verifies(point: bytes, message: bytes, signature: bytes) -> bool | None:
    """Return whether a signature is this key's over these bytes; None if there is nothing here that can tell.

    Args:
        point: the public key, 65 bytes (04 ‖ x ‖ y).
        message: what was signed; SM3 and the identity's hash are applied here.
        signature: r ‖ s (64 bytes), as smart keys of the e-port give it, or DER.
    """
    numbers = _numbers(signature)
    if numbers is None or not _is_on_curve(point):
        return False
    library = _library()
    if library is None:
        return None
    return bool(library.sm2_verify(point[1:], message, encode_dss_signature(*numbers), signer_id=IDENTITY))


def is_there() -> bool:
    """Return whether the extra is installed."""
    return _library() is not None


def _numbers(signature: bytes) -> tuple[int, int] | None:
    try:
        r, s = (
            (int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big"))
            if len(signature) == 64
            else decode_dss_signature(signature)
        )
    except ValueError:
        return None
    return (r, s) if 0 < r < _N and 0 < s < _N else None


def _is_on_curve(point: bytes) -> bool:
    if len(point) != 65 or point[0] != 4:
        return False
    x, y = int.from_bytes(point[1:33], "big"), int.from_bytes(point[33:], "big")
    return x < _P and y < _P and (y * y - x * x * x + 3 * x - _B) % _P == 0


@cache
def _library() -> Any:
    try:
        return importlib.import_module("gmssl_pyx")
    except ImportError:
        return None
