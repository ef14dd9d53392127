"""Between the gateway and the process that reads for it: questions and answers as bytes.

Both ends are one program at one moment, of one version of Python: `marshal` writes and reads plain values several times
as fast as anything that outlives a process. What does not fit into plain values is not passed: the gateway reads it.
"""

from __future__ import annotations

import marshal
from collections.abc import Iterable, Sequence
from dataclasses import fields, replace
from typing import Any

from ledger.compose.event import PreparedEvent
from ledger.gateway.documents import Prepared, Read, make_prepared, make_read
from ledger.gateway.intake import CEB, DRAFTS, Arrival, make_arrival, read_ceb_again
from ledger.gateway.received import Received
from ledger.gateway.register import Number, make_number
from ledger.readers.ceb import Draw, Facts, Mode
from ledger.readers.ceb.draft import NO_FACTS
from ledger.readers.epcis import Recorded
from ledger.readers.epcis.referring import Referred
from verifier.primitives.quick import maker_of

_FACTS = tuple(each.name for each in fields(Facts))
_WHOLE = True  # in place of an attachment, or source, that is what was received
_SIGNATURE = b"Signature"
_make_event = maker_of(PreparedEvent)


def can_be_passed(received: Received) -> bool:
    """Return whether somebody else may read it: not where a customs signature is checked, nor drafts."""
    return received.kind != DRAFTS and (received.trust is None or _SIGNATURE not in received.data)


def format_questions(listed: Iterable[Received]) -> bytes:
    """Return messages as bytes."""
    return marshal.dumps([_question(each) for each in listed])


def _question(received: Received) -> tuple[Any, ...]:
    if received.kind != CEB:
        return (received.kind, received.data)
    told = {} if received.facts is NO_FACTS else _facts(received.facts)
    return (received.kind, received.data, received.mode.value, told)


def _facts(facts: Facts) -> dict[str, Any]:
    """Return those facts that are told."""
    told = {name: getattr(facts, name) for name in _FACTS}
    told |= {"products": dict(facts.products), "about": tuple(facts.about)}
    return {name: value for name, value in told.items() if value != getattr(NO_FACTS, name)}


def parse_questions(data: bytes) -> list[Received]:
    """Return what `format_questions` wrote."""
    return [
        Received(kind, content, Mode(rest[0]), Facts(**rest[1]) if rest[1] else NO_FACTS)
        if rest
        else Received(kind, content)
        for kind, content, *rest in marshal.loads(data)  # noqa: S302 - our own process wrote it
    ]


def format_answers(listed: Iterable[tuple[Received, Arrival | None]]) -> bytes:
    """Return arrivals as bytes; None, and whatever has faults, stands for what the gateway reads itself."""
    return marshal.dumps([_answer(received, each) if each else None for received, each in listed])


def _answer(received: Received, arrival: Arrival) -> tuple[Any, ...] | None:
    documents = [_document(each, received.data) for each in arrival.documents]
    if arrival.faults or not all(documents):
        return None
    referred = arrival.referred
    return (
        arrival.kind, arrival.digest, documents, arrival.departures, dict(arrival.notes), arrival.about,
        (referred.wrong, referred.removed, referred.emptied) if referred else None,
    )  # fmt: skip


def _document(document: Read, data: bytes) -> tuple[Any, ...] | None:
    prepared = None if document.prepared is None else [_prepared(each, data) for each in document.prepared]
    if prepared is not None and not all(prepared):
        return None
    source: tuple[bytes, bytes | bool] | None = None
    if document.source is not None:
        said, _, content = document.source.partition(b"\n")
        source = (said, _WHOLE if content == data else content)
    names = [_number(each) for each in document.names]
    return (document.path, document.digest, source, document.reported, document.answers, names, prepared)


def _prepared(prepared: Prepared, data: bytes) -> tuple[Any, ...] | None:
    event = prepared.event
    if event.state is not None:
        return None
    attachments = [_WHOLE if each == data else each for each in event.attachments]
    asked = [(stand_in, [_number(each) for each in numbers]) for stand_in, numbers in prepared.asked]
    return (
        event.type, event.id, event.time, dict(event.subjects), event.body, event.disclosures, attachments, event.about,
        event.to, event.until, event.behalf, asked, prepared.told,
    )  # fmt: skip


def _number(number: Number) -> tuple[str, str, str, int]:
    return (number.form, number.code, number.number, number.time)


def parse_answers(data: bytes, listed: Sequence[Received]) -> list[Arrival | None]:
    """Return what `format_answers` wrote of these messages."""
    answers = marshal.loads(data)  # noqa: S302 - our own process wrote it
    return [_arrival(answer, received) if answer else None for answer, received in zip(answers, listed, strict=True)]


def _arrival(answer: tuple[Any, ...], received: Received) -> Arrival:
    kind, digest, documents, departures, notes, about, referred = answer
    read = tuple(_read(each, received, place) for place, each in enumerate(documents))
    told = Referred(*referred) if referred else Referred()
    return make_arrival(kind, digest, read, (), departures, notes, about, told)


def _read(document: tuple[Any, ...], received: Received, place: int) -> Read:
    path, digest, source, reported, answers, names, prepared = document
    data = received.data
    again = None
    if source is not None:
        said, content = source
        again = said + b"\n" + (data if content is _WHOLE else content)

    def drafts(recorded: Recorded, about: Sequence[bytes]) -> Sequence[Draw]:
        read = read_ceb_again(again) if again is not None else received.read().documents[place]
        return read.drafts(recorded, about)

    events = None if prepared is None else tuple(_event(each, data) for each in prepared)
    numbers = tuple(make_number(*each) for each in names)
    return make_read(path, digest, drafts, again, reported, answers, numbers, events)


def _event(prepared: tuple[Any, ...], data: bytes) -> Prepared:
    type_, id_, time, subjects, body, disclosures, attachments, about, to, until, behalf, asked, told = prepared
    carried = tuple(data if each is _WHOLE else each for each in attachments)
    event = _make_event(type_, id_, time, subjects, body, disclosures, carried, about, to, until, None, behalf)
    numbers = tuple((stand_in, tuple(make_number(*each) for each in listed)) for stand_in, listed in asked)
    return make_prepared(event, numbers, told)


def without_prepared(arrival: Arrival) -> Arrival:
    """Return an arrival whose events nobody has prepared: made from drafts, as where nobody reads aside."""
    return replace(arrival, documents=tuple(replace(each, prepared=None) for each in arrival.documents))
