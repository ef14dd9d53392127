"""What rules of order need to know of a history: enough to judge each event of a long one without reading it again."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple, TypeAlias

from verifier.ledgerformat.event import Event
from verifier.ledgerformat.head import Pair

Place: TypeAlias = tuple[int, int]  # leaf, position
CASE = "case"
_NOTHING: dict[Any, Any] = {}  # what a history without events has of everything; nobody writes to it


class First(NamedTuple):
    """The first event of a type in a history."""

    name: bytes
    leaf: int
    issuer: str
    id: bytes


class Digest:
    """A history, by type: where its events stand, what they claim and state, and where they lead.

    Events are added in log order. A digest that keeps *every* place judges any event of the history; one that does not
    keeps the first and the last place only, and judges an event that all of them stand before: its size follows from
    the number of types, not of events.

    Attributes:
        pair: the history's kind and name.
        size: how many events were added.
        places: of each type, in log order.
        names: of the same events.
        firsts: of each type.
        earliest: of each type, claimed time and name of the two that claim the least.
        counts: of each type, (place, the highest count stated of this history so far).
        follows: what its events follow, closed or not, none twice.
        speakers: of a case, how many events each principal said.
    """

    __slots__ = ("counts", "earliest", "every", "firsts", "follows", "names", "pair", "places", "size", "speakers")

    def __init__(self, pair: Pair, *, every: bool = False) -> None:
        """Begin with a history without events."""
        self.pair, self.every, self.size = pair, every, 0
        self.places: dict[str, list[Place]] = _NOTHING
        self.names: dict[str, list[bytes]] = _NOTHING
        self.firsts: dict[str, First] = _NOTHING
        self.earliest: dict[str, Sequence[tuple[int, bytes]]] = _NOTHING
        self.counts: dict[str, list[tuple[Place, int]]] = _NOTHING
        self.follows: dict[Pair, None] = _NOTHING
        self.speakers: dict[str, int] = _NOTHING

    def _begin(self) -> None:
        """Make room for events: most histories that are asked for have none yet."""
        self.places, self.names, self.firsts, self.earliest = {}, {}, {}, {}
        self.counts, self.follows, self.speakers = {}, {}, {}

    def add(self, event: Event) -> None:
        """Take the next event of the history."""
        if not self.size:
            self._begin()
        self.size += 1
        head = event.head
        places, names = self.places.setdefault(head.type, []), self.names.setdefault(head.type, [])
        if not places:
            self.firsts[head.type] = First(event.name, event.leaf, head.issuer, head.id)
        if len(places) > 1 and not self.every:
            places.pop()
            names.pop()
        places.append(event.place)
        names.append(event.name)
        claim, earliest = (head.time, event.name), self.earliest.get(head.type, ())
        if len(earliest) < 2 or claim < earliest[1]:
            self.earliest[head.type] = sorted({*earliest, claim})[:2]
        for pair in head.follows:
            self.follows[pair] = None
        if self.pair[0] == CASE:
            self.speakers[head.principal] = self.speakers.get(head.principal, 0) + 1
        if head.state and (head.state.kind, head.state.name) == self.pair:
            self._count(event, head.state.count)

    def _count(self, event: Event, count: int) -> None:
        counts = self.counts.setdefault(event.head.type, [])
        highest = max(count, counts[-1][1]) if counts else count
        if not self.every:
            counts.clear()
        counts.append((event.place, highest))

    def copy(self) -> Digest:
        """Return a digest to which other events can be added."""
        other = Digest(self.pair, every=self.every)
        other.places = {type_: [*places] for type_, places in self.places.items()}
        other.names = {type_: [*names] for type_, names in self.names.items()}
        other.counts = {type_: [*counts] for type_, counts in self.counts.items()}
        other.size = self.size
        other.firsts, other.earliest, other.follows = dict(self.firsts), dict(self.earliest), dict(self.follows)
        other.speakers = dict(self.speakers)
        return other

    def stands_before(self, place: Place, type_: str) -> bool:
        """Return whether an event of this type stands before a place."""
        places = self.places.get(type_)
        return places is not None and places[0] < place

    def last_before(self, place: Place, types: Iterable[str]) -> str | None:
        """Return the type of the last event before a place that is of one of these types, None where there is none."""
        last = ((before, type_) for type_ in types if (before := self._last(type_, place)))
        return max(last, default=(None, None))[1]

    def last_name_before(self, place: Place, types: Iterable[str]) -> bytes | None:
        """Return the name of the last event before a place that is of one of these types, None where there is none."""
        type_ = self.last_before(place, types)
        return self.names[type_][bisect_left(self.places[type_], place) - 1] if type_ is not None else None

    def count_before(self, place: Place, type_: str) -> int:
        """Return the highest count of this history that an event of this type states before a place; 0 for none."""
        counts = self.counts.get(type_, [])
        at = bisect_left(counts, (place, 0))
        return counts[at - 1][1] if at else 0

    def _last(self, type_: str, place: Place) -> Place | None:
        places = self.places.get(type_, [])
        at = bisect_left(places, place)
        return places[at - 1] if at else None


DigestOf: TypeAlias = Callable[[Pair], Digest | None]
HistoryOf: TypeAlias = Callable[[Pair], Sequence[Event] | None]


class Digests:
    """Digests of histories that are held whole and stay the same, each made once."""

    def __init__(self, history_of: HistoryOf) -> None:
        """Take what returns the events of a [kind, name] in log order, None for a history that is not held."""
        self._history_of = history_of
        self._known: dict[Pair, Digest | None] = {}

    def __call__(self, pair: Pair) -> Digest | None:
        """Return the digest of a history, None for one that is not held."""
        if pair not in self._known:
            history = self._history_of(pair)
            self._known[pair] = None if history is None else digest_history(pair, history, every=True)
        return self._known[pair]


def digest_history(pair: Pair, events: Iterable[Event], *, every: bool = False) -> Digest:
    """Return the digest of a history's events, which come in log order."""
    digest = Digest(pair, every=every)
    for event in events:
        digest.add(event)
    return digest


