"""From a document to the event that it makes: draft, handles, and what must be recorded before it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ledger.compose.event import ComposedEvent, PreparedEvent, Randomness, finish_with_head, prepare_event
from ledger.errors import UnknownError
from ledger.gateway.documents import Prepared
from ledger.gateway.preparing import told_by, with_handles
from ledger.gateway.recent import Recent
from ledger.gateway.register import DocumentHandles, Number, Register
from ledger.readers.ceb import Draw
from verifier.errors import NotPermittedError
from verifier.ledgerformat.head import Head
from verifier.ledgerformat.vocabulary import EventType
from verifier.primitives.quick import maker_of

_HANDLE = "urn:suyuan:"
FindHead = Callable[[bytes], Head]


@dataclass(frozen=True, slots=True)
class Composed:
    """An event that can be signed, and what it brought about.

    Attributes:
        event: its bytes.
        head: its head.
        subjects: all of them, in clear.
        opened: new handles and the numbers that they stand for.
        known: the other handles that were asked for, and the items that open them here.
        prepared: what it was made from.
        told: by what EPCIS documents may refer to it.
    """

    event: ComposedEvent
    head: Head
    subjects: tuple[str, ...]
    opened: Mapping[str, Sequence[Number]]
    known: Mapping[str, int | None]
    prepared: PreparedEvent
    told: tuple[str, ...]


_make_composed = maker_of(Composed)


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
        kind = self._kind(draft.type)
        if missing := _missing(draft.subjects, kind, handles):
            return missing
        prepared = prepare_event(draft, kind, random=self._random)
        return self._finish(prepared, kind, handles, told_by(draft), issuer=issuer)

    def finish(
        self, prepared: Prepared, register: Register, *, issuer: str, about: Sequence[bytes]
    ) -> Composed | Missing:
        """Return the event that somebody prepared, as `compose` would have made it from its draft.

        Args:
            prepared: with stand-ins for its handles.
            register: whom it asks for them.
            issuer: participant URI.
            about: the events that it answers, where its document does not name them itself.

        Raises:
            SuyuanError: what does not fit, its field named.
        """
        handles = DocumentHandles(register, self._random)
        swaps = {}
        for stand_in, numbers in prepared.asked:
            handle = handles.of(list(numbers), drawn=stand_in)
            if handle != stand_in:
                swaps[stand_in] = handle
        event = with_handles(prepared.event, swaps, about)
        kind = self._kind(event.type)
        return _missing(event.subjects, kind, handles) or self._finish(
            event, kind, handles, prepared.told, issuer=issuer
        )

    def _kind(self, type_: str) -> EventType:
        kind = self._types.get(type_)
        if kind is None:
            raise NotPermittedError("type", came=type_, expected="a type that is known here")
        return kind

    def _finish(
        self, event: PreparedEvent, kind: EventType, handles: DocumentHandles, told: tuple[str, ...], *, issuer: str
    ) -> Composed:
        targets = [self.recent.head(name) or self._find_head(name) for name in event.about]
        made, head = finish_with_head(event, kind, issuer=issuer, targets=targets)
        return _make_composed(made, head, tuple(_flat(event.subjects)), handles.drawn, handles.known, event, told)


def handles_among(subjects: Iterable[str]) -> set[str]:
    """Return those subjects that are names of ours: only they wait for whoever opens them here."""
    return {each for each in subjects if each.startswith(_HANDLE)}


def unknown_head(name: bytes) -> Head:
    """Know no event."""
    raise UnknownError("about", came=name, expected="an event that this gateway or the ledger knows")


def _missing(subjects: Mapping[str, Any], kind: EventType, handles: DocumentHandles) -> Missing | None:
    """Return the numbers that an event names and may not open, where nobody has told their handles."""
    if not handles.drawn:
        return None
    opened = _opened(subjects, kind)
    missing = [number for handle, known in handles.drawn.items() if handle not in opened for number in known]
    return Missing(tuple(missing)) if missing else None


def _opened(subjects: Mapping[str, Any], kind: EventType) -> set[str]:
    """Return the subjects in roles through which a type may open them."""
    roles = (role for role in subjects if role in kind.subjects and kind.subjects[role].opens)
    return {subject for role in roles for subject in _flat({role: subjects[role]})}


def _flat(subjects: Mapping[str, Any]) -> list[str]:
    listed: list[str] = []
    for value in subjects.values():
        listed += [value] if isinstance(value, str) else value
    return listed
