"""Statements: one signature over a batch of events, and hash envelopes (docs/formats.md, section 6)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256

from verifier.errors import MalformedError, MismatchError, TooLargeError
from verifier.ledgerformat.head import event_name
from verifier.ledgerformat.subject import is_participant
from verifier.primitives.cbor import Value, format_cbor, parse_cbor
from verifier.primitives.cose import format_bare_sign1, parse_header, parse_sign1, verify_sign1
from verifier.primitives.keys import ALGORITHM_NAMES, SIGNATURE_SIZES, PublicKey
from verifier.primitives.merkle import leaf_hash, tree_root
from verifier.primitives.tiles import MAX_ENTRY

BATCH_TYPE = "application/vnd.suyuan.batch+cbor"
BATCH_SUBJECT = "urn:suyuan:batch"
SEAL_TYPE = "application/vnd.suyuan.seal+cbor"
MAX_BATCH = 4_096


@dataclass(frozen=True, slots=True)
class Header:
    """The protected header of a batch statement or a hash envelope.

    Attributes:
        alg: COSE algorithm number.
        kid: 32-byte thumbprint of the signing key.
        issuer: participant URI.
        subject: `urn:suyuan:batch`, or what a hash envelope is about.
        audience: origins of the ledgers that it is meant for, sorted.
    """

    alg: int
    kid: bytes
    issuer: str
    subject: str
    audience: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement over a batch. Parsed, not verified.

    Attributes:
        header: its protected header, taken apart.
        protected: that header's bytes.
        payload: the payload's bytes.
        signature: as the algorithm has it.
        root: batch root, 32 bytes.
        count: events in the batch, 1 to 4,096.
        first: sequence number of the first event under this key.
    """

    header: Header
    protected: bytes
    payload: bytes
    signature: bytes
    root: bytes
    count: int
    first: int

    def __hash__(self) -> int:
        """Return a hash of what tells statements apart at once."""
        return hash(self.signature)

    @property
    def entry(self) -> bytes:
        """Return the log entry: the statement's bytes."""
        return format_bare_sign1(protected=self.protected, payload=self.payload, signature=self.signature)

    def verify(self, key: PublicKey) -> None:
        """Return if `key` signed it; raise BadSignatureError if not."""
        _require_same_key(self.header, key)
        verify_sign1(
            key, protected=self.protected, payload=self.payload, signature=self.signature, what="statement signature"
        )


@dataclass(frozen=True, slots=True)
class Envelope:
    """A hash envelope (RFC 9995): a digest of something outside. Parsed, not verified."""

    header: Header
    protected: bytes
    digest: bytes
    signature: bytes

    @property
    def entry(self) -> bytes:
        """Return the log entry."""
        return format_bare_sign1(protected=self.protected, payload=self.digest, signature=self.signature)

    def verify(self, key: PublicKey) -> None:
        """Return if `key` signed it; raise BadSignatureError if not."""
        _require_same_key(self.header, key)
        verify_sign1(
            key, protected=self.protected, payload=self.digest, signature=self.signature, what="envelope signature"
        )


def parse_entry(entry: bytes, what: str = "statement") -> Statement | Envelope:
    """Return the statement or hash envelope that these bytes spell. A seal is neither.

    Raises:
        MalformedError: another format.
        TooLargeError: over 65,535 bytes.
    """
    if len(entry) > MAX_ENTRY:
        raise TooLargeError(what, came=f"{len(entry)} bytes", expected=f"at most {MAX_ENTRY}")
    signed = parse_sign1(entry, what)
    if signed.unprotected or signed.payload is None:
        raise MalformedError(what, came="an unprotected header or no payload", expected="an empty map and a payload")
    if _is_envelope_header(signed.protected, what):
        if len(signed.payload) != 32:
            raise MalformedError(f"{what}.payload", came=f"{len(signed.payload)} bytes", expected="a 32-byte digest")
        header = parse_envelope_header(signed.protected, what)
        _require_signature_size(header, signed.signature, what)
        return Envelope(header, signed.protected, signed.payload, signed.signature)
    return _statement(signed.protected, signed.payload, signed.signature, what)


