"""How types of the ledger are told in EPCIS: event type, action, and what the subjects in their roles are there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from ledger.readers.epcis.zone_vocabulary import zone_steps

Role: TypeAlias = Literal["epc", "parent", "input", "output", "declaration", "order", "transit"]
DOCUMENTS: Sequence[Role] = ("declaration", "order", "transit")  # told as business transactions
SENSOR = "transport.sensor"
OBJECT, AGGREGATION, ASSOCIATION = "ObjectEvent", "AggregationEvent", "AssociationEvent"
TRANSACTION, TRANSFORMATION = "TransactionEvent", "TransformationEvent"
EVENT_TYPES = (OBJECT, AGGREGATION, TRANSACTION, TRANSFORMATION, ASSOCIATION)


@dataclass(frozen=True, slots=True)
class Shape:
    """How a type of the ledger is told in EPCIS.

    Attributes:
        type: event type.
        action: where the event tells none.
        roles: what the subjects in each role of the type are in EPCIS.
        step: where the event tells none.
        leaves: disposition where the event tells none.
        reserved: roles of whose subjects the event joins no `trace`: what became of a lot, or that something is in
            transit, is not for everybody who can name the lot or the parcel.
    """

    type: str
    action: str | None
    roles: Mapping[str, Role]
    step: str | None = None
    leaves: str | None = None
    reserved: frozenset[str] = frozenset()


_CONTAINED: Mapping[str, Role] = {"child": "epc", "parent": "parent"}
_PACKED: Mapping[str, Role] = {"item": "epc", "unit": "parent", "parcel": "parent"}
SHAPES: dict[str, Shape] = {
    "transport.commissioning": Shape(OBJECT, "ADD", {"item": "epc"}, "commissioning"),
    "transport.object": Shape(OBJECT, "OBSERVE", {"epcs": "epc", "parent": "parent", "products": "epc"}),
    "transport.departed": Shape(OBJECT, "OBSERVE", {"goods": "epc"}, "departing"),
    "transport.arrived": Shape(OBJECT, "OBSERVE", {"goods": "epc"}, "arriving"),
    SENSOR: Shape(OBJECT, "OBSERVE", {"goods": "epc"}, "sensor_reporting"),
    "transport.aggregation": Shape(AGGREGATION, "ADD", _CONTAINED),
    "transport.packing": Shape(AGGREGATION, "ADD", _PACKED, "packing"),
    "transport.unpacking": Shape(AGGREGATION, "DELETE", {**_CONTAINED, **_PACKED}, "unpacking"),
    "transport.association": Shape(ASSOCIATION, "ADD", _CONTAINED),
    "transport.dissociation": Shape(ASSOCIATION, "DELETE", _CONTAINED),
    "transport.transformation": Shape(
        TRANSFORMATION, None, {"inputs": "input", "materials": "input", "outputs": "output"}
    ),
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
    "transport.object": frozenset({"products"}),
    "transport.transformation": frozenset({"inputs", "materials"}),
    "clearance.export-list": frozenset({"parcel"}),
    "clearance.transit-opened": frozenset({"goods"}),
    "aftersales.return": frozenset({"order"}),
    "aftersales.export-return": frozenset({"declaration"}),
}
for _step in zone_steps().values():
    SHAPES.setdefault(_step.captured, Shape(OBJECT, "OBSERVE", {"goods": "epc"}))
    for _type in _step.said:
        SHAPES[_type] = Shape(OBJECT, "OBSERVE", _STEPPED.get(_type, {"parcel": "epc"}), _step.id, _step.leaves)
for _type, _roles in _RESERVED.items():
    SHAPES[_type] = replace(SHAPES[_type], reserved=_roles)
TOLD_TYPES = frozenset(SHAPES)
