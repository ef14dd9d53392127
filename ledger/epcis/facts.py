"""What an event of the ledger is in EPCIS: type, action, things by their role, step, place. From what is in clear."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from ledger.readers.epcis.times import is_zone
from ledger.readers.epcis.zone_vocabulary import zone_steps
from verifier.ledgerformat.body import Body
from verifier.ledgerformat.head import Head

Role: TypeAlias = Literal["epc", "parent", "input", "output", "declaration", "order", "transit"]
DOCUMENTS: Sequence[Role] = ("declaration", "order", "transit")  # told as business transactions
Answered: TypeAlias = tuple[Head, Body]
FindAnswered = Callable[[bytes], "Answered | None"]
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
        reserved: those of them of whose histories the event joins no open one: that something happened to them is for
            those who may list everything.
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
    reserved: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class _Shape:
    """How a type of the ledger is told in EPCIS.

    Attributes:
        type: event type.
        action: where the event tells none.
        roles: what the subjects in each role of the type are in EPCIS.
        step: where the event tells none.
        leaves: disposition where the event tells none.
        reserved: roles of the type whose subjects' case the event joins, and nothing that is open.
    """

    type: str
    action: str | None
    roles: Mapping[str, Role]
    step: str | None = None
    leaves: str | None = None
    reserved: frozenset[str] = frozenset()


_CONTAINED: Mapping[str, Role] = {"child": "epc", "parent": "parent"}
_PACKED: Mapping[str, Role] = {"item": "epc", "unit": "parent", "parcel": "parent"}
_SHAPES: dict[str, _Shape] = {
    "transport.commissioning": _Shape(OBJECT, "ADD", {"item": "epc"}, "commissioning"),
    "transport.object": _Shape(OBJECT, "OBSERVE", {"epcs": "epc", "parent": "parent"}),
    "transport.departed": _Shape(OBJECT, "OBSERVE", {"goods": "epc"}, "departing"),
    "transport.arrived": _Shape(OBJECT, "OBSERVE", {"goods": "epc"}, "arriving"),
    SENSOR: _Shape(OBJECT, "OBSERVE", {"goods": "epc"}, "sensor_reporting"),
    "transport.aggregation": _Shape(AGGREGATION, "ADD", _CONTAINED),
    "transport.packing": _Shape(AGGREGATION, "ADD", _PACKED, "packing"),
    "transport.unpacking": _Shape(AGGREGATION, "DELETE", {**_CONTAINED, **_PACKED}, "unpacking"),
    "transport.association": _Shape(ASSOCIATION, "ADD", _CONTAINED),
    "transport.dissociation": _Shape(ASSOCIATION, "DELETE", _CONTAINED),
    "transport.transformation": _Shape(TRANSFORMATION, None, {"inputs": "input", "outputs": "output"}),
}
_STEPPED: Mapping[str, Mapping[str, Role]] = {  # what the zone's own steps are about; of others, the parcel
    "clearance.list": {"declaration": "declaration", "order": "order"},
    "clearance.export-list": {"declaration": "declaration", "parcel": "epc"},
    "clearance.transit-opened": {"transit": "transit", "goods": "epc"},
    "aftersales.exhibit-out": {"goods": "epc"},
    "aftersales.return": {"item": "epc", "order": "order"},
    "aftersales.export-return": {"item": "epc", "declaration": "declaration"},
}
_RESERVED = {
    "clearance.export-list": frozenset({"parcel"}),
    "clearance.transit-opened": frozenset({"goods"}),
    "aftersales.return": frozenset({"order"}),
    "aftersales.export-return": frozenset({"declaration"}),
}
for _step in zone_steps().values():
    _SHAPES.setdefault(_step.captured, _Shape(OBJECT, "OBSERVE", {"goods": "epc"}))
    for _type in _step.said:
        _SHAPES[_type] = _Shape(
            OBJECT, "OBSERVE", _STEPPED.get(_type, {"parcel": "epc"}), _step.id, _step.leaves,
            _RESERVED.get(_type, frozenset()),
        )  # fmt: skip
TOLD_TYPES = frozenset(_SHAPES)
_WORDS = ("bizStep", "disposition", "readPoint", "bizLocation", "transformationID", "eventID", "alias")
_FOUND = {"conformant": "conformant", "non-conformant": "non_conformant"}  # by an inspection
_DEPTH = 4  # an answer to an answer, and so on: a lifted hold answers the hold, which answers the list


def facts_of(name: bytes, head: Head, body: Body, find_answered: FindAnswered) -> Facts | None:
    """Return an event of the ledger as EPCIS facts; None for a type that is none of EPCIS's.

    Args:
        name: the event's, 32 bytes.
        head: its head.
        body: its body.
        find_answered: returns an event that is answered, None where its body is not kept.
    """
    shape = _SHAPES.get(head.type)
    if shape is None:
        return None
    data, words = body.data, _words(body.data, shape)
    zone = data.get("zone", "")
    things = list(_things(head, body, shape, find_answered, _DEPTH))
    return Facts(
        group=f"{head.principal}|{words['alias']}" if "alias" in words else name.hex(),
        type=data.get("epcisType", shape.type),
        time=head.time,
        zone=zone if is_zone(zone) else "+00:00",
        things=tuple((role, subject) for role, subject, _ in things),
        action=data.get("action", shape.action) if shape.action else None,
        words=words,
        sensor=data if head.type == SENSOR else None,
        reserved=frozenset(subject for _, subject, reserved in things if reserved),
    )


def _words(data: Mapping[str, Any], shape: _Shape) -> dict[str, str]:
    """Return what an event says in words, with what its type says where it says nothing."""
    told = {"bizStep": shape.step, "disposition": _FOUND.get(str(data.get("result")), shape.leaves)}
    told |= {"readPoint": data.get("place")}
    told |= {each: data[each] for each in _WORDS if each in data}
    return {name: word for name, word in told.items() if isinstance(word, str)}


def _things(
    head: Head, body: Body, shape: _Shape, find_answered: FindAnswered, depth: int
) -> Iterator[tuple[Role, str, bool]]:
    """Yield what an event is about, and whether that is reserved: its own subjects, and those of what it answers."""
    for name, role in shape.roles.items():
        yield from ((role, subject, name in shape.reserved) for subject in body.of_role(name))
    if not head.about or depth == 0:
        return
    answered = find_answered(head.about[0])
    if answered is not None:
        yield from _things(*answered, _SHAPES.get(answered[0].type, shape), find_answered, depth - 1)


def of_role(facts: Facts, role: Role) -> Sequence[str]:
    """Return the subjects of a role, each once."""
    return list(dict.fromkeys(subject for each, subject in facts.things if each == role))
