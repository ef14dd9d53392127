"""What events tell of movements and of what sensors read: the inputs of `custody`, from a story in log order.

Beside departures and arrivals, logistics events whose business step is one of leaving or coming count; shipping and
departing at one place are one departure, arriving and receiving at one place one arrival. What was corrected does not
count.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from verifier.ledgerformat.event import Event
from verifier.results.amounts import read_amount
from verifier.results.custody import ARRIVED, DEPARTED, Movement, Reading

_LOGISTICS, _SENSOR, _CORRECTION = "transport.object", "transport.sensor", "record.correction"
_STEPS: Mapping[str, str] = {"shipping": DEPARTED, "departing": DEPARTED, "arriving": ARRIVED, "receiving": ARRIVED}
_GOODS: Mapping[str, str] = {DEPARTED: "goods", ARRIVED: "goods", _LOGISTICS: "epcs", _SENSOR: "goods"}


@dataclass(slots=True)
class Moved:
    """Movements and readings of one subject, in log order."""

    movements: list[Movement] = field(default_factory=list)
    readings: list[Reading] = field(default_factory=list)


@dataclass(slots=True)
class _Last:
    """Whether the last movement of each subject was told by a logistics event alone."""

    by_logistics: dict[str, bool] = field(default_factory=dict)


def find_moved(events: Iterable[Event]) -> dict[str, Moved]:
    """Return movements and readings by subject; events whose body is not shown tell none.

    Args:
        events: of one story, in log order.
    """
    told = list(events)
    wrong = {name for each in told if each.head.type == _CORRECTION for name in each.head.about}
    found: dict[str, Moved] = {}
    last = _Last()
    for event in told:
        if event.body is None or event.name in wrong or event.head.type not in _GOODS:
            continue
        for subject in event.body.of_role(_GOODS[event.head.type]):
            _take(event, subject, found.setdefault(subject, Moved()), last)
    return {subject: moved for subject, moved in found.items() if moved.movements or moved.readings}


def _take(event: Event, subject: str, moved: Moved, last: _Last) -> None:
    if event.head.type == _SENSOR:
        reading = _reading(event)
        moved.readings += [reading] if reading else []
        return
    movement = _movement(event)
    if movement is None:
        return
    by_logistics = event.head.type == _LOGISTICS
    before = moved.movements[-1] if moved.movements else None
    same = before is not None and (before.type, before.place) == (movement.type, movement.place)
    if same and (by_logistics or last.by_logistics[subject]):
        if movement.type == DEPARTED:  # it left when it was last said to leave, and came when it was first said to come
            moved.movements[-1] = movement
        last.by_logistics[subject] = by_logistics and last.by_logistics[subject]
        return
    moved.movements.append(movement)
    last.by_logistics[subject] = by_logistics


def _movement(event: Event) -> Movement | None:
    data = event.body.data if event.body else {}
    head = event.head
    kind = head.type if head.type in (DEPARTED, ARRIVED) else _STEPS.get(str(data.get("bizStep", "")))
    if kind is None:
        return None
    place = next((str(data[name]) for name in ("place", "readPoint", "bizLocation") if name in data), "")
    return Movement(event.name, kind, head.time, place, head.principal, head.to)


def _reading(event: Event) -> Reading | None:
    data = event.body.data if event.body else {}
    lowest, highest = read_amount(data.get("minimum")), read_amount(data.get("maximum"))
    if lowest is None or highest is None:
        return None
    measure, unit = str(data.get("measures", "")), str(data.get("unit", ""))
    return Reading(event.name, measure, unit, lowest, highest, data.get("excursion") is True)
