"""Seals: the ledger's own statement, last leaf of every block (docs/formats.md, section 9)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

from verifier.errors import MalformedError
from verifier.ledgerformat.statement import SEAL_TYPE
from verifier.primitives.cbor import Value, format_cbor, parse_cbor
from verifier.primitives.cose import format_bare_sign1, parse_header, parse_sign1, verify_sign1
from verifier.primitives.keys import ALGORITHM_NAMES, PublicKey
from verifier.primitives.strict_json import MAX_INTEGER

SEAL_SUBJECT = "urn:suyuan:seal"
MAPPING_VERSION = 1
_Header: TypeAlias = "tuple[int, bytes, str]"


@dataclass(frozen=True, slots=True)
class Seal:
    """What a seal says.

    Attributes:
        first: first leaf of the block.
        covered: leaves before the seal; its own leaf index.
        previous: leaf hash of the seal before, 32 bytes; None in the first block.
        root: index root over all leaves before it, 32 bytes.
        keys: keys in the index.
        time: ledger time of the block, milliseconds since 1970.
    """

    first: int
    covered: int
    previous: bytes | None
    root: bytes
    keys: int
    time: int

    def covers(self, leaf: int) -> bool:
        """Return whether a leaf stands in this seal's block."""
        return self.first <= leaf <= self.covered


@dataclass(frozen=True, slots=True)
class SignedSeal:
    """A seal with its signature. Parsed, not verified."""

    seal: Seal
    protected: bytes
    signature: bytes

    def __hash__(self) -> int:
        """Return a hash of what tells seals apart at once."""
        return hash(self.signature)

    @property
    def entry(self) -> bytes:
        """Return the log entry: the seal's bytes."""
        return format_bare_sign1(
            protected=self.protected, payload=format_seal_payload(self.seal), signature=self.signature
        )

    def verify(self, key: PublicKey, origin: str) -> None:
        """Return if `key` signed it for the ledger `origin`.

        Raises:
            MalformedError: the header names another key or ledger.
            BadSignatureError: the key did not sign it.
        """
        alg, kid, named = parse_seal_header(self.protected)
        if (alg, kid, named) != (key.alg, key.kid, origin):
            raise MalformedError("seal header", came=f"{named} {kid.hex()}", expected=f"{origin} {key.kid.hex()}")
        payload = format_seal_payload(self.seal)
        verify_sign1(key, protected=self.protected, payload=payload, signature=self.signature, what="seal signature")


def is_seal(entry: bytes) -> bool:
    """Return whether an entry's protected header has the seals' content type."""
    return parse_header(parse_sign1(entry).protected, "entry").get(3) == SEAL_TYPE


def parse_seal(entry: bytes, what: str = "seal") -> SignedSeal:
    """Return the seal that a log entry spells.

    Raises:
        MalformedError: another format.
    """
    signed = parse_sign1(entry, what)
    if signed.unprotected or signed.payload is None:
        raise MalformedError(what, came="an unprotected header or no payload", expected="an empty map and a payload")
    parse_seal_header(signed.protected)
    return SignedSeal(parse_seal_payload(signed.payload, what), signed.protected, signed.signature)


def parse_seal_payload(payload: bytes, what: str = "seal") -> Seal:
    """Return what a seal's payload says."""
    value = parse_cbor(payload, what)
    if not isinstance(value, list) or len(value) != 8 or value[0] != 1 or value[6] != MAPPING_VERSION:
        expected = "[1, first, covered, previous, root, keys, 1, time]"
        raise MalformedError(what, came="another shape", expected=expected)
    _, first, covered, previous, root, keys, _, time = value
    return build_seal([first, covered, previous, root, keys, time], what)


def build_seal(members: list[Value], what: str = "seal") -> Seal:
    """Return the seal of first, covered, previous, root, keys and time, once they are of their kinds."""
    first, covered, previous, root, keys, time = members
    numbers = (first, covered, keys, time)
    if not all(isinstance(each, int) and 0 <= each <= MAX_INTEGER for each in numbers):
        raise MalformedError(what, came="another shape", expected="numbers as first, covered, keys and time")
    if not isinstance(root, bytes) or len(root) != 32:
        raise MalformedError(f"{what}.root", came=root, expected="32 bytes")
    if previous is not None and (not isinstance(previous, bytes) or len(previous) != 32):
        raise MalformedError(f"{what}.previous", came=previous, expected="32 bytes or null")
    first, covered, keys, time = (int(str(each)) for each in numbers)
    if first > covered or (previous is None) != (first == 0):
        raise MalformedError(
            f"{what}.first", came=f"{first} to {covered}", expected="a block that follows the one before"
        )
    return Seal(first, covered, previous, root, keys, time)


def format_seal_payload(seal: Seal) -> bytes:
    """Return the bytes that a seal signs as its payload."""
    return format_cbor([1, seal.first, seal.covered, seal.previous, seal.root, seal.keys, MAPPING_VERSION, seal.time])


def format_seal_header(*, alg: int, kid: bytes, origin: str) -> bytes:
    """Return a seal's protected header."""
    return format_cbor({1: alg, 3: SEAL_TYPE, 4: kid, 15: {1: origin, 2: SEAL_SUBJECT}})


@lru_cache(maxsize=64)
def parse_seal_header(protected: bytes) -> _Header:
    """Return algorithm, kid and origin of a seal's protected header."""
    header = parse_header(protected, "seal")
    if header.keys() != {1, 3, 4, 15} or header[3] != SEAL_TYPE:
        raise MalformedError("seal header", came="other labels", expected=f"exactly 1, 3 {SEAL_TYPE}, 4 and 15")
    alg, kid, claims = header[1], header[4], header[15]
    if not isinstance(claims, dict) or claims.keys() != {1, 2} or claims[2] != SEAL_SUBJECT:
        raise MalformedError("seal claims", came="other claims", expected=f"iss and sub {SEAL_SUBJECT}")
    origin = claims[1]
    known = isinstance(alg, int) and alg in ALGORITHM_NAMES and isinstance(kid, bytes) and len(kid) == 32
    if not known or not isinstance(alg, int) or not isinstance(kid, bytes) or not isinstance(origin, str):
        expected = "a known algorithm, a 32-byte thumbprint, an origin"
        raise MalformedError("seal header", came="another shape", expected=expected)
    return alg, kid, origin
