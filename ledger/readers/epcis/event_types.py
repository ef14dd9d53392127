"""The five event types: which fields each must and may have, and what must stand together.

Source: EPCIS 2.0 chapter 7 (core event types) and its JSON schema.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ledger.readers.epcis import shapes
from ledger.readers.epcis.checks import Check, Faults, anything, identifier, many, record, text, time, uri, zone

Event = Mapping[str, Any]
Rule = Callable[[Event], tuple[str, str] | None]

_REQUIRED: Mapping[str, Check] = {"type": text, "eventTime": time, "eventTimeZoneOffset": zone}
_COMMON: Mapping[str, Check] = {
    "@context": anything,
    "recordTime": time,
    "eventID": uri,
    "certificationInfo": shapes.certification,
    "errorDeclaration": shapes.error_declaration,
    "bizStep": shapes.biz_step,
    "disposition": shapes.disposition,
    "readPoint": shapes.place,
    "bizLocation": shapes.place,
    "bizTransactionList": many(shapes.business_transaction),
    "sourceList": many(shapes.source),
    "destinationList": many(shapes.destination),
    "sensorElementList": many(shapes.sensor_element),
}
_ACTION: Mapping[str, Check] = {"action": shapes.action}
_OBJECTS: Mapping[str, Check] = {"epcList": shapes.epcs, "quantityList": shapes.quantities}
_CHILDREN: Mapping[str, Check] = {"childEPCs": shapes.epcs, "childQuantityList": shapes.quantities}
_PARENT: Mapping[str, Check] = {"parentID": identifier("instance")}
_LIFE: Mapping[str, Check] = {"ilmd": shapes.ilmd, "persistentDisposition": shapes.persistent_disposition}
_TRANSFORMED: Mapping[str, Check] = {
    "inputEPCList": shapes.epcs,
    "inputQuantityList": shapes.quantities,
    "outputEPCList": shapes.epcs,
    "outputQuantityList": shapes.quantities,
    "transformationID": uri,
}


@dataclass(frozen=True, slots=True)
class EventType:
    """An event type: the check of its fields, and the rules about several of them.

    A rule returns the field that is wrong and what was expected, or nothing.
    """

    fields: Check
    rules: tuple[Rule, ...]


def check_event(kind: EventType, event: Event, path: str, faults: Faults) -> None:
    """Note all that is wrong with an event of this type; `path` is empty for an event that came alone."""
    kind.fields(event, path, faults)
    for rule in kind.rules:
        if broken := rule(event):
            name, expected = broken
            faults.add(f"{path}.{name}" if path else name, event.get(name, "nothing"), expected)


def _type(required: Mapping[str, Check], optional: Mapping[str, Check], *rules: Rule) -> EventType:
    return EventType(record({**_REQUIRED, **required}, {**_COMMON, **optional}, extensible=True), rules)


def _names_objects(event: Event) -> tuple[str, str] | None:
    sensed = event.get("sensorElementList") and "readPoint" in event
    if "epcList" in event or event.get("quantityList") or sensed:
        return None
    return "epcList", "EPCs, quantities, or sensor data with a read point"


def _master_data_only_when_added(event: Event) -> tuple[str, str] | None:
    if "ilmd" not in event or event.get("action") == "ADD":
        return None
    return "ilmd", "instance and lot master data only where the action is ADD"


def _parent_unless_observed(event: Event) -> tuple[str, str] | None:
    """Hold the standard's text on AggregationEvent; the JSON schema leaves it open."""
    if "parentID" in event or event.get("action") not in ("ADD", "DELETE"):
        return None
    return "parentID", "a parent, unless the action is OBSERVE"


def _names_children(event: Event) -> tuple[str, str] | None:
    if event.get("childEPCs") or event.get("childQuantityList") or event.get("action") == "DELETE":
        return None
    return "childEPCs", "children, unless the action is DELETE"


def _names_traded_objects(event: Event) -> tuple[str, str] | None:
    if "epcList" in event or event.get("quantityList") or event.get("action") == "DELETE":
        return None
    return "epcList", "EPCs or quantities, unless the action is DELETE"


def _has_both_ends(event: Event) -> tuple[str, str] | None:
    inputs = event.get("inputEPCList") or event.get("inputQuantityList")
    outputs = event.get("outputEPCList") or event.get("outputQuantityList")
    if (inputs and outputs) or ((inputs or outputs) and "transformationID" in event):
        return None
    return ("inputEPCList" if outputs else "outputEPCList"), "inputs and outputs, or one and a transformationID"


_transactions = many(shapes.business_transaction, least=1)
EVENT_TYPES: Mapping[str, EventType] = {
    "ObjectEvent": _type(_ACTION, {**_OBJECTS, **_LIFE}, _names_objects, _master_data_only_when_added),
    "AggregationEvent": _type(_ACTION, {**_CHILDREN, **_PARENT}, _names_children, _parent_unless_observed),
    "TransactionEvent": _type(
        {**_ACTION, "bizTransactionList": _transactions}, {**_OBJECTS, **_PARENT}, _names_traded_objects
    ),
    "TransformationEvent": _type({}, {**_TRANSFORMED, **_LIFE}, _has_both_ends),
    "AssociationEvent": _type({**_ACTION, **_PARENT}, _CHILDREN, _names_children),
}
# Names that the EPCIS context protects: no other context may give them another meaning.
PROTECTED_NAMES = frozenset(
    {*EVENT_TYPES, *_REQUIRED, *_COMMON, *_ACTION, *_OBJECTS, *_CHILDREN, *_PARENT, *_LIFE, *_TRANSFORMED, "id"}
    - {"@context"}
)
