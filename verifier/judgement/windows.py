"""Windows: which part of a followed history belongs to a story (docs/formats.md, sections 5 and 17).

A window is a set of places of the log. It is kept as spans from a place to before another, so that windows
intersect along a way and unite over several.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from verifier.ledgerformat.body import Body
from verifier.ledgerformat.head import Pair
from verifier.ledgerformat.subject import subject_name
from verifier.ledgerformat.type_roles import Role
from verifier.ledgerformat.vocabulary import EventType

Place: TypeAlias = tuple[int, int]  # leaf, position
Span: TypeAlias = tuple[Place, Place]  # from a place to before another

FIRST: Place = (0, 0)
END: Place = (1 << 64, 0)  # behind every place
ALL: Span = (FIRST, END)


class Window:
    """A set of places that only grows: spans that neither overlap nor meet, rising."""

    __slots__ = ("spans",)

    def __init__(self) -> None:
        """Begin without any place."""
        self.spans: list[Span] = []

    def add(self, low: Place, high: Place) -> list[Span]:
        """Take in the places from `low` to before `high`; return those that are new."""
        if low >= high:
            return []
        first = at = bisect_left(self.spans, low, key=_end)
        new, start, edge = [], low, low
        while at < len(self.spans) and self.spans[at][0] <= high:
            begin, end = self.spans[at]
            if edge < begin:
                new.append((edge, begin))
            start, edge, at = min(start, begin), max(edge, end), at + 1
        if edge < high:
            new.append((edge, high))
        self.spans[first:at] = [(start, max(edge, high))]
        return new

    def overlap(self, low: Place, high: Place) -> Iterator[Span]:
        """Yield the spans that this window shares with the places from `low` to before `high`."""
        for at in range(bisect_right(self.spans, low, key=_end), len(self.spans)):
            begin, end = self.spans[at]
            if begin >= high:
                return
            yield max(begin, low), min(end, high)

    def meets(self, low: Place, high: Place) -> bool:
        """Return whether one of these places belongs to it."""
        return low < high and any(True for _ in self.overlap(low, high))

    def holds(self, place: Place) -> bool:
        """Return whether a place belongs to it."""
        at = bisect_right(self.spans, place, key=_end)
        return at < len(self.spans) and self.spans[at][0] <= place

    @property
    def is_all(self) -> bool:
        """Return whether every place belongs to it."""
        return self.spans == [ALL]


@dataclass(frozen=True, slots=True)
class Follow:
    """What one event says of a history that it follows: where it stands, and which places are in its window.

    Attributes:
        event: name of the event.
        place: of the event.
        low: where the window begins.
        high: before which it ends.
        holds: whether it binds by what it holds (`inside`), not by having been said: then it counts in whatever part
            of its window the story is in its history, though it was said before the story came there.
    """

    event: bytes
    place: Place
    low: Place
    high: Place
    holds: bool


def window_of(event: bytes, place: Place, window: str | None, closed: Place | None) -> Follow:
    """Return the follow of an event whose role has a window, closed by the event at `closed` (None: by none)."""
    until = END if closed is None else closed
    if window == "inside":
        return Follow(event, place, place, until, holds=True)
    return Follow(event, place, FIRST, place if window == "before" else until, holds=False)


def role_windows(pair: Pair, kind_of_event: EventType, body: Body | None) -> tuple[str | None, ...]:
    """Return the windows with which an event follows a [kind, name]: that of the role that names it.

    Where the body is not shown, or several roles name the subject, and their windows differ: None, and `inside` where
    that is one of them, for it reaches where None does not. So nobody makes a story smaller by not showing a body.
    """
    roles = [role for role in kind_of_event.subjects.values() if pair[0] in role.follows]
    windows = {role.window for role in roles}
    if len(windows) > 1 and body is not None:
        windows = {role.window for role in roles if _names(role, pair[1], body)}
    if len(windows) == 1:
        return tuple(windows)
    return (None, "inside") if "inside" in windows else (None,)


def _names(role: Role, name: bytes, body: Body) -> bool:
    return any(subject_name(subject) == name for subject in body.of_role(role.name))


def _end(span: Span) -> Place:
    return span[1]
