"""With what a desk works."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ledger.activation.reading import require_told
from ledger.client.client import LedgerClient
from ledger.publicdesk.alarms import Alarms
from ledger.trade.speaker import Speaker
from verifier.ledgerformat.trust_policy import TrustPolicy
from verifier.proof.examination import Standpoint
from verifier.proof.verdict import StoryEvent
from verifier.vocabulary import registry_types


@dataclass(frozen=True, slots=True)
class Setting:
    """With what a desk works.

    Attributes:
        folder: of its files.
        client: asks the ledger.
        speaker: the desk's key.
        policy: whom it trusts.
        clock: milliseconds since 1970.
        random: the source of secrets.
        alarms: from when on a label is seen too often.
    """

    folder: Path
    client: LedgerClient
    speaker: Speaker
    policy: TrustPolicy
    clock: Callable[[], int]
    random: Callable[[int], bytes]
    alarms: Alarms

    def story_of(self, subject: str) -> tuple[StoryEvent, ...]:
        """Return what the ledger proves of a subject, in the public walk.

        Raises:
            BusyError: it shows no proof that verifies and is fresh.
        """
        standpoint = Standpoint(self.policy, self.clock() // 1000, registry_types())
        return require_told(self.client.trace(subject), subject, standpoint)
