"""What an event of the ledger is in EPCIS: type, action, things by their role, step, place. From what is in clear."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from ledger.readers.epcis.times import is_zone
from verifier.ledgerformat.body import Body
from verifier.ledgerformat.head import Head

Role: TypeAlias = Literal["epc", "parent", "input", "output"]
FindBody = Callable[[bytes], "Body | None"]
CORRECTION = "record.correction"
SENSOR = "transport.sensor"
OBJECT, AGGREGATION, ASSOCIATION = "ObjectEvent", "AggregationEvent", "AssociationEvent"
TRANSACTION, TRANSFORMATION = "TransactionEvent", "TransformationEvent"
EVENT_TYPES = (OBJECT, AGGREGATION, TRANSACTION, TRANSFORMATION, ASSOCIATION)


@dataclass(frozen=True, slots=True)
class Facts:
    """An EPCIS event, or a part of one, as a body in clear tells it.

    Attributes:
        group: what the parts of one EPCIS event have in common.
        type: one of the five event types.
        time: claimed, milliseconds since 1970.
        zone: offset from UTC, like `+08:00`.
        things: subjects by their role.
        action: ADD, OBSERVE or DELETE; None for a transformation.
        words: bizStep, disposition, readPoint, bizLocation, transformationID, eventID, alias, as far as told.
        sensor: measure, unit, lowest and highest value and whether it is an excursion, of a sensor's report.
    """

    group: str
    type: str
    time: int
    zone: str
    things: tuple[tuple[Role, str], ...]
    action: str | None
    words: Mapping[str, str] = field(default_factory=dict)
    sensor: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class _Shape:
    """How a type of the ledger is told in EPCIS."""

    type: str
    action: str | None
    roles: Mapping[str, Role]
    step: str | None = None
    answers: bool = False


_CONTAINED: Mapping[str, Role] = {"child": "epc", "parent": "parent"}
_PACKED: Mapping[str, Role] = {"item": "epc", "unit": "parent", "parcel": "parent"}
_SHAPES: Mapping[str, _Shape] = {
    "transport.commissioning": _Shape(OBJECT, "ADD", {"item": "epc"}, "commissioning"),
    "transport.object": _Shape(OBJECT, "OBSERVE", {"epcs": "epc", "parent": "parent"}),
    "transport.departed": _Shape(OBJECT, "OBSERVE", {"goods": "epc"}, "departing"),
    "transport.arrived": _Shape(OBJECT, "OBSERVE", {"goods": "epc"}, "arriving"),
    SENSOR: _Shape(OBJECT, "OBSERVE", {"goods": "epc"}, "sensor_reporting"),
    "transport.aggregation": _Shape(AGGREGATION, "ADD", _CONTAINED),
    "transport.packing": _Shape(AGGREGATION, "ADD", _PACKED, "packing"),
    "transport.unpacking": _Shape(AGGREGATION, "DELETE", {**_CONTAINED, **_PACKED}, "unpacking", answers=True),
    "transport.association": _Shape(ASSOCIATION, "ADD", _CONTAINED),
    "transport.dissociation": _Shape(ASSOCIATION, "DELETE", _CONTAINED, answers=True),
    "transport.transformation": _Shape(TRANSFORMATION, None, {"inputs": "input", "outputs": "output"}),
}
TOLD_TYPES = frozenset(_SHAPES)
_WORDS = ("bizStep", "disposition", "readPoint", "bizLocation", "transformationID", "eventID", "alias")


def facts_of(name: bytes, head: Head, body: Body, find_body: FindBody) -> Facts | None:
    """Return an event of the ledger as EPCIS facts; None for a type that is none of EPCIS's.

    Args:
        name: the event's, 32 bytes.
        head: its head.
        body: its body.
        find_body: returns the body of an event that it answers, None where that is not kept.
    """
    shape = _SHAPES.get(head.type)
    if shape is None:
        return None
    told = find_body(head.about[0]) if shape.answers and head.about else body
    data = body.data
    words = {each: data[each] for each in _WORDS if isinstance(data.get(each), str)}
    if shape.step and "bizStep" not in words:
        words["bizStep"] = shape.step
    if "readPoint" not in words and isinstance(data.get("place"), str):
        words["readPoint"] = data["place"]
    zone = data.get("zone", "")
    return Facts(
        group=f"{head.principal}|{words['alias']}" if "alias" in words else name.hex(),
        type=data.get("epcisType", shape.type),
        time=head.time,
        zone=zone if is_zone(zone) else "+00:00",
        things=_things(told, shape.roles) if told else (),
        action=data.get("action", shape.action) if shape.action else None,
        words=words,
        sensor=data if head.type == SENSOR else None,
    )


def _things(body: Body, roles: Mapping[str, Role]) -> tuple[tuple[Role, str], ...]:
    return tuple((role, subject) for name, role in roles.items() for subject in body.of_role(name))


def of_role(facts: Facts, role: Role) -> Sequence[str]:
    """Return the subjects of a role, each once."""
    return list(dict.fromkeys(subject for each, subject in facts.things if each == role))
