"""What a sender handed over, before anybody has looked into it, and how it is read."""

from __future__ import annotations

from dataclasses import dataclass

from ledger.gateway.intake import CEB, DRAFTS, EPCIS, Arrival, read_capture, read_ceb, read_drafts, read_event
from ledger.readers.ceb import Facts, Mode, Trust
from ledger.readers.ceb.draft import NO_FACTS

EVENT = "event"  # an EPCIS event that came alone
KINDS = (CEB, EPCIS, EVENT, DRAFTS)


@dataclass(frozen=True, slots=True)
class Received:
    """Bytes and what was said with them.

    Attributes:
        kind: `ceb`, `epcis`, `event` or `drafts`.
        data: as they came.
        mode: of a customs message: strict, or lenient.
        facts: what a customs message cannot say.
        trust: whose customs signatures are believed; without it none is checked.
        now: the claimed time of drafts that name none, milliseconds since 1970.
    """

    kind: str
    data: bytes
    mode: Mode = Mode.STRICT
    facts: Facts = NO_FACTS
    trust: Trust | None = None
    now: int = 0

    def read(self) -> Arrival:
        """Return what it says.

        Raises:
            SuyuanError: nothing that can be read at all.
        """
        if self.kind == CEB:
            return read_ceb(self.data, mode=self.mode, facts=self.facts, trust=self.trust)
        if self.kind == EPCIS:
            return read_capture(self.data)
        return read_event(self.data) if self.kind == EVENT else read_drafts(self.data, self.now)
