"""Charter files: charters and their approvals, for whoever checks a receipt years later (formats, section 17)."""

from __future__ import annotations

from verifier.primitives.cbor import Value
from verifier.proof.bundle import (
    Headers,
    StatementPart,
    format_file,
    format_statements,
    header_table,
    parse_file,
    parse_statements,
    require_labels,
)

WORD = "suyuan charter"
MEDIA_TYPE = "application/vnd.suyuan.charter+cbor"


def parse_charter_file(data: bytes) -> tuple[StatementPart, ...]:
    """Return the statement parts of a charter file. Parsed, not verified."""
    content = parse_file(data, WORD)
    require_labels(content, {4, 6}, set(), WORD)
    headers = Headers(content[4], "headers")
    parts = parse_statements(content[6], headers, "charter")
    headers.require_all_used()
    return parts


def format_charter_file(parts: tuple[StatementPart, ...]) -> bytes:
    """Return the file's bytes."""
    headers = header_table(parts)
    return format_file(WORD, {4: list[Value](headers), 6: list[Value](format_statements(parts, headers))})
