"""Closure over follows: which subjects a trace reaches (docs/formats.md, sections 5 and 17).

Prover and verifier run this same walk, each over its own source of histories, so a proof need not say
what it proves: that follows from the subject asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from verifier.errors import TooLargeError
from verifier.judgement.registry import Registry
from verifier.ledgerformat.event import Event
from verifier.ledgerformat.head import Pair

MAX_SUBJECTS = 64
MAX_HEADS = 4_096
WALKS = {"public": ("trace", "recall"), "parties": ("trace", "case", "recall"), "registry": ("registry", "keys")}

HistoryOf: TypeAlias = Callable[[Pair], Sequence[Event]]


@dataclass(frozen=True, slots=True)
class Closed:
    """A follow that a later event closed: the trace does not go on there."""

    event: Event
    followed: Pair
    by: Event


@dataclass(frozen=True, slots=True)
class Closure:
    """What a trace reaches.

    Attributes:
        names: subject names in the order reached; the first is the one asked for.
        histories: events by [kind, name], for every kind of the walk and every subject.
        closed: follows that were not followed.
    """

    names: tuple[bytes, ...]
    histories: dict[Pair, Sequence[Event]]
    closed: tuple[Closed, ...]

    def events(self) -> list[Event]:
        """Return every event once, in log order."""
        once = {event.name: event for history in self.histories.values() for event in history}
        return sorted(once.values(), key=lambda event: event.place)


def walk_trace(name: bytes, *, walk: str, history_of: HistoryOf, registry: Registry) -> Closure:
    """Return the closure of a subject.

    Args:
        name: subject name, 32 bytes.
        walk: `public`, `parties` or `registry`.
        history_of: the events of a [kind, name], in log order.
        registry: which types close follows.

    Raises:
        TooLargeError: more than 64 subjects or 4,096 heads.
    """
    kinds = WALKS[walk]
    names = [name]
    reached = {name}  # a history may follow as many subjects as it likes: looked up, never searched
    histories: dict[Pair, Sequence[Event]] = {}
    closed: list[Closed] = []
    heads: set[bytes] = set()
    for each in names:  # grows while it is walked
        for kind in kinds:
            history = histories[kind, each] = history_of((kind, each))
            heads.update(event.name for event in history)
            for followed in _open_follows(history, registry, closed):
                if followed[0] in kinds and followed[1] not in reached:
                    names.append(followed[1])
                    reached.add(followed[1])
        if len(names) > MAX_SUBJECTS or len(heads) > MAX_HEADS:
            came = f"{len(names)} subjects, {len(heads)} heads"
            raise TooLargeError("trace", came=came, expected=f"at most {MAX_SUBJECTS} subjects and {MAX_HEADS} heads")
    return Closure(tuple(names), histories, tuple(closed))


def _open_follows(history: Sequence[Event], registry: Registry, closed: list[Closed]) -> list[Pair]:
    """Return what the events of one history follow and no later event of it closed."""
    closers = {
        name: event
        for event in history
        if event.head.about and registry.type_at(event.head.type, event.leaf).closes
        for name in event.head.about
    }
    follows = []
    for event in history:
        for pair in event.head.follows:
            if event.name in closers:
                closed.append(Closed(event, pair, closers[event.name]))
            else:
                follows.append(pair)
    return follows
