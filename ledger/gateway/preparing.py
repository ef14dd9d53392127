"""Events as far as they can be made without the gateway's file: in whatever process a message is read.

Only two things stand in that file that an event needs: the handles of the numbers that occur, and which event a receipt
answers. Stand-ins take their places: a handle drawn for each number, which is the handle where nobody has told one, and
a name of 32 zero bytes. All that asks for more is made where the file is (`ledger.gateway.composing`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ledger.compose.event import Draft, PreparedEvent, Randomness, prepare_event
from ledger.gateway.documents import Read, make_prepared, make_read
from ledger.gateway.intake import Arrival, make_arrival
from ledger.gateway.register import ByNumbers, Number, draw_handle
from verifier.ledgerformat.vocabulary import EventType
from verifier.primitives.quick import maker_of

_ANSWERED = bytes(32)  # stands for the event that a receipt answers
_CORRECTION = "record.correction"
_make_event = maker_of(PreparedEvent)


@dataclass(slots=True)
class StandIns(ByNumbers):
    """Handles of a document that nobody has looked up: the same for the same numbers.

    Attributes:
        random: source of random bytes.
        asked: what was asked for, in this order.
    """

    random: Randomness
    asked: dict[tuple[Number, ...], str] = field(default_factory=dict)

    def of(self, numbers: list[Number]) -> str:
        """Return what stands for the handle of something."""
        named = tuple(numbers)
        if named not in self.asked:
            self.asked[named] = draw_handle(numbers, self.random)
        return self.asked[named]


class _NothingIsAsked:
    """Takes the place of what was recorded: whoever asks must ask the gateway's file."""

    def packed(self, _child: str, _parent: str) -> bytes | None:
        raise _AsksError

    associated = packed

    def inside(self, _parent: str) -> Sequence[str]:
        raise _AsksError

    attached = inside

    def told(self, _event_id: str) -> Sequence[bytes]:
        raise _AsksError


class _AsksError(Exception):
    """A document cannot be prepared."""


def prepare_arrival(arrival: Arrival, types: Mapping[str, EventType], random: Randomness) -> Arrival:
    """Return what was read with the events of its documents prepared, as far as they can be."""
    documents = tuple([prepare_document(each, types, random) for each in arrival.documents])
    return make_arrival(
        arrival.kind, arrival.digest, documents, arrival.faults, arrival.departures, arrival.notes, arrival.about,
        arrival.referred,
    )  # fmt: skip


def prepare_document(document: Read, types: Mapping[str, EventType], random: Randomness) -> Read:
    """Return a document with its events prepared; as it came where one asks for more, or cannot be made.

    What is wrong with it says the gateway, which makes it then as if nobody had prepared it.
    """
    about = (_ANSWERED,) if document.answers is not None else ()
    try:
        made = []
        for draw in document.drafts(_NothingIsAsked(), about):
            handles = StandIns(random)
            draft = draw(handles)
            event = prepare_event(draft, types[draft.type], random=random)
            made.append(
                make_prepared(event, tuple((each, numbers) for numbers, each in handles.asked.items()), told_by(draft))
            )
    except Exception:  # noqa: BLE001 - it is made again where it is kept, and told there
        return document
    return make_read(
        document.path, document.digest, document.drafts, document.source, document.reported, document.answers,
        document.names, tuple(made),
    )  # fmt: skip


def with_handles(event: PreparedEvent, swaps: Mapping[str, str], about: Sequence[bytes]) -> PreparedEvent:
    """Return a prepared event with handles in the places of their stand-ins, and with what it answers.

    A stand-in has 128 random bits and was drawn when all else had been said: wherever it stands in the body, it stands
    for the handle.
    """
    body, subjects = event.body, event.subjects
    if swaps:
        subjects = {role: swaps.get(each, each) if isinstance(each, str) else each for role, each in subjects.items()}
        for stand_in, handle in swaps.items():
            body = body.replace(stand_in.encode(), handle.encode())
    elif not about:
        return event
    answered = tuple(sorted(about)) if about else event.about
    return _make_event(
        event.type, event.id, event.time, subjects, body, event.disclosures, event.attachments, answered,
        event.to, event.until, event.state, event.behalf,
    )  # fmt: skip


def told_by(draft: Draft) -> tuple[str, ...]:
    """Return by what EPCIS documents may refer to an event: its eventID and hash."""
    if draft.type == _CORRECTION:
        return ()
    named = (draft.data.get(each) for each in ("eventID", "alias"))
    return tuple(dict.fromkeys(each for each in named if isinstance(each, str)))
