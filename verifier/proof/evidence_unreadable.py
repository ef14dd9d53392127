"""Evidence of what cannot be read: an entry, a head or a body in the log that is not in the format (formats, 17).

Nothing else is asked: whoever signed it, a ledger records only what it could read. What may be of a version that this
verifier does not know convicts nobody.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from verifier.errors import InconsistentError, MalformedError, MismatchError, SuyuanError, UnsupportedError
from verifier.ledgerformat.body import body_hash, parse_body
from verifier.ledgerformat.head import parse_head
from verifier.ledgerformat.statement import BATCH_TYPE, SEAL_TYPE, parse_entry
from verifier.primitives.cbor import Value, parse_cbor
from verifier.primitives.checkpoint import Checkpoint
from verifier.primitives.cose import parse_sign1
from verifier.primitives.keys import ALGORITHM_NAMES
from verifier.primitives.merkle import leaf_hash, root_of_shared_path
from verifier.proof.bundle import (
    RESTRICTED,
    EventPart,
    Headers,
    StatementPart,
    format_file,
    format_statements,
    header_table,
    parse_statements,
    require_bytes,
    require_labels,
    require_list,
    require_number,
)
from verifier.proof.evidence import WORD, established, verified_checkpoint
from verifier.proof.evidence_reasons import Reason
from verifier.proof.evidence_seal import has_seal_type
from verifier.proof.examination import Standpoint

KIND = "unreadable entry"
ENTRY, HEAD, BODY = "entry", "head", "body"
REASONS = (ENTRY, HEAD, BODY)
_ENVELOPE_HASH, _SHA_256 = 258, -16
_UPDATE = "Update this verifier."


@dataclass(frozen=True, slots=True)
class UnreadableEvidence:
    """Evidence of what cannot be read. Parsed, not confirmed.

    Attributes:
        charter: statement parts of the charters and their approvals.
        checkpoint: the signed note's bytes.
        shown: the entry with its leaf; or the statement with the one event of which head or body cannot be read.
        path: shared path in the log.
    """

    charter: tuple[StatementPart, ...]
    checkpoint: bytes
    shown: tuple[int, bytes] | StatementPart
    path: bytes


@dataclass(frozen=True, slots=True)
class Unreadable:
    """What cannot be read, confirmed: the ledger, the leaf, the event's position if it is one's, and why."""

    origin: str
    leaf: int
    position: int | None
    reason: Reason


def parse_unreadable_evidence(content: Mapping[int | str, Value]) -> UnreadableEvidence:
    """Return the evidence that the content of a file spells."""
    require_labels(content, {3, 4, 6, 10, 13}, {8, 15}, WORD)
    if (8 in content) == (15 in content):
        raise MalformedError(WORD, came="both or neither", expected="an entry, or a statement with one event")
    headers = Headers(content[4], "headers")
    charter = parse_statements(content[6], headers, "charter")
    shown = _event(content[8], headers) if 8 in content else _entry(content[15])
    headers.require_all_used()
    path = require_bytes(content[10], "log path")
    return UnreadableEvidence(charter, require_bytes(content[3], "checkpoint"), shown, path)


def _entry(value: Value) -> tuple[int, bytes]:
    ((leaf, entry),) = [require_list(each, "entry", 2) for each in require_list(value, "entries", 1)]
    return require_number(leaf, "entry.leaf"), require_bytes(entry, "entry")


def _event(value: Value, headers: Headers) -> StatementPart:
    (part,) = parse_statements(require_list(value, "statement", 1), headers, "statement")
    event = part.events[0]
    if len(part.events) != 1 or event.disclosures or not (isinstance(event.body, bytes) or event.body == RESTRICTED):
        raise MalformedError("statement", came="another shape", expected="one event: a head, and a body or none")
    return part


def format_unreadable_evidence(evidence: UnreadableEvidence) -> bytes:
    """Return the file's bytes."""
    parts = [evidence.shown] if isinstance(evidence.shown, StatementPart) else []
    headers = header_table([*evidence.charter, *parts])
    content: dict[int | str, Value] = {
        3: evidence.checkpoint,
        4: list[Value](headers),
        6: list[Value](format_statements(evidence.charter, headers)),
        10: evidence.path,
        13: KIND,
    }
    if isinstance(evidence.shown, StatementPart):
        content[8] = list[Value](format_statements(parts, headers))
    else:
        content[15] = [list[Value](evidence.shown)]
    return format_file(WORD, content)


