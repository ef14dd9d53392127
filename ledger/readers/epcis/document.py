"""Reading EPCIS 2.0 documents in JSON: EPCISDocument, EPCISQueryDocument, and an event alone.

A document that cannot be read is refused as a whole. In a readable document each event is judged by itself: one faulty
event does not keep the others out, and its sender learns every fault with its path, like
`epcisBody.eventList[3].eventTime`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ledger.readers.epcis import shapes
from ledger.readers.epcis.checks import Check, Faults, describe, is_uri
from ledger.readers.epcis.context import read_contexts
from ledger.readers.epcis.event_types import EVENT_TYPES, check_event
from ledger.readers.epcis.lossless_json import depth_of, parse_lossless
from ledger.readers.epcis.reading import EpcisEvent, EpcisReading, FaultyEvent
from ledger.readers.epcis.times import parse_time
from verifier.errors import MalformedError, SuyuanError, TooLargeError, UnsupportedError

MAX_DOCUMENT = 1 << 20
MAX_EVENTS = 1_000
MAX_EVENT_DEPTH = 15  # with the array around it, a disclosure's 16 levels (docs/formats.md, sections 1 and 4)
DOCUMENTS: Mapping[str, tuple[Check, tuple[str, ...]]] = {
    "EPCISDocument": (shapes.document, ("epcisBody", "eventList")),
    "EPCISQueryDocument": (shapes.query_document, ("epcisBody", "queryResults", "resultsBody", "eventList")),
}


def read_epcis(data: bytes) -> EpcisReading:
    """Return a document's facts, its events, and the faults of those events that are not read.

    Args:
        data: EPCIS 2.0 JSON or JSON-LD, UTF-8, at most 1 MiB with at most 1,000 events. Nothing is fetched.

    Raises:
        TooLargeError: more bytes or events.
        UnsupportedError: another version of EPCIS.
        MalformedError: no JSON in the sense of `lossless_json`, or no EPCIS document.
    """
    document = parse_lossless(data, "document", most=MAX_DOCUMENT)
    kind = document.get("type") if isinstance(document, dict) else None
    if not isinstance(kind, str) or kind not in (*DOCUMENTS, *EVENT_TYPES):
        came = describe(kind if isinstance(document, dict) else document)
        raise MalformedError("type", came=came, expected=f"one of {', '.join((*DOCUMENTS, *EVENT_TYPES))}")
    if kind in EVENT_TYPES:
        contexts = read_contexts(document.get("@context"), "@context")
        return _reading(kind, contexts, {}, [_read_event(document, "", ())])
    check, path = DOCUMENTS[kind]
    _require_sound(check, document)
    contexts = read_contexts(document["@context"], "@context")
    listed = document
    for step in path:
        listed = listed[step]
    where = ".".join(path)
    if len(listed) > MAX_EVENTS:
        raise TooLargeError(where, came=f"{len(listed)} events", expected=f"at most {MAX_EVENTS}")
    read = [_read_event(event, f"{where}[{place}]", contexts) for place, event in enumerate(listed)]
    return _reading(kind, contexts, document, read)


def _require_sound(check: Check, document: dict[str, Any]) -> None:
    faults = Faults()
    check(document, "", faults)
    if faults.found:
        raise faults.found[0]
    version = document.get("schemaVersion", "2.0")
    if version.split(".")[0] != "2":
        raise UnsupportedError("schemaVersion", came=version, expected="EPCIS 2")


def _reading(
    kind: str, contexts: tuple[Any, ...], document: Mapping[str, Any], read: list[EpcisEvent | FaultyEvent]
) -> EpcisReading:
    created = document.get("creationDate")
    return EpcisReading(
        type=kind,
        contexts=contexts,
        created=parse_time(created, "creationDate") if created else None,
        members={name: value for name, value in document.items() if name not in ("@context", "type", "epcisBody")},
        events=tuple(each for each in read if isinstance(each, EpcisEvent)),
        faulty=tuple(each for each in read if isinstance(each, FaultyEvent)),
    )


def _read_event(event: Any, path: str, inherited: tuple[Any, ...]) -> EpcisEvent | FaultyEvent:
    if not isinstance(event, dict):
        return FaultyEvent(path, None, (MalformedError(path, came=describe(event), expected="an object"),))
    faults = Faults()
    contexts = _contexts_of(event, path, inherited, faults)
    _check_type(event, path, faults)
    if (depth := depth_of(event)) > MAX_EVENT_DEPTH:
        faults.add(path, f"{depth} levels", f"at most {MAX_EVENT_DEPTH}")
    if faults.found:
        event_id = event.get("eventID")
        return FaultyEvent(path, event_id if isinstance(event_id, str) else None, tuple(faults.found))
    members = {name: value for name, value in event.items() if name != "@context"}
    return EpcisEvent(path, event["type"], parse_time(event["eventTime"], path), members, contexts)


def _check_type(event: dict[str, Any], path: str, faults: Faults) -> None:
    name = event.get("type", "nothing")
    if isinstance(name, str) and name in EVENT_TYPES:
        check_event(EVENT_TYPES[name], event, path, faults)
        return
    expected = f"one of {', '.join(EVENT_TYPES)}"
    if isinstance(name, str) and is_uri(name):  # EPCIS 2.0 lets others define event types; nobody here knows them
        faults.note(UnsupportedError(f"{path}.type", came=name[:200], expected=expected))
    else:
        faults.add(f"{path}.type", name, expected)


def _contexts_of(event: dict[str, Any], path: str, inherited: tuple[Any, ...], faults: Faults) -> tuple[Any, ...]:
    if "@context" not in event:
        return inherited
    try:
        return read_contexts(event["@context"], f"{path}.@context" if path else "@context", inherited=inherited)
    except SuyuanError as error:
        faults.note(error)
        return inherited
