"""What comes from a key outside this process is checked before it is handed on.

A smart key with a worn chip, a wrong key behind a label, or a program that mixes up two answers would otherwise
be found out by the ledger, or by nobody until a verifier refuses what was thought to be signed.
"""

from __future__ import annotations

from ledger.errors import SignerError
from ledger.signing.signer import MAX_MESSAGE
from verifier.errors import BadSignatureError, MalformedError
from verifier.primitives.keys import ES256, P256_ORDER, PublicKey


def require_message(message: bytes) -> None:
    """Raise MalformedError if a message is longer than smart keys and key services take: 4,096 bytes."""
    if len(message) > MAX_MESSAGE:
        raise MalformedError("message", came=f"{len(message)} bytes", expected=f"at most {MAX_MESSAGE}")


def require_signature(public: PublicKey, signature: bytes, message: bytes, where: str) -> bytes:
    """Return a signature as docs/formats.md, section 2 has it, once the key's public part verifies it.

    Args:
        public: the key that was asked to sign.
        signature: as it came: for ES256 r || s, 64 bytes, with either of the two s.
        message: what it must be over.
        where: what to name in the refusal: the key's reference.

    Raises:
        SignerError: it is not this key's signature over this message.
    """
    if public.alg == ES256 and len(signature) == 64:
        signature = _with_low_s(signature)
    try:
        public.verify(signature, message, where)
    except BadSignatureError as error:
        came = f"a signature that does not verify: {error.came}"
        todo = "Do not use this key before somebody has found out why. Nothing was handed on."
        raise SignerError(where, came=came, expected=f"one by key {public.kid.hex()}", todo=todo) from error
    return signature


def _with_low_s(signature: bytes) -> bytes:
    """Return the ES256 signature whose s is in the lower half; devices give either (RFC 6979 does not choose)."""
    s = int.from_bytes(signature[32:], "big")
    return signature[:32] + (P256_ORDER - s).to_bytes(32, "big") if P256_ORDER // 2 < s < P256_ORDER else signature
