"""Event proofs: one event, small enough for a QR code, for whoever holds the registry (formats, section 17)."""

from __future__ import annotations

from dataclasses import dataclass

from verifier.errors import MalformedError
from verifier.primitives.cbor import Value
from verifier.proof.bundle import (
    Headers,
    SealPart,
    StatementPart,
    format_file,
    format_seals,
    format_statements,
    header_table,
    parse_file,
    parse_seals,
    parse_statements,
    require_bytes,
    require_labels,
)

WORD = "suyuan event"
MEDIA_TYPE = "application/vnd.suyuan.event+cbor"


@dataclass(frozen=True, slots=True)
class EventProof:
    """An event proof. Parsed, not verified.

    Attributes:
        checkpoint: the signed note's bytes.
        statement: one statement part with one event.
        seal: the seal that covers it, if its time is proved.
        path: shared path in the log.
    """

    checkpoint: bytes
    statement: StatementPart
    seal: SealPart | None
    path: bytes


def parse_event_proof(data: bytes) -> EventProof:
    """Return the proof that a file spells.

    Raises:
        MalformedError: another format, or not exactly one event.
        UnsupportedError: another version.
    """
    content = parse_file(data, WORD)
    require_labels(content, {3, 4, 8, 10}, {5}, WORD)
    headers = Headers(content[4], "headers")
    seals = parse_seals(content[5], headers) if 5 in content else ()
    statements = parse_statements(content[8], headers, "statement")
    if len(statements) != 1 or len(statements[0].events) != 1 or len(seals) > 1 or (5 in content and not seals):
        raise MalformedError(WORD, came="another shape", expected="one statement with one event, at most one seal")
    headers.require_all_used()
    seal = seals[0] if seals else None
    return EventProof(
        require_bytes(content[3], "checkpoint"), statements[0], seal, require_bytes(content[10], "log path")
    )


def format_event_proof(proof: EventProof) -> bytes:
    """Return the file's bytes."""
    seals = [proof.seal] if proof.seal else []
    headers = header_table([proof.statement], seals)
    content: dict[int | str, Value] = {
        3: proof.checkpoint,
        4: list[Value](headers),
        8: list[Value](format_statements([proof.statement], headers)),
        10: proof.path,
    }
    if seals:
        content[5] = list[Value](format_seals(seals, headers))
    return format_file(WORD, content)
