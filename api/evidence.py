"""Evidence against the ledger that its operator was given and shows: files `*.evidence` of one folder.

Whoever is convicted by a file may of course not show it: that no evidence lies here is this server's word only.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from ledger.errors import UnknownError
from ledger.ledger import Ledger
from verifier.errors import SuyuanError
from verifier.ledgerformat.trust_policy import TrustPolicy
from verifier.primitives.merkle import leaf_hash
from verifier.proof.evidence_kinds import confirm_evidence
from verifier.proof.examination import Standpoint
from verifier.vocabulary import registry_types

SUFFIX = ".evidence"
_MOST_FILES, _MOST_BYTES = 64, 4 << 20


@dataclass(frozen=True, slots=True)
class Held:
    """An evidence file.

    Attributes:
        path: where it lies.
        digest: SHA-256 of it, 32 bytes.
        outcome: what it proves, as verdicts have it (`fork`, `wrong-index`, …); None where it proves nothing here.
        error: why not, empty where it does.
    """

    path: Path
    digest: bytes
    outcome: str | None
    error: str = ""

    @property
    def told(self) -> dict[str, Any]:
        """Return what is told of it."""
        named = {"digest": self.digest.hex(), "outcome": self.outcome, "error": self.error}
        return named | {"file": f"/status/evidence/{self.digest.hex()}"}


class EvidenceShelf:
    """Reads the folder; what was confirmed once is not computed again while the file stays as it is."""

    def __init__(self, folder: Path | None, ledger: Ledger, clock: Callable[[], int]) -> None:
        """Show the files of a folder, None for no files; `clock` in milliseconds since 1970."""
        self._folder, self._ledger, self._clock = folder, ledger, clock
        self._known: dict[tuple[Path, int, int], Held] = {}

    def held(self) -> tuple[Held, ...]:
        """Return the files that are there, by name; too large ones are passed over."""
        standpoint = self._standpoint() if self._folder else None
        if self._folder is None or standpoint is None:
            return ()
        found = []
        for path in sorted(self._folder.glob(f"*{SUFFIX}"))[:_MOST_FILES]:
            stat = path.stat()
            if stat.st_size <= _MOST_BYTES:
                found.append((path, stat.st_mtime_ns, stat.st_size))
        self._known = {each: self._known.get(each) or _confirm(each[0], standpoint) for each in found}
        return tuple(self._known.values())

    def read(self, digest: bytes) -> bytes:
        """Return a file's bytes by its SHA-256.

        Raises:
            UnknownError: there is none.
        """
        for each in self.held():
            if each.digest == digest and sha256(data := each.path.read_bytes()).digest() == digest:
                return data
        raise UnknownError("digest", came=digest, expected="the SHA-256 of an evidence file that /status names")

    def _standpoint(self) -> Standpoint | None:
        """Return how a stranger would look who pinned this ledger's charter; None before the founding."""
        with self._ledger.store.read() as reader:
            entries = reader.entries(0, 1)
        if not entries:
            return None
        return Standpoint(TrustPolicy(leaf_hash(entries[0])), self._clock() // 1000, registry_types())


def _confirm(path: Path, standpoint: Standpoint) -> Held:
    data = path.read_bytes()
    digest = sha256(data).digest()
    try:
        return Held(path, digest, confirm_evidence(data, standpoint).kind.replace(" ", "-"))
    except SuyuanError as error:
        return Held(path, digest, None, str(error))
