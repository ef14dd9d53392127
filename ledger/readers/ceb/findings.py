"""Collecting what is wrong with one document, so that one fault does not hide the next."""

from __future__ import annotations

from dataclasses import dataclass, field

from ledger.readers.ceb.result import Departure, Mode
from verifier.errors import MalformedError

MAX_FINDINGS = 200


@dataclass(slots=True)
class Findings:
    """The faults and departures of one document, or of the envelope; at most 200 of each are kept."""

    mode: Mode
    faults: list[MalformedError] = field(default_factory=list)
    departures: list[Departure] = field(default_factory=list)

    def fault(self, path: str, *, came: str = "", expected: str) -> None:
        """Note what no mode accepts."""
        if len(self.faults) < MAX_FINDINGS:
            self.faults.append(MalformedError(path, came=came, expected=expected))
        elif len(self.faults) == MAX_FINDINGS:
            self.faults.append(MalformedError(path, came="more faults", expected=f"at most {MAX_FINDINGS} are listed"))

    def depart(self, path: str, *, came: str = "", expected: str) -> None:
        """Note what only a strict reader refuses."""
        if self.mode is Mode.STRICT:
            self.fault(path, came=came, expected=expected)
        elif len(self.departures) < MAX_FINDINGS:
            shown = MalformedError(path, came=came, expected=expected).came  # on one line, and short
            self.departures.append(Departure(path, shown, expected))