def confirm_unreadable(evidence: UnreadableEvidence, standpoint: Standpoint) -> Unreadable:
    """Return why something cannot be read, once it is certain that the ledger recorded it.

    Raises:
        UntrustedError: not of the ledger that the policy pins, or not signed by it.
        InconsistentError: it can be read: this is no evidence.
        UnsupportedError: an entry of a version, algorithm or content type that is not known here.
        VerificationError: the file does not hold together.
    """
    found, registry = established(evidence.charter, standpoint)
    checkpoint = verified_checkpoint(evidence.checkpoint, registry.charters)
    shown = evidence.shown
    if isinstance(shown, StatementPart):
        _require_logged(checkpoint, shown.leaf, found.statement(shown).entry, evidence.path)
        leaf, position, reason = shown.leaf, shown.events[0].position, reason_against_event(shown.events[0])
    else:
        _require_logged(checkpoint, *shown, evidence.path)
        leaf, position, reason = shown[0], None, reason_against_entry(shown[1])
    if reason is None:
        raise InconsistentError("entry", came="what can be read", expected="what cannot: no evidence")
    return Unreadable(registry.charters[-1].origin, leaf, position, reason)


def reason_against_entry(entry: bytes) -> Reason | None:
    """Return why an entry is neither statement, hash envelope nor seal, None where it is one.

    Raises:
        UnsupportedError: it may be one of a version, algorithm or content type that is not known here.
    """
    _require_supported(entry)
    try:
        if not has_seal_type(entry):  # a broken one is evidence of another kind
            parse_entry(entry, "entry")
    except SuyuanError as error:
        return Reason(ENTRY, error)
    return None


def reason_against_event(shown: EventPart) -> Reason | None:
    """Return why head or body of an event cannot be read, None where they can, as far as they are shown.

    Raises:
        MismatchError: another body than the head's.
    """
    try:
        head = parse_head(shown.head)
    except SuyuanError as error:
        return Reason(HEAD, error)
    if not isinstance(shown.body, bytes):
        return None
    if body_hash(shown.body) != head.body:
        raise MismatchError("body", came="other bytes", expected=f"a body with hash {head.body.hex()}")
    try:
        parse_body(shown.body)
    except SuyuanError as error:
        return Reason(BODY, error)
    return None


def _require_logged(checkpoint: Checkpoint, leaf: int, entry: bytes, path: bytes) -> None:
    root = root_of_shared_path(checkpoint.size, {leaf: leaf_hash(entry)}, path, "log path")
    if root != checkpoint.root:
        raise MismatchError("log root", came=root, expected=checkpoint.root.hex())


def _require_supported(entry: bytes) -> None:
    """Refuse what another version may spell so: whoever does not know a format cannot say that nobody can read it."""
    try:
        signed = parse_sign1(entry)
        header = parse_cbor(signed.protected, "entry")
    except SuyuanError:
        return
    if not isinstance(header, dict):
        return
    alg, kind, digest = header.get(1), header.get(3), header.get(_ENVELOPE_HASH)
    if isinstance(alg, int) and alg not in ALGORITHM_NAMES:
        raise UnsupportedError("entry.alg", came=alg, expected="a known algorithm", todo=_UPDATE)
    if isinstance(kind, str) and kind not in (BATCH_TYPE, SEAL_TYPE):
        raise UnsupportedError("entry.content type", came=kind, expected="one that is known", todo=_UPDATE)
    if isinstance(digest, int) and digest != _SHA_256:
        raise UnsupportedError("entry.hash", came=digest, expected="SHA-256", todo=_UPDATE)
    if kind == BATCH_TYPE and _ENVELOPE_HASH not in header:
        _require_version(signed.payload)


def _require_version(payload: bytes | None) -> None:
    try:
        value = parse_cbor(payload or b"", "payload")
    except SuyuanError:
        return
    version = value[0] if isinstance(value, list) and value else None
    if isinstance(version, int) and version != 1:
        raise UnsupportedError("entry version", came=version, expected="1", todo=_UPDATE)
