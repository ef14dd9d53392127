"""The signer interface, and the signer that holds its key in memory.

Smart keys and key services sign at most 4,096 bytes at a time, so nothing here asks for more.
"""

from __future__ import annotations

from typing import Protocol

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, mldsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from verifier.errors import MalformedError
from verifier.primitives.keys import EDDSA, ES256, ML_DSA_44, P256_ORDER, PublicKey, require_key

MAX_MESSAGE = 4_096
PrivateKey = ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | mldsa.MLDSA44PrivateKey


class Signer(Protocol):
    """Something that signs: a key file, a smart key, a command."""

    @property
    def public(self) -> PublicKey:
        """Return the public key."""
        ...

    def sign(self, message: bytes) -> bytes:
        """Return a signature over at most 4,096 bytes, as docs/formats.md, section 2 has it."""
        ...


class MemorySigner:
    """A signer whose private key is in this process."""

    def __init__(self, private: PrivateKey) -> None:
        """Take a private key of ES256, EdDSA or ML-DSA-44."""
        self._private = private
        self._public = public_of(private)

    @property
    def public(self) -> PublicKey:
        """Return the public key."""
        return self._public

    @property
    def private(self) -> PrivateKey:
        """Return the private key, for key files."""
        return self._private

    def sign(self, message: bytes) -> bytes:
        """Return a signature; an ES256 one has its s in the lower half."""
        if len(message) > MAX_MESSAGE:
            raise MalformedError("message", came=f"{len(message)} bytes", expected=f"at most {MAX_MESSAGE}")
        if isinstance(self._private, ec.EllipticCurvePrivateKey):
            r, s = decode_dss_signature(self._private.sign(message, ec.ECDSA(SHA256())))
            return r.to_bytes(32, "big") + min(s, P256_ORDER - s).to_bytes(32, "big")
        return self._private.sign(message)


def generate(alg: int) -> MemorySigner:
    """Return a signer with a new key, drawn by the operating system's generator."""
    if alg == ES256:
        return MemorySigner(ec.generate_private_key(ec.SECP256R1()))
    if alg == EDDSA:
        return MemorySigner(ed25519.Ed25519PrivateKey.generate())
    if alg == ML_DSA_44:
        return MemorySigner(mldsa.MLDSA44PrivateKey.generate())
    raise MalformedError("alg", came=alg, expected="ES256, EdDSA or ML-DSA-44")


def public_of(private: PrivateKey) -> PublicKey:
    """Return the public key of a private one."""
    if isinstance(private, ec.EllipticCurvePrivateKey):
        raw = private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return require_key(ES256, raw)
    alg = EDDSA if isinstance(private, ed25519.Ed25519PrivateKey) else ML_DSA_44
    return require_key(alg, private.public_key().public_bytes_raw())
