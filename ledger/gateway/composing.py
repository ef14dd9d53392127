"""From a document to the event that it makes: draft, handles, and what must be recorded before it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ledger.compose.event import ComposedEvent, Draft, Randomness, compose_event
from ledger.errors import UnknownError
from ledger.gateway.recent import Recent
from ledger.gateway.register import DocumentHandles, Number, Register
from ledger.readers.ceb import Draw
from verifier.errors import NotPermittedError
from verifier.ledgerformat.head import Head
from verifier.ledgerformat.vocabulary import EventType

_HANDLE = "urn:suyuan:"
FindHead = Callable[[bytes], Head]


@dataclass(frozen=True, slots=True)
class Composed:
    """An event that can be signed, and what it brought about.

    Attributes:
        event: its bytes.
        subjects: all of them, in clear.
        opened: new handles and the numbers that they stand for.
        known: the other handles that were asked for, and the items that open them here.
        about: names of the events that it answers.
        draft: what it was made from.
    """

    event: ComposedEvent
    subjects: tuple[str, ...]
    opened: Mapping[str, Sequence[Number]]
    known: Mapping[str, int | None]
    about: tuple[bytes, ...]
    draft: Draft


@dataclass(frozen=True, slots=True)
class Missing:
    """What keeps an event from being composed: numbers whose handles others have to tell."""

    numbers: tuple[Number, ...]


class Composer:
    """Composes the events of this gateway's participants."""

    def __init__(self, types: Mapping[str, EventType], *, random: Randomness, find_head: FindHead) -> None:
        """Compose with types by name; `find_head` returns the head of an event that is answered."""
        self._types = types
        self._random = random
        self._find_head = find_head
        self.recent = Recent()

    def compose(self, draw: Draw, register: Register, *, issuer: str) -> Composed | Missing:
        """Return the event of a document, or whose handles it lacks.

        Args:
            draw: makes the draft, asking for handles.
            register: whom it asks.
            issuer: participant URI.

        Raises:
            SuyuanError: what does not fit, its field named.
        """
        handles = DocumentHandles(register, self._random)
        draft = draw(handles)
        kind = self._types.get(draft.type)
        if kind is None:
            raise NotPermittedError("type", came=draft.type, expected="a type that is known here")
        opened = _opened(draft.subjects, kind)
        missing = [number for handle, known in handles.drawn.items() if handle not in opened for number in known]
        if missing:
            return Missing(tuple(missing))
        targets = [self.recent.head(name) or self._find_head(name) for name in draft.about]
        event = compose_event(draft, kind, issuer=issuer, targets=targets, random=self._random)
        return Composed(event, tuple(_flat(draft.subjects)), handles.drawn, handles.known, tuple(draft.about), draft)


def handles_among(subjects: Iterable[str]) -> set[str]:
    """Return those subjects that are names of ours: only they wait for whoever opens them here."""
    return {each for each in subjects if each.startswith(_HANDLE)}


def unknown_head(name: bytes) -> Head:
    """Know no event."""
    raise UnknownError("about", came=name, expected="an event that this gateway or the ledger knows")


def _opened(subjects: Mapping[str, Any], kind: EventType) -> set[str]:
    """Return the subjects in roles through which a type may open them."""
    roles = (role for role in subjects if role in kind.subjects and kind.subjects[role].opens)
    return {subject for role in roles for subject in _flat({role: subjects[role]})}


def _flat(subjects: Mapping[str, Any]) -> list[str]:
    listed: list[str] = []
    for value in subjects.values():
        listed += [value] if isinstance(value, str) else value
    return listed
