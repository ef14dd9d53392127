"""When an act takes effect, and who stands for it (docs/formats.md, section 12)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from verifier.judgement.registry import Registry
from verifier.ledgerformat.event import Event


@dataclass(frozen=True, slots=True)
class Moment:
    """The leaf that completes an act: its own, or that of the last approval it asked for.

    Attributes:
        leaf: log position.
        time: its ledger time, milliseconds since 1970.
        by_roots: whether the roots stand for the act.
        hasty: whether fewer of them do than the charter's threshold: two suspend.
    """

    leaf: int
    time: int
    by_roots: bool
    hasty: bool = False

    @property
    def since(self) -> int:
        """Return the first leaf at which the act holds."""
        return self.leaf + 1


Effect: TypeAlias = Callable[[], None]
Plan: TypeAlias = Callable[[Registry, Event, Moment], Effect]  # raises where the act makes no sense at that moment
