"""From when on a label is seen too often, and what is said of it then."""

from __future__ import annotations

from dataclasses import dataclass

from ledger.activation.scans import KEPT_DAYS, Counted
from ledger.compose.event import Draft

COPIED = "risk.copied-label"
SCANS, ACTIVATIONS = "scans", "activations"
_ENTERPRISE = "urn:suyuan:enterprise:"


@dataclass(frozen=True, slots=True)
class Alarms:
    """Thresholds, within 90 days.

    Attributes:
        scans: how often a label is seen, by addresses and days.
        activations: by how many others a code was revealed after the first.
    """

    scans: int = 200
    activations: int = 2

    def grounds(self, counted: Counted) -> list[str]:
        """Return the grounds on which an alarm is due."""
        reached = {SCANS: counted.seen >= self.scans, ACTIVATIONS: counted.revealed_again >= self.activations}
        return [ground for ground, is_reached in reached.items() if is_reached]

    def draft(self, item: str, ground: str, counted: Counted, owner: str | None, *, now: int) -> Draft:
        """Return what is said: to everybody that and on which ground, to agencies also where, coarsely."""
        places = counted.scans if ground == SCANS else counted.again
        known = {region: count for region, count in places.items() if region}
        subjects: dict[str, str | list[str]] = {"item": item, "product": item.partition("/21/")[0]}
        if owner and owner.startswith(_ENTERPRISE):
            subjects["enterprise"] = owner
        data = {"ground": ground, "count": sum(places.values()), "days": KEPT_DAYS, "regions": len(known)}
        return Draft(COPIED, now, subjects, data, {"/places": known} if known else {})
