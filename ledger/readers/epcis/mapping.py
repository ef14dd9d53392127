"""From EPCIS events to drafts of transport events (verifier/vocabulary/transport) and of corrections.

What an event names becomes subjects; where and how becomes `data`, in clear, with the CBV event hash as `alias`; all
else (transactions, sources, destinations, quantities, master data, sensors, extensions) is in the `/details`
disclosure, and the whole event is the `/source` attachment. Nothing is left out silently: an event that names something
which the types cannot hold is refused as a whole, with the reason.
"""

from __future__ import annotations

from collections.abc import Iterator

from ledger.compose.event import Draft
from ledger.readers.epcis.cbv import short_name
from ledger.readers.epcis.containment import AGGREGATION, ASSOCIATION, map_containment, map_observed
from ledger.readers.epcis.context import has_standard_master_data
from ledger.readers.epcis.correction import map_correction
from ledger.readers.epcis.identifiers import lot_subject
from ledger.readers.epcis.reading import EpcisEvent
from ledger.readers.epcis.recorded import NOTHING, Recorded
from ledger.readers.epcis.sensors import is_report, map_sensors
from ledger.readers.epcis.subjects import CLASSES, GOODS, LOTS, PARCEL, goods_of, object_roles
from ledger.readers.epcis.telling import tell
from ledger.readers.epcis.transformation import map_transformation
from ledger.readers.epcis.zone_vocabulary import ZoneStep, step_of_event
from verifier.errors import MalformedError
from verifier.ledgerformat.head import MAX_LINKS
from verifier.ledgerformat.subject import form_of, product_of

_LOT_NUMBERS = ("urn:epcglobal:cbv:mda#lotNumber", "urn:epcglobal:cbv:mda:lotNumber")


def map_event(event: EpcisEvent, recorded: Recorded = NOTHING) -> tuple[Draft, ...]:
    """Return the drafts that an event becomes, at least one.

    - errorDeclaration: a `record.correction` about each event that the erroneous event became.
    - ObjectEvent with a step of the zone's own: the type that the zone's list has for it, about units, items, lots and
      parcels (by their handles); for more than 64, one for each 64.
    - ObjectEvent, ADD, commissioning: one `transport.commissioning` per item; the rest as any other ObjectEvent.
    - ObjectEvent: a `transport.object` about its units, items, lots and products; for more than 64, one for each 64.
      With bizStep sensor_reporting also a `transport.sensor` for each measure.
    - AggregationEvent, ADD: one `transport.aggregation` per child; DELETE: one `transport.unpacking` per child, of all
      that is known to be inside where it names none.
    - AssociationEvent, ADD: one `transport.association` per child; DELETE: one `transport.dissociation` per child,
      likewise. Children by quantity, of both: a `transport.object` about parent and lots or products.
    - AggregationEvent and AssociationEvent, OBSERVE, and TransactionEvent: a `transport.object` about parent and
      children.
    - TransformationEvent: a `transport.transformation`.

    Args:
        event: from `read_epcis`.
        recorded: finds what was recorded before. It is asked when this event is mapped, so earlier events of the same
            document can have been composed before.

    Raises:
        UnsupportedError: "not mapped yet", or an identifier without canonical subject.
        MalformedError: an identifier that is misspelt, or an event about nothing that has a history here.
        TooLargeError: details or fields that no event of ours can hold.
        UnknownError: a removal of something that was never added, or an error in something that was never recorded.
    """
    return tuple(_map(event, recorded))


def _map(event: EpcisEvent, recorded: Recorded) -> Iterator[Draft]:
    if "errorDeclaration" in event.members:
        return map_correction(event, recorded)
    step = step_of_event(event)
    match event.type:
        case "AggregationEvent":
            return map_containment(event, AGGREGATION, recorded)
        case "AssociationEvent":
            return map_containment(event, ASSOCIATION, recorded)
        case "TransformationEvent":
            return map_transformation(event)
        case "TransactionEvent":
            return map_observed(event, tell(event))
        case _:
            return _map_object_event(event) if step is None else _map_zone_step(event, step)


def _map_zone_step(event: EpcisEvent, step: ZoneStep) -> Iterator[Draft]:
    goods = _goods(event, forms=GOODS | {PARCEL}, classes=LOTS)
    told = tell(event)
    for at in range(0, len(goods), MAX_LINKS):
        yield told.draft(step.captured, {"goods": goods[at : at + MAX_LINKS]})


def _goods(event: EpcisEvent, *, forms: frozenset[str] = GOODS, classes: frozenset[str] = CLASSES) -> list[str]:
    listed = goods_of(event, "epcList", "quantityList", forms=forms, classes=classes)
    if not listed:
        expected = "a unit, item, lot or product that the event is about"
        raise MalformedError(event.field("epcList"), came="none", expected=expected)
    return listed


def _map_object_event(event: EpcisEvent) -> Iterator[Draft]:
    listed = _goods(event)
    told = tell(event)
    born = [each for each in listed if form_of(each) == "item"] if _is_commissioning(event) else []
    for item in born:
        yield told.draft("transport.commissioning", _born_subjects(event, item))
    rest = [each for each in listed if each not in born]
    for at in range(0, len(rest), MAX_LINKS):
        some = object_roles(rest[at : at + MAX_LINKS])
        yield told.draft("transport.object", some)
        if is_report(event) and "epcs" in some:
            yield from map_sensors(event, told, list(some["epcs"]))


def _is_commissioning(event: EpcisEvent) -> bool:
    return event.members["action"] == "ADD" and short_name(event.members.get("bizStep", "")) == "commissioning"


def _born_subjects(event: EpcisEvent, item: str) -> dict[str, str | list[str]]:
    product = product_of(item)
    lot = _lot_of(event, product)
    subjects: dict[str, str | list[str]] = {"item": item, "product": product}
    return {**subjects, "lot": lot} if lot else subjects


def _lot_of(event: EpcisEvent, product: str) -> str | None:
    """Return the lot that ilmd names (CBV 2.0, lotNumber), if it makes a lot subject; else it stays a detail."""
    ilmd = event.members.get("ilmd", {})
    names = (*_LOT_NUMBERS, "cbvmda:lotNumber") if has_standard_master_data(event.contexts) else _LOT_NUMBERS
    given = next((ilmd[name] for name in names if name in ilmd), None)
    if not isinstance(given, str):
        return None
    try:
        return lot_subject(product, given)
    except MalformedError:
        return None