def parse_statement(entry: bytes, what: str = "statement") -> Statement:
    """Return the batch statement that these bytes spell; a hash envelope is refused."""
    return require_batch(parse_entry(entry, what), what)


def require_batch(parsed: Statement | Envelope, what: str = "statement") -> Statement:
    """Return a parsed entry that is a batch statement; raise MalformedError for a hash envelope."""
    if isinstance(parsed, Envelope):
        raise MalformedError(what, came="a hash envelope", expected="a statement over a batch")
    return parsed


def build_statement(
    *, protected: bytes, root: bytes, count: int, first: int, signature: bytes, what: str = "statement"
) -> Statement:
    """Return the statement that follows from its parts, as proof files carry them."""
    return _statement(protected, format_payload(root=root, count=count, first=first), signature, what)


def _statement(protected: bytes, payload: bytes, signature: bytes, what: str) -> Statement:
    header = parse_batch_header(protected, what)
    value = parse_cbor(payload, f"{what}.payload")
    if not isinstance(value, list) or len(value) != 4 or value[0] != 1:
        raise MalformedError(f"{what}.payload", came="another shape", expected="[1, root, count, first]")
    _, root, count, first = value
    if not isinstance(root, bytes) or len(root) != 32:
        raise MalformedError(f"{what}.payload.root", came=root, expected="32 bytes")
    if not isinstance(count, int) or not 1 <= count <= MAX_BATCH:
        raise MalformedError(f"{what}.payload.count", came=count, expected=f"1 to {MAX_BATCH}")
    if not isinstance(first, int) or not 0 <= first < 1 << 53:
        raise MalformedError(f"{what}.payload.first", came=first, expected="a sequence number below 2**53")
    _require_signature_size(header, signature, what)
    return Statement(header, protected, payload, signature, root, count, first)


def statement_identity(statement: Statement | Envelope) -> bytes:
    """Return what makes two statements the same, 32 bytes: protected header and payload, not the signature."""
    payload = statement.payload if isinstance(statement, Statement) else statement.digest
    return sha256(format_cbor([statement.protected, payload])).digest()


def batch_root(heads: Sequence[bytes]) -> bytes:
    """Return the RFC 6962 root over the heads' bytes."""
    return tree_root([event_name(head) for head in heads])


def check_batch(statement: Statement, heads: Sequence[bytes], what: str = "heads") -> None:
    """Return if these are the heads that the statement signs; raise MismatchError if not."""
    check_batch_names(statement, [event_name(head) for head in heads], what)


def check_batch_names(statement: Statement, names: Sequence[bytes], what: str = "heads") -> None:
    """Return if these are the names of the heads that the statement signs; raise MismatchError if not."""
    if len(names) != statement.count:
        raise MismatchError(what, came=f"{len(names)} heads", expected=f"the {statement.count} of the statement")
    if tree_root(names) != statement.root:
        raise MismatchError(what, came="another batch root", expected=statement.root.hex())


def statement_leaf(entry: bytes) -> bytes:
    """Return the entry's leaf hash in the log."""
    return leaf_hash(entry)


def format_batch_header(*, alg: int, kid: bytes, issuer: str, audience: Sequence[str]) -> bytes:
    """Return a batch statement's protected header."""
    claims: Value = {1: issuer, 2: BATCH_SUBJECT, 3: list[Value](audience)}
    return format_cbor({1: alg, 3: BATCH_TYPE, 4: kid, 15: claims})


def format_envelope_header(*, alg: int, kid: bytes, issuer: str, subject: str, audience: Sequence[str]) -> bytes:
    """Return a hash envelope's protected header."""
    claims: Value = {1: issuer, 2: subject, 3: list[Value](audience)}
    return format_cbor({1: alg, 4: kid, 15: claims, 258: -16})


def format_payload(*, root: bytes, count: int, first: int) -> bytes:
    """Return a batch statement's payload."""
    return format_cbor([1, root, count, first])


@lru_cache(maxsize=1024)
def _is_envelope_header(protected: bytes, what: str) -> bool:
    return 258 in parse_header(protected, what)


