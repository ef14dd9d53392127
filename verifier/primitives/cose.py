"""COSE_Sign1 as we allow it: tag 18, strict bytes, empty external_aad (RFC 9052 §4.2; formats, section 2)."""

from __future__ import annotations

from dataclasses import dataclass

from verifier.errors import MalformedError
from verifier.primitives.cbor import Value, format_cbor, head_bytes, parse_cbor
from verifier.primitives.keys import PublicKey

_TAG = b"\xd2"
_CONTEXT = b"\x84\x6aSignature1"
_NO_AAD = b"\x40"


@dataclass(frozen=True, slots=True)
class Sign1:
    """A COSE_Sign1 taken apart. Parsed, not verified.

    Attributes:
        protected: the protected header's bytes, as signed.
        unprotected: the unprotected header.
        payload: the payload's bytes, None where it is detached.
        signature: as the algorithm has it (64 or 2420 bytes).
    """

    protected: bytes
    unprotected: dict[int | str, Value]
    payload: bytes | None
    signature: bytes


def parse_sign1(data: bytes, what: str = "statement") -> Sign1:
    """Return the parts of a tagged COSE_Sign1.

    Raises:
        MalformedError: untagged, not strict CBOR, or not the four parts.
    """
    if data[:1] != _TAG:
        raise MalformedError(what, came=data[:1], expected="tag 18, byte d2")
    parts = parse_cbor(data[1:], what)
    if not isinstance(parts, list) or len(parts) != 4:
        raise MalformedError(what, came="another shape", expected="an array of four")
    protected, unprotected, payload, signature = parts
    if not isinstance(protected, bytes) or not isinstance(signature, bytes):
        raise MalformedError(what, came="another shape", expected="byte strings for protected header and signature")
    if not isinstance(unprotected, dict) or not (payload is None or isinstance(payload, bytes)):
        raise MalformedError(what, came="another shape", expected="a map unprotected, bytes or null as payload")
    return Sign1(protected, unprotected, payload, signature)


def format_sign1(signed: Sign1) -> bytes:
    """Return the tagged COSE_Sign1."""
    return _TAG + format_cbor([signed.protected, signed.unprotected, signed.payload, signed.signature])


def format_bare_sign1(*, protected: bytes, payload: bytes, signature: bytes) -> bytes:
    """Return the tagged COSE_Sign1 with an empty unprotected header: a log entry's bytes."""
    return b"".join((_TAG, b"\x84", _string(protected), b"\xa0", _string(payload), _string(signature)))


def signed_bytes(*, protected: bytes, payload: bytes) -> bytes:
    """Return the Sig_structure, the bytes that are signed. RFC 9052 §4.4."""
    return b"".join((_CONTEXT, _string(protected), _NO_AAD, _string(payload)))


def verify_sign1(key: PublicKey, *, protected: bytes, payload: bytes, signature: bytes, what: str) -> None:
    """Return if `key` signed these bytes; raise BadSignatureError if not."""
    key.verify(signature, signed_bytes(protected=protected, payload=payload), what)


def parse_header(protected: bytes, what: str) -> dict[int | str, Value]:
    """Return a protected header, a non-empty map with label 1 an integer."""
    header = parse_cbor(protected, what)
    if not isinstance(header, dict) or not isinstance(header.get(1), int):
        raise MalformedError(what, came="another shape", expected="a map with an algorithm under label 1")
    return header


def _string(raw: bytes) -> bytes:
    return head_bytes(2, len(raw)) + raw
