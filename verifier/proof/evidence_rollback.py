"""Evidence of a rollback: a smaller log, signed after a larger one (formats, section 17).

A ledger signs each size once, in rising order. Its own timed lines tell when.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from verifier.errors import InconsistentError
from verifier.primitives.cbor import Value
from verifier.primitives.checkpoint import Checkpoint, parse_signed_checkpoint, verify_line
from verifier.primitives.note import NoteKey
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
)
from verifier.proof.evidence import WORD, established, verified_checkpoint
from verifier.proof.examination import Standpoint

KIND = "rollback"


@dataclass(frozen=True, slots=True)
class RollbackEvidence:
    """Evidence of a rollback. Parsed, not confirmed.

    Attributes:
        charter: statement parts of the charters and their approvals.
        first: the signed note of the smaller size.
        second: that of the larger one.
    """

    charter: tuple[StatementPart, ...]
    first: bytes
    second: bytes


@dataclass(frozen=True, slots=True)
class Rollback:
    """A rollback that was confirmed: `sizes`, the smaller first, and when each was signed (POSIX seconds)."""

    origin: str
    sizes: tuple[int, int]
    times: tuple[int, int]


def parse_rollback_evidence(content: Mapping[int | str, Value]) -> RollbackEvidence:
    """Return the evidence that the content of a file spells."""
    require_labels(content, {4, 6, 11, 13}, set(), WORD)
    headers = Headers(content[4], "headers")
    charter = parse_statements(content[6], headers, "charter")
    headers.require_all_used()
    first, second = (require_bytes(each, "checkpoint") for each in require_list(content[11], "checkpoints", 2))
    return RollbackEvidence(charter, first, second)


def format_rollback_evidence(charter: Sequence[StatementPart], first: bytes, second: bytes) -> bytes:
    """Return the file's bytes; the note of the smaller size first."""
    headers = header_table(charter)
    content: dict[int | str, Value] = {
        4: list[Value](headers),
        6: list[Value](format_statements(charter, headers)),
        11: [first, second],
        13: KIND,
    }
    return format_file(WORD, content)


def confirm_rollback(evidence: RollbackEvidence, standpoint: Standpoint) -> Rollback:
    """Return the rollback, once it is certain that the ledger signed the smaller log later.

    Raises:
        UntrustedError: not of the ledger that the policy pins, or not signed by it.
        InconsistentError: it did not: this is no evidence.
    """
    _, registry = established(evidence.charter, standpoint)
    charters = registry.charters
    logs = [key for charter in charters for key in charter.policy.logs]
    smaller, larger = (verified_checkpoint(note, charters) for note in (evidence.first, evidence.second))
    later, earlier = _signed_at(evidence.first, smaller, logs), _signed_at(evidence.second, larger, logs)
    if not 0 < smaller.size < larger.size or later is None or earlier is None or later <= earlier:
        came = f"sizes {smaller.size} and {larger.size}, signed at {later} and {earlier}"
        raise InconsistentError("checkpoints", came=came, expected="the smaller one signed later")
    return Rollback(charters[-1].origin, (smaller.size, larger.size), (later, earlier))


def _signed_at(signed_note: bytes, checkpoint: Checkpoint, logs: Sequence[NoteKey]) -> int | None:
    """Return when the ledger signed a checkpoint, POSIX seconds, by its own timed line; None where it has none."""
    _, note = parse_signed_checkpoint(signed_note)
    keys = {(key.name, key.key_id): key for key in logs}
    lines = (verify_line(keys[line.name, line.key_id], checkpoint, line) for line in note.signatures
             if (line.name, line.key_id) in keys)  # fmt: skip
    return next((each.time for each in lines if each.time), None)
