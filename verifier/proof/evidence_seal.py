"""Evidence of a broken seal: one that does not continue the chain of the seals (formats, sections 9 and 17).

One or two entries of the log are all there is to show. Which key seals is not asked: that follows from a charter, and
a file that leaves the newest one out would convict whoever is honest.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from verifier.errors import InconsistentError, MalformedError, MismatchError, SuyuanError, UnsupportedError
from verifier.ledgerformat.seal import MAPPING_VERSION, Seal, is_seal, parse_seal, parse_seal_header
from verifier.primitives.cbor import Value, parse_cbor
from verifier.primitives.cose import parse_header, parse_sign1
from verifier.primitives.keys import ALGORITHM_NAMES
from verifier.primitives.merkle import leaf_hash, root_of_shared_path
from verifier.proof.bundle import (
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
from verifier.proof.examination import Standpoint

KIND = "broken seal"
LAST, SHAPE, ORIGIN, COVERED, FIRST = "last", "shape", "origin", "covered", "first"
PREVIOUS, TIME = "previous", "time"
REASONS = (LAST, SHAPE, ORIGIN, COVERED, FIRST, PREVIOUS, TIME)
_ALONE = "a seal of this leaf: by itself it convicts, with another it does not"


@dataclass(frozen=True, slots=True)
class SealEvidence:
    """Evidence of a broken seal. Parsed, not confirmed.

    Attributes:
        charter: statement parts of the charters and their approvals.
        checkpoint: the signed note's bytes.
        entries: the seal's, and perhaps one before it, by leaf.
        path: shared path in the log.
    """

    charter: tuple[StatementPart, ...]
    checkpoint: bytes
    entries: Mapping[int, bytes]
    path: bytes


@dataclass(frozen=True, slots=True)
class BrokenSeal:
    """A broken seal that was confirmed: the ledger, the leaves that are shown, and what does not fit."""

    origin: str
    leaves: tuple[int, ...]
    reason: Reason


def parse_seal_evidence(content: Mapping[int | str, Value]) -> SealEvidence:
    """Return the evidence that the content of a file spells."""
    require_labels(content, {3, 4, 6, 10, 13, 15}, set(), WORD)
    headers = Headers(content[4], "headers")
    charter = parse_statements(content[6], headers, "charter")
    headers.require_all_used()
    pairs = [require_list(each, "entry", 2) for each in require_list(content[15], "entries")]
    leaves = [require_number(leaf, "entry.leaf") for leaf, _ in pairs]
    if not 1 <= len(leaves) <= 2 or sorted(set(leaves)) != leaves:
        raise MalformedError("entries", came=f"leaves {leaves}", expected="one or two, by leaf, none twice")
    entries = {leaf: require_bytes(entry, "entry") for leaf, (_, entry) in zip(leaves, pairs, strict=True)}
    path = require_bytes(content[10], "log path")
    return SealEvidence(charter, require_bytes(content[3], "checkpoint"), entries, path)


def format_seal_evidence(evidence: SealEvidence) -> bytes:
    """Return the file's bytes."""
    headers = header_table(evidence.charter)
    content: dict[int | str, Value] = {
        3: evidence.checkpoint,
        4: list[Value](headers),
        6: list[Value](format_statements(evidence.charter, headers)),
        10: evidence.path,
        13: KIND,
        15: [[leaf, entry] for leaf, entry in sorted(evidence.entries.items())],
    }
    return format_file(WORD, content)


def confirm_broken_seal(evidence: SealEvidence, standpoint: Standpoint) -> BrokenSeal:
    """Return why a seal breaks the chain, once it is certain that the ledger recorded it there.

    Raises:
        UntrustedError: not of the ledger that the policy pins, or not signed by it.
        InconsistentError: what is shown fits: this is no evidence.
        UnsupportedError: a seal of another version than this one.
        VerificationError: the file does not hold together.
    """
    _, registry = established(evidence.charter, standpoint)
    checkpoint = verified_checkpoint(evidence.checkpoint, registry.charters)
    leaves = {leaf: leaf_hash(entry) for leaf, entry in evidence.entries.items()}
    root = root_of_shared_path(checkpoint.size, leaves, evidence.path, "log path")
    if root != checkpoint.root:
        raise MismatchError("log root", came=root, expected=checkpoint.root.hex())
    reason = reason_against_seal(evidence.entries, size=checkpoint.size, origin=checkpoint.origin)
    if reason is None:
        raise InconsistentError("entries", came="what can stand there", expected="a broken chain: no evidence")
    return BrokenSeal(checkpoint.origin, tuple(sorted(leaves)), reason)


