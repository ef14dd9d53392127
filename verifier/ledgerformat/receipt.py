"""Receipts: the ledger's signed word that an entry stands in the log (RFC 9942; formats, section 11).

RFC 9942 signs the root alone; one root is the root of one size only by convention. So size and time
stand in our protected header, and the size must be the proof's.
"""

from __future__ import annotations

from dataclasses import dataclass

from verifier.errors import MalformedError, MismatchError
from verifier.primitives.cbor import Value, format_cbor, parse_cbor
from verifier.primitives.cose import Sign1, format_sign1, parse_header, parse_sign1, verify_sign1
from verifier.primitives.keys import ALGORITHM_NAMES, PublicKey
from verifier.primitives.merkle import root_of_inclusion

RECEIPT_SUBJECT = "urn:suyuan:receipt"
RFC9162_SHA256 = 1
VDS, VDP, INCLUSION, TREE_SIZE = 395, 396, -1, "tree-size"


@dataclass(frozen=True, slots=True)
class Receipt:
    """A receipt. Parsed, not verified.

    Attributes:
        origin: the ledger.
        alg: COSE algorithm number.
        kid: the receipt key's 32-byte thumbprint.
        size: tree size.
        index: the entry's leaf.
        path: inclusion path, leaf sibling first.
        time: ledger time, POSIX seconds.
        protected: the protected header's bytes.
        signature: over the root.
    """

    origin: str
    alg: int
    kid: bytes
    size: int
    index: int
    path: tuple[bytes, ...]
    time: int
    protected: bytes
    signature: bytes


def parse_receipt(data: bytes, what: str = "receipt") -> Receipt:
    """Return the receipt that these bytes spell.

    Raises:
        MalformedError: another format, or a proof of another size than the header's.
    """
    signed = parse_sign1(data, what)
    if signed.payload is not None:
        raise MalformedError(f"{what}.payload", came="a payload", expected="none: the root follows from entry and path")
    alg, kid, origin, time, size = _protected(signed.protected, what)
    proofs = signed.unprotected.get(VDP)
    inclusions = proofs.get(INCLUSION) if isinstance(proofs, dict) and proofs.keys() == {INCLUSION} else None
    if signed.unprotected.keys() != {VDP} or not isinstance(inclusions, list) or len(inclusions) != 1:
        raise MalformedError(what, came="other proofs", expected="exactly one inclusion proof")
    proved, index, path = _inclusion(inclusions[0], what)
    if proved != size:
        raise MalformedError(f"{what}.tree-size", came=proved, expected=f"{size}, as in the protected header")
    return Receipt(origin, alg, kid, size, index, path, time, signed.protected, signed.signature)


def format_receipt(*, protected: bytes, signature: bytes, size: int, index: int, path: list[bytes]) -> bytes:
    """Return the receipt's bytes."""
    proof = format_cbor([size, index, list[Value](path)])
    return format_sign1(Sign1(protected, {VDP: {INCLUSION: [proof]}}, None, signature))


def format_receipt_header(*, alg: int, kid: bytes, origin: str, time: int, size: int) -> bytes:
    """Return the protected header, the same for all receipts of one checkpoint; `time` in seconds."""
    claims: Value = {1: origin, 2: RECEIPT_SUBJECT, 6: time}
    return format_cbor({1: alg, 4: kid, 15: claims, VDS: RFC9162_SHA256, TREE_SIZE: size})


def receipt_root(receipt: Receipt, leaf: bytes) -> bytes:
    """Return the root to which the receipt's path leads from a leaf hash."""
    return root_of_inclusion(index=receipt.index, size=receipt.size, leaf=leaf, path=receipt.path)


def verify_receipt(receipt: Receipt, *, leaf: bytes, key: PublicKey, origin: str) -> bytes:
    """Return the root that the ledger signed for this entry. RFC 9942 §5.2.1.

    Raises:
        MismatchError: another ledger or key.
        NotIncludedError: the path has a hash too few or too many.
        BadSignatureError: the ledger did not sign the root.
    """
    if receipt.origin != origin:
        raise MismatchError("receipt.iss", came=receipt.origin, expected=origin)
    if (receipt.alg, receipt.kid) != (key.alg, key.kid):
        raise MismatchError("receipt.kid", came=receipt.kid, expected=key.kid.hex())
    root = receipt_root(receipt, leaf)
    verify_sign1(key, protected=receipt.protected, payload=root, signature=receipt.signature, what="receipt signature")
    return root


def _protected(protected: bytes, what: str) -> tuple[int, bytes, str, int, int]:
    header = parse_header(protected, what)
    if header.keys() != {1, 4, 15, VDS, TREE_SIZE} or header[VDS] != RFC9162_SHA256:
        raise MalformedError(what, came="other header labels", expected="exactly 1, 4, 15, 395 1 and tree-size")
    alg, kid, claims, size = header[1], header[4], header[15], header[TREE_SIZE]
    if not isinstance(alg, int) or alg not in ALGORITHM_NAMES or not isinstance(kid, bytes) or len(kid) != 32:
        raise MalformedError(what, came="another shape", expected="a known algorithm and a 32-byte thumbprint")
    if not isinstance(claims, dict) or claims.keys() != {1, 2, 6} or claims[2] != RECEIPT_SUBJECT:
        raise MalformedError(f"{what}.claims", came="other claims", expected=f"iss, sub {RECEIPT_SUBJECT}, iat")
    origin, time = claims[1], claims[6]
    if not isinstance(origin, str) or not isinstance(time, int) or not isinstance(size, int) or min(time, size) < 0:
        raise MalformedError(what, came="another shape", expected="an origin, a time and a size")
    return alg, kid, origin, time, size


def _inclusion(proof: Value, what: str) -> tuple[int, int, tuple[bytes, ...]]:
    value = parse_cbor(proof, f"{what}.proof") if isinstance(proof, bytes) else None
    if not isinstance(value, list) or len(value) != 3:
        raise MalformedError(f"{what}.proof", came="another shape", expected="[size, index, path]")
    size, index, path = value
    if not isinstance(size, int) or not isinstance(index, int) or not isinstance(path, list):
        raise MalformedError(f"{what}.proof", came="another shape", expected="[size, index, path]")
    if min(size, index) < 0 or not path:
        raise MalformedError(f"{what}.proof", came="another shape", expected="[size, index, path of 1 or more]")
    hashes = tuple(each for each in path if isinstance(each, bytes) and len(each) == 32)
    if len(hashes) != len(path):
        raise MalformedError(f"{what}.proof.path", came="another length", expected="hashes of 32 bytes")
    return size, index, hashes
