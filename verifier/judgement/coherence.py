"""Rules of order: whether the story can be told this way (docs/formats.md, section 15)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from verifier.errors import NotPermittedError
from verifier.judgement.digest import Digest, DigestOf, First
from verifier.judgement.trace import MAX_SUBJECTS
from verifier.ledgerformat.event import Event
from verifier.ledgerformat.head import FOLLOWED_KINDS, Pair
from verifier.ledgerformat.type_rules import OrderRule
from verifier.ledgerformat.type_words import matches_any
from verifier.ledgerformat.vocabulary import EventType

_HELD = frozenset({"list", "claim", "quota", "trace"})  # where what stands is ended by an answer to it, and once
MAX_REACH = MAX_SUBJECTS * len(FOLLOWED_KINDS)  # histories: as many as those of the longest trace


@dataclass(frozen=True, slots=True)
class Violation:
    """A rule that does not hold for an event.

    Attributes:
        event: the event.
        rule: the rule.
        came: what stands there instead, in words.
        first: of a type that may stand once, the event that does.
    """

    event: Event
    rule: OrderRule
    came: str = ""
    first: First | None = None

    def __str__(self) -> str:
        """Return the rule's code and the event's type."""
        return f"{self.rule.code} ({self.event.head.type} {self.event.name.hex()[:12]}…)"

    @property
    def expected(self) -> str:
        """Return what the rule asks for, in words."""
        rule, type_ = self.rule, self.event.head.type
        patterns, last = " or ".join(rule.patterns), " or ".join(rule.last)
        if rule.demand == "last":
            return f"{patterns} as the latest of {last}" if patterns else f"no {last} before {type_}"
        return {
            "after": f"{patterns} before {type_}",
            "once": f"{type_} only once",
            "needs": f"{patterns} as the latest of {last} before {type_}",
            "advances": f"a state of the {rule.within} history that it joins, of more entries than any {type_} before",
        }[rule.demand]


@dataclass(frozen=True, slots=True)
class Unjudged:
    """A rule about a history that is not held here."""

    event: Event
    rule: OrderRule


def judge_order(event: Event, kind_of_event: EventType, digest_of: DigestOf) -> list[Violation | Unjudged]:
    """Return the rules of order that an event breaks, or that cannot be judged from these histories.

    Args:
        event: the event.
        kind_of_event: its type's version in force.
        digest_of: the digest of a history by [kind, name], None for one that is not held.
    """
    findings: list[Violation | Unjudged] = []
    for rule in kind_of_event.order:
        if rule.each:
            findings += _judge_each(event, rule, digest_of)
            continue
        scope, whole = _scope(_pairs(event, rule), rule, digest_of)
        came = _JUDGES[rule.demand](rule, event, scope) or _judge_answered(rule, event, kind_of_event, scope)
        if rule.demand == "after" and came is not None and not whole:
            findings.append(Unjudged(event, rule))  # what must stand before may stand where nobody can look
        elif came is not None:
            findings.append(Violation(event, rule, came, _first(event, scope) if rule.demand == "once" else None))
        elif rule.demand != "after" and not whole:
            findings.append(Unjudged(event, rule))
    return findings


def check_order(event: Event, kind_of_event: EventType, digest_of: DigestOf) -> None:
    """Return if an event breaks no rule that admission holds; arguments as above.

    The histories are those before the event, as admission had them: a rule by claimed time that something said later
    would meet is broken all the same.

    Raises:
        NotPermittedError: it breaks one. What cannot be judged from these histories is none.
    """
    for finding in judge_order(event, kind_of_event, digest_of):
        if finding.rule.refuse and isinstance(finding, Violation):
            raise NotPermittedError(f"order.{finding.rule.code}", came=finding.came, expected=finding.expected)


def pairs_of_order(event: Event, kind_of_event: EventType, digest_of: DigestOf) -> set[Pair]:
    """Return the histories that `check_order` looks at, whatever it finds in them; arguments as for it."""
    found: set[Pair] = set()
    for rule in kind_of_event.order:
        starts = [[pair] for pair in event.head.follows] if rule.each else [_pairs(event, rule)]
        for start in starts if rule.refuse else ():
            scope, _ = _scope(start, rule, digest_of)
            found.update(digest.pair for digest in scope)
    return found


def _judge_each(event: Event, rule: OrderRule, digest_of: DigestOf) -> list[Violation | Unjudged]:
    """Judge an `after` of each history that the event follows: what one has is nothing to another."""
    unjudged = False
    for pair in event.head.follows or [None]:
        scope, whole = _scope([pair] if pair else [], rule, digest_of)
        came = _judge_after(rule, event, scope)
        if came is not None and whole:
            return [Violation(event, rule, came)]
        unjudged = unjudged or came is not None
    return [Unjudged(event, rule)] if unjudged else []


def _first(event: Event, scope: Sequence[Digest]) -> First:
    type_ = event.head.type
    return min((each.firsts[type_] for each in scope if type_ in each.firsts), key=lambda each: each.leaf)


# Each returns what came instead of what the rule asks for, None where the rule holds in these histories.


def _judge_after(rule: OrderRule, event: Event, scope: Sequence[Digest]) -> str | None:
    precedes = _claims_no_later if rule.by_time else _stands_earlier
    met = any(
        matches_any(rule.patterns, type_) and precedes(event, digest, type_)
        for digest in scope
        for type_ in digest.places
    )
    return None if met else "not there before it"


def _judge_once(_: OrderRule, event: Event, scope: Sequence[Digest]) -> str | None:
    type_ = event.head.type
    return f"a second {type_}" if any(_stands_earlier(event, digest, type_) for digest in scope) else None


def _judge_last(rule: OrderRule, event: Event, scope: Sequence[Digest]) -> str | None:
    for digest in scope:
        last = digest.last_before(event.place, _named(rule.last, digest))
        if last is not None and not matches_any(rule.patterns, last):
            return f"{last} before it"
    return None


def _judge_needs(rule: OrderRule, event: Event, scope: Sequence[Digest]) -> str | None:
    for digest in scope:
        last = digest.last_before(event.place, _named(rule.last, digest))
        if last is None or not matches_any(rule.patterns, last):
            return f"{last or 'none of these'} before it"
    return None


def _judge_answered(rule: OrderRule, event: Event, kind: EventType, scope: Sequence[Digest]) -> str | None:
    """Ask that an answer which needs something to stand answers that, and not an older or another one."""
    if rule.demand != "needs" or rule.kind not in _HELD or kind.answers is None:
        return None
    for digest in scope:
        named = _named(rule.last, digest)
        last = digest.last_before(event.place, named)
        answerable = last is not None and matches_any(kind.answers.types, last)
        if answerable and digest.last_name_before(event.place, named) not in event.head.about:
            return f"an answer to another event than the {last} before it"
    return None


def _judge_advances(rule: OrderRule, event: Event, scope: Sequence[Digest]) -> str | None:
    state = event.head.state
    if state is None or state.kind != rule.within or (state.kind, state.name) not in event.head.joins:
        return "a state of another history" if state else "no state"
    counts = (each.count_before(event.place, event.head.type) for each in scope)
    before = max(counts, default=0)
    return f"{state.count} entries after {before}" if state.count <= before else None


_JUDGES = {
    "after": _judge_after,
    "once": _judge_once,
    "last": _judge_last,
    "needs": _judge_needs,
    "advances": _judge_advances,
}


def _named(patterns: tuple[str, ...], digest: Digest) -> list[str]:
    return [type_ for type_ in digest.places if matches_any(patterns, type_)]


def _stands_earlier(event: Event, digest: Digest, type_: str) -> bool:
    """Return whether an event of this type stands before an event."""
    return digest.stands_before(event.place, type_)


def _claims_no_later(event: Event, digest: Digest, type_: str) -> bool:
    """Return whether another event of this type claims no later a time than an event."""
    return any(time <= event.head.time and name != event.name for time, name in digest.earliest[type_])


def _scope(names: list[Pair], rule: OrderRule, digest_of: DigestOf) -> tuple[list[Digest], bool]:
    """Return the histories that a rule looks at from these on, and whether all of them are held."""
    found: list[Digest] = []
    whole = True
    for pair in names:  # grows while it is walked
        digest = digest_of(pair)
        if digest is None:
            whole = False
            continue
        found.append(digest)
        if not rule.reach:
            continue
        room = max(0, MAX_REACH - len(names))
        unseen = (followed for followed in digest.follows if followed not in names)
        fresh = list(islice(unseen, room + 1))
        names += fresh[:room]
        whole = whole and len(fresh) <= room
    return found, whole


def _pairs(event: Event, rule: OrderRule) -> list[Pair]:
    """Return the histories where a rule begins to look."""
    if rule.demand == "advances":
        state = event.head.state
        pair = (state.kind, state.name) if state else None
        return [pair] if pair in event.head.joins and pair[0] == rule.within else []
    if rule.kind:
        return [pair for pair in event.head.joins if pair[0] == rule.kind]
    names = [pair for pair in event.head.joins if pair[0] in FOLLOWED_KINDS]
    return names + [pair for pair in event.head.follows if pair not in names] if rule.reach else names
