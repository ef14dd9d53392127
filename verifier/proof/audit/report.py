"""What an audit concludes: scope, counts, findings, what was not checked (docs/formats.md, section 19)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from verifier.proof.audit.findings import FAULT, INCOMPLETE, UNREADABLE, UNSUPPORTED, Finding
from verifier.proof.verdict import ALTERED, EXIT_CODES, VERIFIED, Said
from verifier.proof.verdict import INCOMPLETE as LACKING
from verifier.proof.verdict import UNREADABLE as NOT_READ
from verifier.proof.verdict import UNSUPPORTED as NOT_SUPPORTED

_OUTCOMES = {FAULT: ALTERED, UNSUPPORTED: NOT_SUPPORTED, UNREADABLE: NOT_READ, INCOMPLETE: LACKING}
_NOT_ITS_OWN = ("bad-signature", "untrusted")


@dataclass(frozen=True, slots=True)
class Report:
    """The result of an audit.

    Attributes:
        origin: the ledger, "" where its checkpoint could not be read.
        charter: the pinned leaf hash, 32 bytes.
        size: leaves that the checkpoint covers.
        root: the checkpoint's root, 32 bytes.
        note: the checkpoint as it came.
        seen: the checkpoint that was audited before, as it came then; b"" for none.
        first: leaf from which this audit read; what lies before was audited earlier.
        leaves: leaves that were taken.
        counts: what was looked at, by name.
        cosigned: names of the witnesses whose lines verified.
        findings: in log order.
        unchecked: what was not checked.
    """

    origin: str
    charter: bytes
    size: int
    root: bytes
    note: bytes
    seen: bytes
    first: int
    leaves: int
    counts: Mapping[str, int]
    cosigned: tuple[str, ...]
    findings: tuple[Finding, ...]
    unchecked: tuple[Said, ...]

    @property
    def outcome(self) -> str:
        """Return the outcome: `verified`, `altered`, `unsupported`, `unreadable` or `incomplete`, the worst first."""
        weights = {each.weight for each in self.findings}
        return next((outcome for weight, outcome in _OUTCOMES.items() if weight in weights), VERIFIED)

    @property
    def exit_code(self) -> int:
        """Return the exit code: 0 clean, 1 a fault, 3 incomplete, 4 not readable, 5 not supported."""
        return EXIT_CODES[self.outcome]

    @property
    def first_fault(self) -> Finding | None:
        """Return the first finding in log order that weighs as much as the outcome."""
        weights = [weight for weight, outcome in _OUTCOMES.items() if outcome == self.outcome]
        return next((each for each in self.findings if each.weight in weights), None)

    @property
    def forked(self) -> bool:
        """Return whether both notes together are evidence: two commitments of one ledger that cannot both be true.

        A checkpoint that the ledger did not sign convicts nobody.
        """
        foreign = any(each.check == "checkpoint" and each.code in _NOT_ITS_OWN for each in self.findings)
        return bool(self.seen) and not foreign and any(each.code == "inconsistent" for each in self.findings)