class KeptDigests:
    """Digests of histories that grow, brought up to date when they are asked for.

    Without them one rule would read a history of 100,000 events whole for each event that joins it. Short histories
    are read each time, so that the many of them do not drive out the few long ones; of those the least recently asked
    are dropped.
    """

    def __init__(self, most: int = 4_096, *, long: int = 64) -> None:
        """Start with none; `most` are kept, of histories of at least `long` events."""
        self._most, self._long = most, long
        self._kept: dict[Pair, tuple[Digest, int]] = {}  # by when they were asked for, and how far they reach

    def digest(self, pair: Pair, reach: int, since: Callable[[int], Iterable[Event]]) -> Digest:
        """Return the digest of a history as it stands; nobody else may add to it.

        Args:
            pair: kind and name.
            reach: how far the history reaches: a number that grows with it, 0 for an empty one.
            since: returns its events after a reach of before, in log order.
        """
        held = self._kept.pop(pair, None)
        digest, before = held or (Digest(pair), 0)
        if before != reach:
            for event in since(before):
                digest.add(event)
        if digest.size >= self._long:
            self._kept[pair] = digest, reach
        if len(self._kept) > self._most:
            del self._kept[next(iter(self._kept))]
        return digest


class LayeredDigests:
    """Digests of histories as they stand before the next event: what lies below, and events that may yet be dropped."""

    def __init__(self, below: Callable[[Pair], Digest], events: Sequence[Event]) -> None:
        """Take what returns the digest below, and a list of events that only grows, in log order."""
        self._below = below
        self._events = events
        self._seen = 0
        self._joined: dict[Pair, list[Event]] = {}
        # The one below, until it is asked for after an event of this layer has joined it; and how many of these it has.
        self._digests: dict[Pair, tuple[Digest, int]] = {}

    def __call__(self, pair: Pair) -> Digest:
        """Return the digest of a history; nobody else may add to it."""
        self._look()
        digest, has = self._digests.get(pair) or (self._below(pair), 0)
        joined = self._joined.get(pair, ())
        if has < len(joined):
            digest = digest if has else digest.copy()
            for event in joined[has:]:
                digest.add(event)
        self._digests[pair] = digest, len(joined)
        return digest

    def joined(self, pair: Pair) -> Sequence[Event]:
        """Return the events that joined a history, of those that lie in this layer."""
        self._look()
        return self._joined.get(pair, ())

    def _look(self) -> None:
        """Take the events that have come since; where nobody asks, nobody looks."""
        for event in self._events[self._seen :]:
            for pair in event.head.joins:
                joined = self._joined.get(pair)
                if joined is None:
                    self._joined[pair] = [event]
                else:
                    joined.append(event)
        self._seen = len(self._events)
