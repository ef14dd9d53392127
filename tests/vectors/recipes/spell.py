"""Bytes spelt by cbor2 and hashlib, and signed by `cryptography`: no code of the house takes part."""

import json
from base64 import b64encode, urlsafe_b64encode
from hashlib import sha256
from pathlib import Path
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, mldsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

ES256, EDDSA, ML_DSA_44 = -7, -8, -48
NAMES = {ES256: "ES256", EDDSA: "EdDSA", ML_DSA_44: "ML-DSA-44"}
P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
ORIGIN = "log.example/zone"
AGENCY = "urn:suyuan:agency:customs"
ENTERPRISE = "urn:suyuan:enterprise:91350100M000100Y43"
GTIN = "https://id.gs1.org/01/06901234567892"

FIXED = Path(__file__).parent / "fixed_signatures.json"
fixed: dict[str, str] = json.loads(FIXED.read_text()) if FIXED.exists() else {}


def H(*parts: bytes) -> bytes:  # noqa: N802 - the specification's name
    return sha256(b"".join(parts)).digest()


def cbor(value: Any) -> bytes:
    """Return the encoding of RFC 8949 §4.2.1: cbor2 keeps the order that it is given."""
    return cbor2.dumps(_ordered(value))


def _ordered(value: Any) -> Any:
    if isinstance(value, list):
        return [_ordered(each) for each in value]
    if isinstance(value, dict):
        return {key: _ordered(value[key]) for key in sorted(value, key=cbor2.dumps)}
    return value


def sign1(protected: Any, payload: bytes | None, signature: bytes, unprotected: Any = None) -> bytes:
    """Return a tagged COSE_Sign1; a header that is no bytes is spelt first."""
    header = protected if isinstance(protected, bytes) else cbor(protected)
    return cbor2.dumps(cbor2.CBORTag(18, [header, unprotected or {}, payload, signature]))


def to_be_signed(protected: Any, payload: bytes) -> bytes:
    """Return the Sig_structure."""
    header = protected if isinstance(protected, bytes) else cbor(protected)
    return cbor2.dumps(["Signature1", header, b"", payload])


def base64(raw: bytes) -> str:
    return b64encode(raw).decode()


def base64url(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().rstrip("=")


class Key:
    """A key whose private half is its name."""

    def __init__(self, alg: int, name: str) -> None:
        """Derive it from H("suyuan vectors v1 | algorithm | name")."""
        self.alg = alg
        seed = H(f"suyuan vectors v1|{NAMES[alg]}|{name}".encode())
        if alg == ES256:
            self.private: Any = ec.derive_private_key(int.from_bytes(seed, "big") >> 1, ec.SECP256R1())
            self.raw = self.private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        else:
            maker = ed25519.Ed25519PrivateKey.from_private_bytes if alg == EDDSA else None
            self.private = maker(seed) if maker else mldsa.MLDSA44PrivateKey.from_seed_bytes(seed)
            self.raw = self.private.public_key().public_bytes_raw()

    @property
    def kid(self) -> bytes:
        """The RFC 9679 thumbprint."""
        if self.alg == ES256:
            return H(cbor({1: 2, -1: 1, -2: self.raw[1:33], -3: self.raw[33:]}))
        return H(cbor({1: 1, -1: 6, -2: self.raw} if self.alg == EDDSA else {1: 7, 3: -48, -1: self.raw}))

    @property
    def json(self) -> dict[str, str]:
        return {"alg": NAMES[self.alg], "public": base64url(self.raw)}

    def sign(self, message: bytes, context: bytes | None = None) -> bytes:
        """Return a signature: Ed25519's follows from the message, the others were made once and are kept."""
        if self.alg == EDDSA:
            return self.private.sign(message)
        name = H(self.raw, context or b"", b"|", message).hex()
        if name not in fixed:
            fixed[name] = self._signature(message, context).hex()
        return bytes.fromhex(fixed[name])

    def _signature(self, message: bytes, context: bytes | None) -> bytes:
        if self.alg == ML_DSA_44:
            return self.private.sign(message, context)
        r, s = decode_dss_signature(self.private.sign(message, ec.ECDSA(SHA256())))
        return r.to_bytes(32, "big") + min(s, P256_ORDER - s).to_bytes(32, "big")

    def vkey(self, name: str, kind: int) -> str:
        """Return the C2SP verifier key of this key under a name and signature type."""
        typed = bytes([kind]) + self.raw
        key_id = H(name.encode(), b"\n", typed)[:4].hex()
        return f"{name}+{key_id}+{base64(typed)}"

    def line(self, name: str, kind: int, signature: bytes) -> str:
        """Return a note's signature line, without its newline."""
        key_id = H(name.encode(), b"\n", bytes([kind]), self.raw)[:4]
        return f"\N{EM DASH} {name} {base64(key_id + signature)}"


def flip(data: bytes, at: int = -1) -> bytes:
    """Return the bytes with the lowest bit of one changed."""
    changed = bytearray(data)
    changed[at] ^= 1
    return bytes(changed)
