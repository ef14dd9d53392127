"""Public keys, algorithms, strict signature checks, thumbprints (docs/formats.md, section 2).

Verifiers of the same standard disagree on edge cases, and whoever holds a key can aim at them. So the
rules here are the strictest of all: what passes here passes everywhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from hashlib import sha256
from typing import Any

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, mldsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from verifier.errors import BadSignatureError, MalformedError, UnsupportedError
from verifier.primitives.base64strict import format_base64url, parse_base64url
from verifier.primitives.cbor import Value, format_cbor

ES256, EDDSA, ML_DSA_44, SM2_SM3 = -7, -8, -48, -65537
ALGORITHMS = {"ES256": ES256, "EdDSA": EDDSA, "ML-DSA-44": ML_DSA_44, "SM2-SM3": SM2_SM3}
ALGORITHM_NAMES = {number: name for name, number in ALGORITHMS.items()}
PUBLIC_SIZES = {ES256: 65, EDDSA: 32, ML_DSA_44: 1312, SM2_SM3: 65}
SIGNATURE_SIZES = {ES256: 64, EDDSA: 64, ML_DSA_44: 2420, SM2_SM3: 64}

P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_ED25519_PRIME = 2**255 - 19
_ED25519_D = -121665 * pow(121666, -1, _ED25519_PRIME) % _ED25519_PRIME
_SMALL_ORDER = {  # the eight points whose order divides 8, and the two with a sign that x = 0 cannot have
    bytes.fromhex(each)
    for each in (
        "0100000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000080",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0000000000000000000000000000000000000000000000000000000000000080",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    )
}


@dataclass(frozen=True)
class PublicKey:
    """A public key and the one algorithm it serves.

    Attributes:
        alg: COSE algorithm number, one of ALGORITHM_NAMES.
        raw: 65 bytes (ES256, SM2-SM3: 04 || x || y), 32 (EdDSA) or 1312 (ML-DSA-44).
    """

    alg: int
    raw: bytes

    @cached_property
    def kid(self) -> bytes:
        """Return the 32-byte RFC 9679 thumbprint."""
        return sha256(format_cbor(dict(self.cose_key()))).digest()

    def cose_key(self) -> Mapping[int | str, Value]:
        """Return the COSE key with only the members that its thumbprint needs. RFC 9679 §4."""
        if self.alg == EDDSA:
            return {1: 1, -1: 6, -2: self.raw}
        if self.alg == ML_DSA_44:
            return {1: 7, 3: ML_DSA_44, -1: self.raw}
        curve = 1 if self.alg == ES256 else SM2_SM3
        return {1: 2, -1: curve, -2: self.raw[1:33], -3: self.raw[33:]}

    def verify(self, signature: bytes, message: bytes, what: str = "signature") -> None:
        """Return if `signature` over `message` is of this key, under the strict rules.

        Raises:
            BadSignatureError: it is not.
            UnsupportedError: the algorithm is not implemented here (SM2-SM3).
        """
        if len(signature) != SIGNATURE_SIZES[self.alg]:
            raise BadSignatureError(what, came=f"{len(signature)} bytes", expected=f"{SIGNATURE_SIZES[self.alg]}")
        try:
            _VERIFY[self.alg](_load(self.alg, self.raw), signature, message)
        except InvalidSignature:
            name = ALGORITHM_NAMES[self.alg]
            raise BadSignatureError(
                what, came="bytes that this key did not sign", expected=f"{name} by {self.kid.hex()}"
            ) from None


def require_key(alg: int, raw: bytes, what: str = "key") -> PublicKey:
    """Return the key, once its raw form is known to be well formed.

    Raises:
        MalformedError: unknown algorithm, wrong length, not a point, not canonical, of small order.
    """
    if alg not in ALGORITHM_NAMES:
        raise MalformedError(f"{what}.alg", came=alg, expected=f"one of {sorted(ALGORITHM_NAMES)}")
    if len(raw) != PUBLIC_SIZES[alg]:
        raise MalformedError(what, came=f"{len(raw)} bytes", expected=f"{PUBLIC_SIZES[alg]} for {ALGORITHM_NAMES[alg]}")
    if alg == EDDSA:
        require_sound_point(raw, what)
    if alg == SM2_SM3 and raw[0] != 4:
        raise MalformedError(what, came=raw, expected="04 || x || y")
    if alg != SM2_SM3:
        try:
            _load(alg, raw)
        except ValueError as error:
            raise MalformedError(what, came=raw, expected=f"a public key of {ALGORITHM_NAMES[alg]}") from error
    return PublicKey(alg, raw)


def require_sound_point(raw: bytes, what: str) -> None:
    """Refuse an Ed25519 key that is no point of the curve, not canonical or of small order."""
    y = int.from_bytes(raw, "little") & (1 << 255) - 1
    if y >= _ED25519_PRIME or raw in _SMALL_ORDER or not _has_point(y):
        raise MalformedError(what, came=raw, expected="a canonical point, not of small order")


@lru_cache(maxsize=1024)
def _has_point(y: int) -> bool:
    """Return whether x² = (y² - 1) / (d·y² + 1) has a solution (RFC 8032 §5.1.3): the library asks when it verifies.

    u / v is a square exactly if u·v is; v is never 0, since -1/d is no square.
    """
    squared = y * y
    product = (squared - 1) * (_ED25519_D * squared + 1) % _ED25519_PRIME
    return pow(product, (_ED25519_PRIME - 1) // 2, _ED25519_PRIME) == 1


def parse_key(value: Any, what: str = "key") -> PublicKey:
    """Read a key from JSON: {"alg": name, "public": base64url}."""
    if not isinstance(value, dict) or value.keys() != {"alg", "public"}:
        raise MalformedError(what, came=value, expected='an object with exactly "alg" and "public"')
    alg, public = value["alg"], value["public"]
    if not isinstance(alg, str) or alg not in ALGORITHMS:
        raise MalformedError(f"{what}.alg", came=alg, expected=f"one of {', '.join(ALGORITHMS)}")
    if not isinstance(public, str):
        raise MalformedError(f"{what}.public", came=public, expected="base64url text")
    return require_key(ALGORITHMS[alg], parse_base64url(public, f"{what}.public"), what)


def format_key(key: PublicKey) -> dict[str, str]:
    """Return the key as JSON has it."""
    return {"alg": ALGORITHM_NAMES[key.alg], "public": format_base64url(key.raw)}


@lru_cache(maxsize=1024)
def _load(alg: int, raw: bytes) -> Any:
    """Return the key object of `cryptography`; making one costs as much as a tenth of a check."""
    if alg == EDDSA:
        return ed25519.Ed25519PublicKey.from_public_bytes(raw)
    if alg == ML_DSA_44:
        return mldsa.MLDSA44PublicKey.from_public_bytes(raw)
    if alg == ES256 and raw[0] == 4:
        return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), raw)
    if alg == ES256:
        raise ValueError("a compressed point")
    raise UnsupportedError("alg", came=ALGORITHM_NAMES[alg], expected="an algorithm implemented here")


def _verify_es256(key: ec.EllipticCurvePublicKey, signature: bytes, message: bytes) -> None:
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    if not 0 < r < P256_ORDER or not 0 < s <= P256_ORDER // 2:
        raise InvalidSignature  # with s and n - s both accepted, one statement would have two leaves
    key.verify(encode_dss_signature(r, s), message, ec.ECDSA(SHA256()))


def _verify_eddsa(key: ed25519.Ed25519PublicKey, signature: bytes, message: bytes) -> None:
    commitment = signature[:32]
    if commitment in _SMALL_ORDER or int.from_bytes(commitment, "little") & (1 << 255) - 1 >= _ED25519_PRIME:
        raise InvalidSignature
    key.verify(signature, message)


def _verify_ml_dsa(key: mldsa.MLDSA44PublicKey, signature: bytes, message: bytes) -> None:
    try:
        key.verify(signature, message)
    except UnsupportedAlgorithm as error:
        raise UnsupportedError("alg", came="ML-DSA-44", expected="a build of cryptography that has it") from error


def _verify_sm2(_key: object, _signature: bytes, _message: bytes) -> None:
    raise UnsupportedError("alg", came="SM2-SM3", expected="an algorithm implemented here")


_VERIFY: dict[int, Any] = {
    ES256: _verify_es256,
    EDDSA: _verify_eddsa,
    ML_DSA_44: _verify_ml_dsa,
    SM2_SM3: _verify_sm2,
}
