"""Rules of order: whether the story can be told this way (docs/formats.md, section 15)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from verifier.judgement.trace import MAX_SUBJECTS
from verifier.ledgerformat.event import Event
from verifier.ledgerformat.head import FOLLOWED_KINDS, Pair
from verifier.ledgerformat.vocabulary import EventType, OrderRule, matches_any

MAX_REACH = MAX_SUBJECTS * len(FOLLOWED_KINDS)  # histories: as many as those of the longest trace


@dataclass(frozen=True, slots=True)
class Violation:
    """A rule that does not hold for an event."""

    event: Event
    rule: OrderRule

    def __str__(self) -> str:
        """Return the rule's code and the event's type."""
        return f"{self.rule.code} ({self.event.head.type} {self.event.name.hex()[:12]}…)"


@dataclass(frozen=True, slots=True)
class Unjudged:
    """A rule about a history that is not held here."""

    event: Event
    rule: OrderRule


HistoryOf = Callable[[Pair], Sequence[Event] | None]


def judge_order(event: Event, kind_of_event: EventType, history_of: HistoryOf) -> list[Violation | Unjudged]:
    """Return the rules of order that an event breaks, or that cannot be judged from these histories.

    Args:
        event: the event.
        kind_of_event: its type's version in force.
        history_of: the events of a [kind, name] in log order, None for a history that is not held.
    """
    findings: list[Violation | Unjudged] = []
    for rule in kind_of_event.order:
        scope, whole = _scope(event, history_of, reach=rule.reach)
        if _holds(rule, event, scope):
            continue
        findings.append(Violation(event, rule) if whole or rule.once else Unjudged(event, rule))
    return findings


def _holds(rule: OrderRule, event: Event, scope: Sequence[Event]) -> bool:
    earlier = [each for each in scope if each.place < event.place]
    if rule.once:
        return not any(each.head.type == event.head.type for each in earlier)
    if rule.by_time:
        before = [each for each in scope if each.head.time <= event.head.time and each.name != event.name]
    else:
        before = earlier
    return any(matches_any(rule.after, each.head.type) for each in before)


def _scope(event: Event, history_of: HistoryOf, *, reach: bool) -> tuple[list[Event], bool]:
    """Return the events in an event's histories (and along follows), and whether all of these are held."""
    names = [pair for pair in event.head.joins if pair[0] in FOLLOWED_KINDS]
    if reach:
        names += [pair for pair in event.head.follows if pair not in names]
    found: dict[bytes, Event] = {}
    whole = True
    for pair in names:  # grows while it is walked
        history = history_of(pair)
        if history is None:
            whole = False
            continue
        found.update((each.name, each) for each in history)
        follows = dict.fromkeys(followed for each in history for followed in each.head.follows)
        fresh = [followed for followed in follows if reach and followed not in names]
        room = max(0, MAX_REACH - len(names))
        names += fresh[:room]
        whole = whole and len(fresh) <= room
    return list(found.values()), whole
