"""Endorsements: what agencies answered to an event, and which answers still stand (docs/formats.md, section 14)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from verifier.judgement.participants import Participant
from verifier.judgement.registry import Registry
from verifier.judgement.standing import Dispute
from verifier.ledgerformat.event import Event

RECOGNISED = "endorsement.recognised"
WITH_CONDITIONS = "endorsement.recognised-with-conditions"
ACKNOWLEDGED = "endorsement.acknowledged"
REFUSED = "endorsement.refused"
WITHDRAWN = "endorsement.withdrawn"
_ACCEPTING = frozenset({RECOGNISED, WITH_CONDITIONS})
_VERBS = frozenset({RECOGNISED, WITH_CONDITIONS, ACKNOWLEDGED, REFUSED})
ENDORSEMENTS = _VERBS | {WITHDRAWN}


@dataclass(frozen=True, slots=True)
class Endorsement:
    """An agency's standing answer to an event.

    Attributes:
        event: the answer.
        by: who gave it, as admitted at its leaf.
        expired: whether its term had ended at the time of judgement.
        disputed: whether it is disputed, so that it counts for nothing.
    """

    event: Event
    by: Participant
    expired: bool
    disputed: bool = False

    @property
    def lasting(self) -> bool:
        """Return whether it would count towards a policy if its term had not ended."""
        return self.event.head.type in _ACCEPTING and not self.disputed

    @property
    def accepts(self) -> bool:
        """Return whether it counts towards a policy."""
        return self.lasting and not self.expired

    @property
    def refuses(self) -> bool:
        """Return whether it counts against."""
        return self.event.head.type == REFUSED and not self.disputed


class Answers:
    """Endorsements and withdrawals by what they are about: looked at once, however many events are judged."""

    def __init__(self, events: Iterable[Event]) -> None:
        """Take the endorsements among events that stand in log order; what is none of them is passed over."""
        self._about: dict[bytes, list[Event]] = {}
        self._withdrawals: dict[bytes, list[Event]] = {}
        for event in events:
            if event.head.type == WITHDRAWN:
                _enter(self._withdrawals, event)
            elif event.head.type in _VERBS:
                _enter(self._about, event)

    def about(self, name: bytes) -> Sequence[Event]:
        """Return the endorsements about an event, withdrawn or not, oldest first."""
        return self._about.get(name, ())

    def withdrawals(self, name: bytes) -> Sequence[Event]:
        """Return the withdrawals about an endorsement."""
        return self._withdrawals.get(name, ())


def _enter(table: dict[bytes, list[Event]], event: Event) -> None:
    for name in event.head.about:
        table.setdefault(name, []).append(event)


def standing_endorsements(
    event: Event, answers: Answers, registry: Registry, *, at: int, disputes: Callable[[Event], Sequence[Dispute]]
) -> tuple[Endorsement, ...]:
    """Return the endorsements about an event that were not withdrawn, oldest first.

    Args:
        event: what was endorsed.
        answers: endorsements and withdrawals of its histories.
        registry: who was admitted when, and who succeeded whom.
        at: ledger time of judgement, for terms that end.
        disputes: what disputes an event; a disputed withdrawal takes nothing back.
    """
    standing = []
    for each in answers.about(event.name):
        by = registry.participant_at(each.head.principal, each.leaf)
        if by is None or _is_withdrawn(each, answers, registry, disputes):
            continue
        expired = each.head.until is not None and each.head.until <= at
        standing.append(Endorsement(each, by, expired, bool(disputes(each))))
    return tuple(standing)


def _is_withdrawn(
    endorsement: Event, answers: Answers, registry: Registry, disputes: Callable[[Event], Sequence[Dispute]]
) -> bool:
    """Return whether who gave an endorsement, or its successor by then, took it back."""
    giver = endorsement.head.principal
    for each in answers.withdrawals(endorsement.name):
        taker = each.head.principal
        if (taker == giver or registry.successor_of(giver, each.leaf) == taker) and not disputes(each):
            return True
    return False
