"""A second opinion: roots computed by somebody else's code, compared with ours."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Protocol

from verifier.errors import MismatchError
from verifier.proof.audit.findings import Findings, Place


class Roots(Protocol):
    """Another implementation of the RFC 6962 tree, as the entry points `suyuan.second_opinion` name it."""

    def __call__(self, leaves: Sequence[bytes], *, hashed: bool) -> bytes | None:
        """Return the root over leaves, or over leaf hashes; None where it cannot compute it."""
        ...


class Opinion:
    """Asks for every batch root and every tile root, and counts what could not be compared."""

    def __init__(self, name: str, roots: Roots, counts: Counter[str]) -> None:
        """Ask `roots`, which goes by a name."""
        self.name = name
        self._roots = roots
        self._counts = counts

    def compare_batch(self, heads: Sequence[bytes], root: bytes, findings: Findings, place: Place) -> None:
        """Compare the root of a batch over its heads."""
        self._compare("batches", self._roots(heads, hashed=False), root, findings, (place, None))

    def compare_tile(self, hashes: Sequence[bytes], root: bytes, findings: Findings, place: Place, at: int) -> None:
        """Compare the root over a tile's hashes."""
        self._compare("tiles", self._roots(hashes, hashed=True), root, findings, (place, at))

    def _compare(
        self, what: str, other: bytes | None, root: bytes, findings: Findings, where: tuple[Place, int | None]
    ) -> None:
        self._counts[f"opinion.{what}" if other is not None else f"opinion.not-compared.{what}"] += 1
        if other is not None and other != root:
            error = MismatchError("second opinion", came=other, expected=f"{root.hex()}, by our own code")
            findings.add(error, "opinion", *where)
