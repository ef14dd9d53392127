"""What files of evidence that rests on registry histories have alike (docs/formats.md, section 17)."""

from __future__ import annotations

from typing import Protocol

from verifier.ledgerformat.index import IndexProof, format_index_proof
from verifier.primitives.cbor import Value
from verifier.proof.bundle import SealPart, StatementPart, format_seals, format_statements, header_table


class Resting(Protocol):
    """Evidence that shows registry histories whole, under the root of its last seal."""

    @property
    def charter(self) -> tuple[StatementPart, ...]:
        """Return the parts of the charters and their approvals."""

    @property
    def checkpoint(self) -> bytes:
        """Return the signed note's bytes."""

    @property
    def seals(self) -> tuple[SealPart, ...]:
        """Return the seals that are shown."""

    @property
    def registry(self) -> tuple[StatementPart, ...]:
        """Return the parts of the registry histories that it rests on."""

    @property
    def proof(self) -> IndexProof:
        """Return the proof of these histories, under the root of the last seal."""

    @property
    def path(self) -> bytes:
        """Return the shared path in the log."""


def resting_members(evidence: Resting, kind: str) -> dict[int | str, Value]:
    """Return the members by their labels; a kind may have more."""
    headers = header_table([*evidence.charter, *evidence.registry], evidence.seals)
    return {
        3: evidence.checkpoint,
        4: list[Value](headers),
        5: list[Value](format_seals(evidence.seals, headers)),
        6: list[Value](format_statements(evidence.charter, headers)),
        7: list[Value](format_index_proof(evidence.proof)),
        10: evidence.path,
        13: kind,
        16: list[Value](format_statements(evidence.registry, headers)),
    }