@lru_cache(maxsize=1024)
def parse_batch_header(protected: bytes, what: str = "statement") -> Header:
    """Return the header of a batch statement; equal bytes are read once."""
    header = parse_header(protected, what)
    if header.get(3) == SEAL_TYPE:
        raise MalformedError(
            f"{what}.content type", came=SEAL_TYPE, expected="a batch; seals come from the ledger only"
        )
    if header.keys() != {1, 3, 4, 15} or header[3] != BATCH_TYPE:
        raise MalformedError(what, came="other header labels", expected=f"exactly 1, 3 {BATCH_TYPE}, 4 and 15")
    parsed = _header(header, what)
    if parsed.subject != BATCH_SUBJECT:
        raise MalformedError(f"{what}.sub", came=parsed.subject, expected=BATCH_SUBJECT)
    return parsed


@lru_cache(maxsize=1024)
def parse_envelope_header(protected: bytes, what: str = "envelope") -> Header:
    """Return the header of a hash envelope. RFC 9995 §3."""
    header = parse_header(protected, what)
    if not {1, 4, 15, 258} <= header.keys() <= {1, 4, 15, 258, 259, 260} or header[258] != -16:
        raise MalformedError(what, came="other header labels", expected="1, 4, 15, 258 -16, and at most 259 and 260")
    kind = header.get(259, "")
    if not (isinstance(kind, str) or (isinstance(kind, int) and kind >= 0)) or not isinstance(header.get(260, ""), str):
        raise MalformedError(what, came="another shape", expected="259 a text or unsigned number, 260 a text")
    parsed = _header(header, what)
    if parsed.subject.startswith(("urn:suyuan:batch", "urn:suyuan:seal", "urn:suyuan:receipt")):
        raise MalformedError(f"{what}.sub", came=parsed.subject, expected="a subject of the issuer's own")
    return parsed


def _header(header: Mapping[int | str, Value], what: str) -> Header:
    alg, kid, claims = header[1], header[4], header[15]
    if not isinstance(alg, int) or alg not in ALGORITHM_NAMES:
        raise MalformedError(f"{what}.alg", came=alg, expected=f"one of {sorted(ALGORITHM_NAMES)}")
    if not isinstance(kid, bytes) or len(kid) != 32:
        raise MalformedError(f"{what}.kid", came=kid, expected="a 32-byte thumbprint")
    if not isinstance(claims, dict) or claims.keys() != {1, 2, 3}:
        raise MalformedError(f"{what}.claims", came="other claims", expected="exactly iss, sub and aud")
    issuer, subject, audience = claims[1], claims[2], claims[3]
    if not isinstance(issuer, str) or not is_participant(issuer):
        raise MalformedError(f"{what}.iss", came=issuer, expected="an agency or enterprise URI")
    if not isinstance(subject, str) or not 0 < len(subject) <= 256:
        raise MalformedError(f"{what}.sub", came=subject, expected="1 to 256 characters")
    if not isinstance(audience, list) or not audience or not all(isinstance(each, str) for each in audience):
        raise MalformedError(f"{what}.aud", came=audience, expected="a list of ledger origins")
    origins = [str(each) for each in audience]
    if sorted(set(origins)) != origins:
        raise MalformedError(f"{what}.aud", came=audience, expected="sorted origins, none twice")
    return Header(alg, kid, issuer, subject, tuple(origins))


def _require_signature_size(header: Header, signature: bytes, what: str) -> None:
    if len(signature) != SIGNATURE_SIZES[header.alg]:
        expected = f"{SIGNATURE_SIZES[header.alg]} for {ALGORITHM_NAMES[header.alg]}"
        raise MalformedError(f"{what}.signature", came=f"{len(signature)} bytes", expected=expected)


def _require_same_key(header: Header, key: PublicKey) -> None:
    """Refuse a header that names another key or algorithm than the one that is asked to verify it."""
    if header.alg != key.alg or header.kid != key.kid:
        raise MismatchError("statement.kid", came=header.kid, expected=key.kid.hex())
