"""Containment: what is packed into what, and what is attached to what.

Adding opens a window in which the child's story includes the parent's, removing answers the very event that opened it.
What is only observed changes nothing, so it is an event about all that it names.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from ledger.compose.event import Draft
from ledger.errors import UnknownError
from ledger.readers.epcis.cbv import short_name
from ledger.readers.epcis.reading import EpcisEvent
from ledger.readers.epcis.recorded import Recorded
from ledger.readers.epcis.subjects import PIECES, classes_of, goods_of, object_roles, subject_at, subjects_of
from ledger.readers.epcis.telling import Told, tell
from verifier.errors import MalformedError, TooLargeError
from verifier.ledgerformat.head import MAX_LINKS

_MAX_REASON = 100
_UNITS = frozenset({"unit"})


@dataclass(frozen=True, slots=True)
class Containment:
    """How one kind of containment is told: the types that open and close it, what can be a parent, what finds it."""

    opens: str
    closes: str
    parents: frozenset[str]
    word: str
    find: Callable[[Recorded], Callable[[str, str], bytes | None]]
    held: Callable[[Recorded], Callable[[str], Sequence[str]]]


AGGREGATION = Containment(
    "transport.aggregation", "transport.unpacking", _UNITS, "packed into", lambda each: each.packed,
    lambda each: each.inside,
)  # fmt: skip
ASSOCIATION = Containment(
    "transport.association", "transport.dissociation", PIECES, "associated with", lambda each: each.associated,
    lambda each: each.attached,
)  # fmt: skip


def map_containment(event: EpcisEvent, kind: Containment, recorded: Recorded) -> Iterator[Draft]:
    """Yield the drafts of an AggregationEvent or AssociationEvent.

    Children by quantity have no story of their own that could go through the parent: which of a lot are inside, nobody
    knows. They are told of as a `transport.object` about parent and lots, which opens and closes nothing.

    Raises:
        UnsupportedError: a parent of another form.
        MalformedError: a parent that is its own child.
        UnknownError: a child is removed that was never added, or all, and none is known.
    """
    told = tell(event)
    if event.members["action"] == "OBSERVE":
        yield from map_observed(event, told)
        return
    parent, children = _pieces(event, kind)
    classes = classes_of(event, "childQuantityList")
    if event.members["action"] == "ADD":
        for child in children:
            yield told.draft(kind.opens, {"child": child, "parent": parent})
    else:
        if not children and not classes:
            children = _all_within(event, kind, recorded, parent)
        yield from _removed(event, kind, recorded, parent=parent, children=children)
    yield from _objects(event, told, classes, [parent])


def map_observed(event: EpcisEvent, told: Told) -> Iterator[Draft]:
    """Yield a `transport.object` for each 63 children, or other goods, with the parent if one is named."""
    parents = [subject_at(event.members["parentID"], event.field("parentID"), PIECES)] if _has_parent(event) else []
    lists = ("epcList", "quantityList") if event.type == "TransactionEvent" else ("childEPCs", "childQuantityList")
    goods = [each for each in goods_of(event, *lists) if each not in parents]
    if not goods:
        goods, parents = parents, []
    if not goods:
        raise MalformedError(event.field(lists[0]), came="none", expected="a unit, item or lot that it is about")
    yield from _objects(event, told, goods, parents)


def _objects(event: EpcisEvent, told: Told, goods: Sequence[str], parents: Sequence[str]) -> Iterator[Draft]:
    """Yield a `transport.object` for as many goods as stand in one event beside the parent, if there is one."""
    roles = {"parent": parents[0]} if parents else {}
    size = MAX_LINKS - len(parents)
    for at in range(0, len(goods), size):
        some = object_roles(goods[at : at + size])
        yield told.draft("transport.object", {**some, **roles}, epcisType=event.type)


def _all_within(event: EpcisEvent, kind: Containment, recorded: Recorded, parent: str) -> list[str]:
    """Return what is known to be inside: a DELETE that names no children is about all of them (EPCIS 2.0 §7.4.3)."""
    children = list(kind.held(recorded)(parent))
    if not children:
        expected = f"something that was {kind.word} {parent}"
        raise UnknownError(event.field("parentID"), came="nothing known inside", expected=expected)
    return children


def _removed(
    event: EpcisEvent, kind: Containment, recorded: Recorded, *, parent: str, children: list[str]
) -> Iterator[Draft]:
    told = tell(event)
    reason = short_name(event.members.get("bizStep", kind.closes.partition(".")[2]))
    if len(reason) > _MAX_REASON:
        raise TooLargeError(event.field("bizStep"), came=f"{len(reason)} characters", expected=f"at most {_MAX_REASON}")
    for child in children:
        about = kind.find(recorded)(child, parent)
        if about is None:
            expected = f"something that was {kind.word} {parent}"
            raise UnknownError(event.field("childEPCs"), came=child, expected=expected)
        data = {"reason": reason, **told.data}
        yield Draft(kind.closes, event.time, {}, data, told.disclosed, told.attachments, about=(about,))


def _pieces(event: EpcisEvent, kind: Containment) -> tuple[str, list[str]]:
    children = subjects_of(event, "childEPCs", PIECES)
    parent = subject_at(event.members["parentID"], event.field("parentID"), kind.parents)
    if parent in children:
        raise MalformedError(event.field("parentID"), came=parent, expected="a parent that is not its own child")
    return parent, children


def _has_parent(event: EpcisEvent) -> bool:
    return "parentID" in event.members
