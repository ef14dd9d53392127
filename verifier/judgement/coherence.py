"""Rules of order: whether the story can be told this way (docs/formats.md, section 15)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TypeAlias

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


@dataclass(frozen=True, slots=True)
class Digest:
    """What rules of order need to know of a history: judging every event of a long one stays linear.

    Attributes:
        first: place of the first event, by type.
        earliest: claimed time and name of the two that claim the least, by type.
        follows: what its events follow, closed or not, none twice.
    """

    first: Mapping[str, tuple[int, int]]
    earliest: Mapping[str, Sequence[tuple[int, bytes]]]
    follows: Sequence[Pair]


HistoryOf = Callable[[Pair], Sequence[Event] | None]
Digests: TypeAlias = dict[Pair, Digest | None]


def judge_order(
    event: Event, kind_of_event: EventType, history_of: HistoryOf, digests: Digests | None = None
) -> list[Violation | Unjudged]:
    """Return the rules of order that an event breaks, or that cannot be judged from these histories.

    Args:
        event: the event.
        kind_of_event: its type's version in force.
        history_of: the events of a [kind, name] in log order, None for a history that is not held.
        digests: of the histories looked at so far, filled in here; only while the histories stay the same.
    """
    findings: list[Violation | Unjudged] = []
    known: Digests = {} if digests is None else digests
    for rule in kind_of_event.order:
        scope, whole = _scope(event, history_of, known, reach=rule.reach)
        if _holds(rule, event, scope):
            continue
        findings.append(Violation(event, rule) if whole or rule.once else Unjudged(event, rule))
    return findings


def _holds(rule: OrderRule, event: Event, scope: Sequence[Digest]) -> bool:
    if rule.once:
        return not any(_stands_earlier(event, digest, event.head.type) for digest in scope)
    precedes = _claims_no_later if rule.by_time else _stands_earlier
    return any(
        matches_any(rule.after, type_) and precedes(event, digest, type_) for digest in scope for type_ in digest.first
    )


def _stands_earlier(event: Event, digest: Digest, type_: str) -> bool:
    """Return whether an event of this type stands before an event."""
    return type_ in digest.first and digest.first[type_] < event.place


def _claims_no_later(event: Event, digest: Digest, type_: str) -> bool:
    """Return whether another event of this type claims no later a time than an event."""
    return any(time <= event.head.time and name != event.name for time, name in digest.earliest[type_])


def _scope(event: Event, history_of: HistoryOf, known: Digests, *, reach: bool) -> tuple[list[Digest], bool]:
    """Return an event's histories (and those along follows), and whether all of these are held."""
    names = [pair for pair in event.head.joins if pair[0] in FOLLOWED_KINDS]
    if reach:
        names += [pair for pair in event.head.follows if pair not in names]
    found: list[Digest] = []
    whole = True
    for pair in names:  # grows while it is walked
        if pair not in known:
            known[pair] = _digest(history_of(pair))
        digest = known[pair]
        if digest is None:
            whole = False
            continue
        found.append(digest)
        room = max(0, MAX_REACH - len(names))
        unseen = (followed for followed in digest.follows if reach and followed not in names)
        fresh = list(islice(unseen, room + 1))
        names += fresh[:room]
        whole = whole and len(fresh) <= room
    return found, whole


def _digest(history: Sequence[Event] | None) -> Digest | None:
    if history is None:
        return None
    first: dict[str, tuple[int, int]] = {}
    earliest: dict[str, list[tuple[int, bytes]]] = {}
    for event in history:
        type_ = event.head.type
        first[type_] = min(event.place, first.get(type_, event.place))
        claims = {*earliest.get(type_, ()), (event.head.time, event.name)}
        earliest[type_] = sorted(claims)[:2]
    return Digest(first, earliest, tuple(dict.fromkeys(pair for event in history for pair in event.head.follows)))
