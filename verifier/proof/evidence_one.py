"""The parts that every file about one event of one statement has (docs/formats.md, section 17)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from verifier.errors import MalformedError
from verifier.ledgerformat.index import IndexProof, format_index_proof, parse_index_proof
from verifier.primitives.cbor import Value
from verifier.proof.bundle import (
    Headers,
    SealPart,
    StatementPart,
    format_seals,
    format_statements,
    header_table,
    parse_seals,
    parse_statements,
    require_bytes,
)


@dataclass(frozen=True, slots=True)
class OneEvent:
    """Evidence about one event. Parsed, not confirmed.

    Attributes:
        charter: statement parts of the charters and their approvals.
        checkpoint: the signed note's bytes.
        seals: the seals that cover what the other parts show, and last that of the statement's block.
        statement: the statement with the one event that is judged; its body RESTRICTED where it is not shown.
        registry: statement parts of the registry histories that are shown.
        proof: of these histories, under the root of the last seal.
        path: shared path in the log.
    """

    charter: tuple[StatementPart, ...]
    checkpoint: bytes
    seals: tuple[SealPart, ...]
    statement: StatementPart
    registry: tuple[StatementPart, ...]
    proof: IndexProof
    path: bytes

    @property
    def parts(self) -> tuple[StatementPart, ...]:
        """Return every statement part but the charter's."""
        return (*self.registry, self.statement)


OneEventParts = tuple[
    tuple[StatementPart, ...], bytes, tuple[SealPart, ...], StatementPart, tuple[StatementPart, ...], IndexProof, bytes
]


def parse_one_event(content: Mapping[int | str, Value], headers: Headers) -> OneEventParts:
    """Return the parts that the content of a file spells, in the order of `OneEvent`.

    Raises:
        MalformedError: one of them is not spelled as it must be, or there is more than one event.
    """
    seals = parse_seals(content[5], headers)
    charter = parse_statements(content[6], headers, "charter")
    statements = parse_statements(content[8], headers, "statement")
    registry = parse_statements(content[16], headers, "registry")
    if len(statements) != 1 or len(statements[0].events) != 1:
        raise MalformedError("statement", came="another shape", expected="one statement with one event")
    checkpoint, path = require_bytes(content[3], "checkpoint"), require_bytes(content[10], "log path")
    return charter, checkpoint, seals, statements[0], registry, parse_index_proof(content[7]), path


def format_one_event(evidence: OneEvent, kind: str) -> tuple[dict[int | str, Value], list[bytes]]:
    """Return these parts as a file's content, and the table of headers that its further parts are spelled with."""
    headers = header_table([*evidence.charter, *evidence.parts], evidence.seals)
    content: dict[int | str, Value] = {
        3: evidence.checkpoint,
        4: list[Value](headers),
        5: list[Value](format_seals(evidence.seals, headers)),
        6: list[Value](format_statements(evidence.charter, headers)),
        7: list[Value](format_index_proof(evidence.proof)),
        8: list[Value](format_statements([evidence.statement], headers)),
        10: evidence.path,
        13: kind,
        16: list[Value](format_statements(evidence.registry, headers)),
    }
    return content, headers