def reason_against_seal(entries: Mapping[int, bytes], *, size: int, origin: str) -> Reason | None:
    """Return why the last of one or two entries breaks the chain of the seals, None where it does not.

    Args:
        entries: of the log, by leaf.
        size: of the log as the ledger signed it.
        origin: of the ledger.

    Raises:
        MalformedError: the seal, or the one before, does not even hold by itself; then nothing is said of two.
        UnsupportedError: a seal of another version than this one.
    """
    *before, (leaf, entry) = sorted(entries.items())
    if before:
        return _between(*before[0], leaf, entry, origin)
    if not has_seal_type(entry):
        error = MismatchError("entry", came="no seal", expected="the seal of its block, the last leaf of a checkpoint")
        return Reason(LAST, error) if leaf == size - 1 else None
    return _alone(leaf, entry, origin)


def has_seal_type(entry: bytes) -> bool:
    """Return whether an entry has the seals' content type; what cannot be read has none."""
    try:
        return is_seal(entry)
    except SuyuanError:
        return False


def _alone(leaf: int, entry: bytes, origin: str) -> Reason | None:
    _require_supported(entry)
    try:
        signed = parse_seal(entry)
    except SuyuanError as error:
        return Reason(SHAPE, error)
    _, _, named = parse_seal_header(signed.protected)
    if named != origin:
        return Reason(ORIGIN, MismatchError("seal.iss", came=named, expected=origin))
    if signed.seal.covered != leaf:
        expected = f"{leaf}, its own leaf"
        return Reason(COVERED, MismatchError("seal.covered", came=signed.seal.covered, expected=expected))
    return None


def _between(earlier: int, before: bytes, leaf: int, entry: bytes, origin: str) -> Reason | None:
    """Return what does not fit between a seal and an entry before it."""
    seal = _sound(leaf, entry, origin)
    follows, inside = earlier == seal.first - 1, earlier >= seal.first
    if inside:
        return _misplaced(earlier, leaf, seal) if has_seal_type(before) else None
    if not has_seal_type(before):
        return _misplaced(earlier, leaf, seal) if follows else None
    older = _sound(earlier, before, origin)
    if follows and seal.previous != leaf_hash(before):
        came = seal.previous or "none"
        error = MismatchError("seal.previous", came=came, expected=f"{leaf_hash(before).hex()}, of leaf {earlier}")
        return Reason(PREVIOUS, error)
    if seal.time <= older.time:
        error = MismatchError("seal.time", came=seal.time, expected=f"later than {older.time}, of leaf {earlier}")
        return Reason(TIME, error)
    return None


def _misplaced(earlier: int, leaf: int, seal: Seal) -> Reason:
    stands = "a seal" if earlier >= seal.first else "no seal"
    came = f"{seal.first}, with {stands} at leaf {earlier}"
    return Reason(FIRST, MismatchError("seal.first", came=came, expected=f"behind the last seal before leaf {leaf}"))


def _sound(leaf: int, entry: bytes, origin: str) -> Seal:
    """Return a seal that holds by itself."""
    if not has_seal_type(entry) or _alone(leaf, entry, origin):
        raise MalformedError("entries", came=f"something else at leaf {leaf}", expected=_ALONE)
    return parse_seal(entry).seal


def _require_supported(entry: bytes) -> None:
    """Refuse a seal of another version: whoever does not know the format cannot say that it is broken.

    Raises:
        UnsupportedError: another version or mapping, or an algorithm that has no name here.
    """
    signed = parse_sign1(entry)
    alg = parse_header(signed.protected, "seal").get(1)
    if alg not in ALGORITHM_NAMES:
        raise UnsupportedError("seal.alg", came=alg, expected="a known algorithm", todo="Update this verifier.")
    try:
        payload = parse_cbor(signed.payload or b"", "seal")
    except SuyuanError:
        return
    versions = [payload[0], *payload[6:7]] if isinstance(payload, list) and payload else []
    for version, known in zip(versions, (1, MAPPING_VERSION), strict=False):
        if isinstance(version, int) and version != known:
            raise UnsupportedError("seal version", came=version, expected=str(known), todo="Update this verifier.")
