"""What an event of the ledger is in EPCIS: type, action, things by their role, step, place. From what is in clear."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from ledger.epcis.shapes import SENSOR, SHAPES, Role, Shape
from ledger.readers.epcis.times import is_zone
from verifier.ledgerformat.body import Body
from verifier.ledgerformat.head import Head

Answered: TypeAlias = tuple[Head, Body]
FindAnswered = Callable[[bytes], "Answered | None"]
CORRECTION = "record.correction"


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
    shape = SHAPES.get(head.type)
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


def _words(data: Mapping[str, Any], shape: Shape) -> dict[str, str]:
    """Return what an event says in words, with what its type says where it says nothing."""
    told = {"bizStep": shape.step, "disposition": _FOUND.get(str(data.get("result")), shape.leaves)}
    told |= {"readPoint": data.get("place")}
    told |= {each: data[each] for each in _WORDS if each in data}
    return {name: word for name, word in told.items() if isinstance(word, str)}


def _things(
    head: Head, body: Body, shape: Shape, find_answered: FindAnswered, depth: int
) -> Iterator[tuple[Role, str, bool]]:
    """Yield what an event is about, and whether that is reserved: its own subjects, and those of what it answers."""
    for name, role in shape.roles.items():
        yield from ((role, subject, name in shape.reserved) for subject in body.of_role(name))
    if not head.about or depth == 0:
        return
    answered = find_answered(head.about[0])
    if answered is not None:
        yield from _things(*answered, SHAPES.get(answered[0].type, shape), find_answered, depth - 1)


def of_role(facts: Facts, role: Role) -> Sequence[str]:
    """Return the subjects of a role, each once."""
    return list(dict.fromkeys(subject for each, subject in facts.things if each == role))
