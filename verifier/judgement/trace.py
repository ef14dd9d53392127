"""Closure over follows: which subjects a trace reaches, and what of their histories belongs to the story.

Prover and verifier run this same walk (docs/formats.md, sections 5 and 17), each over its own source of histories,
so a proof need not say what it proves: that follows from the subject asked for.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from verifier.errors import TooLargeError
from verifier.judgement.registry import Registry
from verifier.judgement.windows import ALL, FIRST, Follow, Place, Window, role_windows, window_of
from verifier.ledgerformat.event import Event
from verifier.ledgerformat.head import Pair

MAX_SUBJECTS = 64
MAX_HEADS = 4_096
HISTORY_WALKS = ("list", "claim", "member", "quota", "recall")  # of one kind of the subject asked for
WALKS = {
    "public": ("trace", "recall"),
    "parties": ("trace", "case", "recall"),
    "registry": ("registry", "keys"),
    **{kind: (kind,) for kind in HISTORY_WALKS},
}
_RECALL = "recall"  # no window limits it: a recall counts for what was used, or left, before

HistoryOf: TypeAlias = Callable[[Pair], Sequence[Event]]


@dataclass(frozen=True, slots=True)
class Closed:
    """A follow that a later event closed: the trace goes on there up to that event."""

    event: Event
    followed: Pair
    by: Event


@dataclass(frozen=True, slots=True)
class Closure:
    """What a trace reaches.

    Attributes:
        names: subject names in the order reached; the first is the one asked for.
        histories: events by [kind, name], for every kind of the walk and every subject.
        closed: follows of the story that were ended.
        outside: names of the events that stand in these histories and do not belong to the story.
    """

    names: tuple[bytes, ...]
    histories: dict[Pair, Sequence[Event]]
    closed: tuple[Closed, ...]
    outside: frozenset[bytes] = frozenset()

    def events(self) -> list[Event]:
        """Return every event once, in log order."""
        once = {event.name: event for history in self.histories.values() for event in history}
        return sorted(once.values(), key=lambda event: event.place)

    def story(self) -> list[Event]:
        """Return the events that belong to the story, in log order."""
        return [event for event in self.events() if event.name not in self.outside]


def walk_trace(name: bytes, *, walk: str, history_of: HistoryOf, registry: Registry) -> Closure:
    """Return the closure of a subject: the least one in which every follow of the story was followed.

    Args:
        name: subject name, 32 bytes.
        walk: one of `WALKS`.
        history_of: the events of a [kind, name], in log order, with the bodies that the proof shows.
        registry: which types close follows, and which windows their roles have.

    Raises:
        TooLargeError: more than 64 subjects or 4,096 heads.
    """
    found = _Walk(WALKS[walk], history_of, registry)
    found.reach(name, *ALL)
    while found.waiting:
        found.spread(*found.waiting.popleft())
    outside = found.outside()
    closed = (each for each in found.closed if each.event.name not in outside)
    return Closure(tuple(found.windows), found.histories, tuple(closed), outside)


@dataclass(slots=True)
class _Links:
    """What the histories of one subject follow.

    Attributes:
        held: by subject followed, the places in which it is held.
        said: follows that count where they were said, by place, each with the subject followed.
        until: by subject followed, before which place such follows of the story reach.
        holding: the follows behind `held`.
    """

    held: dict[bytes, Window] = field(default_factory=dict)
    said: list[tuple[Place, bytes, Place]] = field(default_factory=list)
    until: dict[bytes, Place] = field(default_factory=dict)
    holding: list[Follow] = field(default_factory=list)

    def add(self, follow: Follow, name: bytes) -> None:
        """Take in a follow of a subject."""
        if follow.holds:
            self.held.setdefault(name, Window()).add(follow.low, follow.high)
            self.holding.append(follow)
        else:
            self.said.append((follow.place, name, follow.high))


class _Walk:
    """One walk: windows grow until nothing changes; each place of a subject is spread once."""

    def __init__(self, kinds: Sequence[str], history_of: HistoryOf, registry: Registry) -> None:
        self.kinds = kinds
        self.history_of = history_of
        self.registry = registry
        self.windows: dict[bytes, Window] = {}
        self.histories: dict[Pair, Sequence[Event]] = {}
        self.closed: list[Closed] = []
        self.waiting: deque[tuple[bytes, Place, Place]] = deque()
        self._links: dict[bytes, _Links] = {}
        self._heads: set[bytes] = set()

    def reach(self, name: bytes, low: Place, high: Place) -> None:
        """Take the places from `low` to before `high` into a subject's window."""
        if low >= high:
            return
        if name not in self.windows:
            self.windows[name] = Window()
            self._read(name)
        self.waiting += [(name, *span) for span in self.windows[name].add(low, high)]

    def spread(self, name: bytes, low: Place, high: Place) -> None:
        """Go on from places that are new in a subject's window, to whatever it follows."""
        links = self._links[name]
        for followed, held in links.held.items():
            for span in held.overlap(low, high):
                self.reach(followed, *span)
        for followed, until in links.until.items():
            self.reach(followed, low, min(high, until))
        first, last = (bisect_left(links.said, edge, key=_place) for edge in (low, high))
        for _, followed, until in links.said[first:last]:
            before = links.until.get(followed, FIRST)
            if until > before:
                links.until[followed] = until
                for span in list(self.windows[name].overlap(before, until)):
                    self.reach(followed, *span)

    def outside(self) -> frozenset[bytes]:
        """Return the names of the events that do not belong to the story."""
        if all(window.is_all for window in self.windows.values()):
            return frozenset()
        inside = {
            event.name
            for (kind, name), history in self.histories.items()
            for event in history
            if kind == _RECALL or self.windows[name].holds(event.place)
        }
        for name, links in self._links.items():
            inside.update(each.event for each in links.holding if self.windows[name].meets(each.low, each.high))
        every = {event.name: event for history in self.histories.values() for event in history}
        for event in sorted(every.values(), key=lambda each: each.place):
            if not inside.isdisjoint(event.head.about):  # what is said of the story belongs to it
                inside.add(event.name)
        return frozenset(every.keys() - inside)

    def _read(self, name: bytes) -> None:
        """Take in the histories of a subject, and what they follow."""
        links = self._links[name] = _Links()
        for kind in self.kinds:
            history = self.histories[kind, name] = self.history_of((kind, name))
            self._heads.update(event.name for event in history)
            self._link(history, links)
        links.said.sort(key=_place)
        if len(self.windows) > MAX_SUBJECTS or len(self._heads) > MAX_HEADS:
            came = f"{len(self.windows)} subjects, {len(self._heads)} heads"
            raise TooLargeError("trace", came=came, expected=f"at most {MAX_SUBJECTS} subjects and {MAX_HEADS} heads")

    def _closers(self, history: Sequence[Event]) -> dict[bytes, Event]:
        """Return the first event of a history that ends the follows of an event, by that event's name."""
        closers: dict[bytes, Event] = {}
        for event in history:
            if event.head.about and self.registry.type_at(event.head.type, event.leaf).closes:
                for name in event.head.about:
                    closers.setdefault(name, event)
        return closers

    def _link(self, history: Sequence[Event], links: _Links) -> None:
        closers = self._closers(history)
        for event in history:
            if not event.head.follows:
                continue
            kind, closer = self.registry.type_at(event.head.type, event.leaf), closers.get(event.name)
            for pair in event.head.follows:
                windows = role_windows(pair, kind, event.body)
                for window in windows if pair[0] in self.kinds else ():
                    links.add(window_of(event.name, event.place, window, closer.place if closer else None), pair[1])
                if closer and windows != ("before",):
                    self.closed.append(Closed(event, pair, closer))


def _place(said: tuple[Place, bytes, Place]) -> Place:
    return said[0]
