"""EPCIS events and query documents as JSON, out of what whoever asks may read.

With the event as it was captured, that is the answer; without, what the bodies say in clear. Both name the events of
the ledger that they come from under `suyuan:events`, so that each can be proved.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from ledger.epcis.facts import Facts, of_role
from ledger.epcis.shapes import (
    AGGREGATION,
    ASSOCIATION,
    DOCUMENTS,
    OBJECT,
    TRANSACTION,
    TRANSFORMATION,
    Role,
)
from ledger.readers.epcis.canonical_link import canonical_link
from ledger.readers.epcis.cbv import BIZ_STEPS, DISPOSITIONS
from ledger.readers.epcis.checks import is_uri
from ledger.readers.epcis.context import EPCIS_CONTEXT, EPCIS_CONTEXTS
from ledger.readers.epcis.lossless_json import Numeral, parse_lossless
from ledger.readers.epcis.zone_vocabulary import TRANSACTION_TYPE
from verifier.ledgerformat.disclosure import MAX_ATTACHMENT
from verifier.ledgerformat.subject import form_of

NAMESPACE = "https://ns.suyuan.example/epcis/"
CONTEXT = [EPCIS_CONTEXT, {"suyuan": NAMESPACE}]
_LISTS: Mapping[str, Sequence[tuple[Role, str, str]]] = {  # by type: role, list of pieces, list of lots
    OBJECT: (("epc", "epcList", "quantityList"),),
    TRANSACTION: (("epc", "epcList", "quantityList"),),
    AGGREGATION: (("epc", "childEPCs", "childQuantityList"),),
    ASSOCIATION: (("epc", "childEPCs", "childQuantityList"),),
    TRANSFORMATION: (
        ("input", "inputEPCList", "inputQuantityList"),
        ("output", "outputEPCList", "outputQuantityList"),
    ),
}
_MEASURES = {
    "temperature": "Temperature",
    "humidity": "RelativeHumidity",
    "light": "Illuminance",
    "shock": "Acceleration",
    "tilt": "Angle",
    "pressure": "Pressure",
}
_REASONS = {"did-not-occur": "did_not_occur", "incorrect-data": "incorrect_data"}


@dataclass(frozen=True, slots=True)
class Part:
    """One event of the ledger that is an EPCIS event, or a part of one.

    Attributes:
        name: 32 bytes.
        facts: what its body tells.
        event_id: the eventID of the whole.
        recorded: ledger time, milliseconds since 1970.
        place: leaf and position.
        source: the event as it was captured, where whoever asks may read that.
        error: what a correction tells of the error: its time, reason and corrective eventIDs; None of any other event.
    """

    name: bytes
    facts: Facts
    event_id: str
    recorded: int
    place: tuple[int, int]
    source: bytes | None = None
    error: Mapping[str, Any] | None = None


def event_json(parts: Sequence[Part], *, links: bool) -> dict[str, Any]:
    """Return an EPCIS event; of several parts, at least one, the first gives what they have in common.

    Args:
        parts: in any order.
        links: whether EPCs are spelt as GS1 Digital Links, whatever the captured event has.
    """
    parts = sorted(parts, key=lambda part: (part.source is None, part.facts.sensor is not None, part.place))
    first = parts[0]
    own = {
        "recordTime": spell_time(max(part.recorded for part in parts)),
        "suyuan:events": sorted(part.name.hex() for part in parts),
    }
    if first.source is not None:
        return {**_captured(first.source, links=links), **own}
    return {**_from_bodies(parts), **own}


def query_document(
    events: Sequence[Mapping[str, Any]], *, name: str, created: int, before: int, origin: str
) -> dict[str, Any]:
    """Return an EPCISQueryDocument.

    Args:
        events: in order.
        name: of the query.
        created: milliseconds since 1970.
        before: likewise; of what was recorded before, nothing is left out.
        origin: of the ledger.
    """
    return {
        "@context": CONTEXT,
        "type": "EPCISQueryDocument",
        "schemaVersion": "2.0",
        "creationDate": spell_time(created),
        "suyuan:ledger": origin,
        "suyuan:recordedBefore": spell_time(before),
        "epcisBody": {"queryResults": {"queryName": name, "resultsBody": {"eventList": list(events)}}},
    }


def spell_time(milliseconds: int) -> str:
    """Return a time as EPCIS writes it, in UTC."""
    moment = datetime.fromtimestamp(milliseconds // 1000, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{milliseconds % 1000:03d}Z"


def _captured(source: bytes, *, links: bool) -> dict[str, Any]:
    """Return the event as it was captured, with those of its contexts that the document does not have."""
    event: dict[str, Any] = parse_lossless(source, "source", most=MAX_ATTACHMENT)
    contexts = event.pop("@context", [])
    own = [each for each in (contexts if isinstance(contexts, list) else [contexts]) if not _is_standard(each)]
    if links:
        event = {name: _linked(name, value) for name, value in event.items()}
    return {**({"@context": own} if own else {}), **event}


def _is_standard(context: Any) -> bool:
    return isinstance(context, str) and context in EPCIS_CONTEXTS


def _linked(name: str, value: Any) -> Any:
    """Return a field with its EPCs as links."""
    if name == "parentID":
        return canonical_link(value)
    if name.endswith("EPCs") or name.lower().endswith("epclist"):
        return list(dict.fromkeys(canonical_link(each) for each in value))
    if name.lower().endswith("quantitylist"):
        return [{**each, "epcClass": canonical_link(each["epcClass"])} for each in value]
    return value


def _from_bodies(parts: Sequence[Part]) -> dict[str, Any]:
    first = parts[0]
    facts = first.facts
    event: dict[str, Any] = {
        "type": facts.type,
        "eventID": first.event_id,
        "eventTime": spell_time(facts.time),
        "eventTimeZoneOffset": facts.zone,
    }
    if facts.action is not None:
        event["action"] = facts.action
    if first.error is not None:
        event["errorDeclaration"] = _error_json(first.error)
    if parents := _subjects(parts, "parent"):
        event["parentID"] = parents[0]
    for role, pieces, lots in _LISTS[facts.type]:
        event |= _listed(_subjects(parts, role), pieces, lots)
    event |= _words(facts.words)
    if sensors := [_sensor_json(part.facts.sensor) for part in parts if part.facts.sensor]:
        event["sensorElementList"] = sensors
    if documents := _documents(parts):
        event["bizTransactionList"] = documents
    elif facts.type == TRANSACTION:
        # Which transactions is told to the parties alone; the standard asks for at least one.
        event["bizTransactionList"] = [{"bizTransaction": f"urn:suyuan:event:{first.name.hex()}"}]
    return event


def _documents(parts: Sequence[Part]) -> list[dict[str, str]]:
    """Return the documents that an event is about, as business transactions, by their handles."""
    return [
        {"type": f"{TRANSACTION_TYPE}{role}", "bizTransaction": each}
        for role in DOCUMENTS
        for each in _subjects(parts, role)
    ]


def _subjects(parts: Sequence[Part], role: Role) -> list[str]:
    return list(dict.fromkeys(each for part in parts for each in of_role(part.facts, role)))


def _listed(subjects: Sequence[str], pieces: str, lots: str) -> dict[str, Any]:
    """Return subjects as a list of pieces, always there where there are no lots, and a list of lots."""
    by_lot = [each for each in subjects if form_of(each) in ("lot", "product")]
    epcs = [each for each in subjects if each not in by_lot]
    members: dict[str, Any] = {pieces: epcs} if epcs or not by_lot else {}
    return members | ({lots: [{"epcClass": each} for each in by_lot]} if by_lot else {})


def _words(words: Mapping[str, str]) -> dict[str, Any]:
    """Return step, disposition and places; what EPCIS would not take under these names goes under names of ours."""
    told: dict[str, Any] = {}
    for name, known in (("bizStep", BIZ_STEPS), ("disposition", DISPOSITIONS)):
        if name in words:
            told[name if words[name] in known or is_uri(words[name]) else f"suyuan:{name}"] = words[name]
    for name in ("readPoint", "bizLocation"):
        if name in words:
            told |= {name: {"id": words[name]}} if is_uri(words[name]) else {f"suyuan:{name}": words[name]}
    if "transformationID" in words:
        told["transformationID"] = words["transformationID"]
    return told


def _sensor_json(sensor: Mapping[str, Any]) -> dict[str, Any]:
    report: dict[str, Any] = {
        "type": _MEASURES.get(sensor["measures"], "Dimensionless"),
        "minValue": Numeral(sensor["minimum"]),
        "maxValue": Numeral(sensor["maximum"]),
        "uom": sensor["unit"],
    }
    return {"sensorReport": [{**report, **({"exception": "ALARM_CONDITION"} if sensor["excursion"] else {})}]}


def _error_json(error: Mapping[str, Any]) -> dict[str, Any]:
    declared: dict[str, Any] = {"declarationTime": spell_time(error["time"])}
    if (reason := _REASONS.get(error["reason"])) is not None:
        declared["reason"] = reason
    if ids := error.get("correctiveEventIDs"):
        declared["correctiveEventIDs"] = list(ids)
    return declared
