"""From EPCIS events to drafts of transport events (verifier/vocabulary/transport).

What an event names becomes subjects; where and how becomes `data`, in clear; all else (transactions, sources,
destinations, quantities, master data, sensors, extensions) is in the `/details` disclosure, and the whole event is the
`/source` attachment. Nothing is left out silently: an event that names something which the transport types cannot hold
is refused as a whole, with the reason.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ledger.compose.event import AttachmentDraft, Draft
from ledger.errors import UnknownError
from ledger.readers.epcis.cbv import short_name
from ledger.readers.epcis.context import has_standard_master_data
from ledger.readers.epcis.identifiers import canonical_subject, lot_subject
from ledger.readers.epcis.lossless_json import as_strict
from ledger.readers.epcis.reading import EpcisEvent
from verifier.errors import MalformedError, SuyuanError, TooLargeError, UnsupportedError
from verifier.ledgerformat.disclosure import MAX_ATTACHMENT, MAX_DISCLOSURE, MIN_SALT, format_disclosure
from verifier.ledgerformat.head import MAX_LINKS
from verifier.ledgerformat.subject import form_of, product_of

MEDIA_TYPE = "application/ld+json"
Aggregations = Callable[
    [str, str], bytes | None
]  # child and parent, subjects, to the name of the event that joined them

_MAX_WORD = 256
_MAX_REASON = 100
_IN_CLEAR = {"type", "eventTime", "eventTimeZoneOffset", "eventID", "action", "bizStep", "disposition"}
_AS_SUBJECTS = {"epcList", "parentID", "childEPCs"}
_PLACES = ("readPoint", "bizLocation")
_LOT_NUMBERS = ("urn:epcglobal:cbv:mda#lotNumber", "urn:epcglobal:cbv:mda:lotNumber")


def no_aggregations(_child: str, _parent: str) -> None:
    """Know no earlier aggregation."""


def map_event(event: EpcisEvent, aggregations: Aggregations = no_aggregations) -> tuple[Draft, ...]:
    """Return the drafts that an event becomes, at least one.

    - ObjectEvent, ADD, commissioning: one `transport.commissioning` per item; the rest as any other ObjectEvent.
    - ObjectEvent: a `transport.object` about its units, items and lots; for more than 64, one for each 64.
    - AggregationEvent, ADD: one `transport.aggregation` per child.
    - AggregationEvent, DELETE: one `transport.unpacking` per child, about the event that `aggregations` knows. That
      type holds no details and no source: the caller keeps the document if it is wanted later.

    Args:
        event: from `read_epcis`.
        aggregations: finds the name of the latest `transport.aggregation` of a child in a parent. It is asked when this
            event is mapped, so earlier events of the same document can have been composed before.

    Raises:
        UnsupportedError: "not mapped yet", or an identifier without canonical subject.
        MalformedError: an identifier that is misspelt, or an event about nothing that has a history here.
        TooLargeError: details or fields that no event of ours can hold.
        UnknownError: a DELETE of something that was never packed.
    """
    if "errorDeclaration" in event.members:
        raise _not_mapped(event, "errorDeclaration", "errorDeclaration")
    if event.type == "ObjectEvent":
        return tuple(_map_object_event(event))
    if event.type != "AggregationEvent":
        raise _not_mapped(event, "type", event.type)
    if event.members["action"] == "ADD":
        return tuple(_map_packing(event))
    if event.members["action"] == "DELETE":
        return tuple(_map_unpacking(event, aggregations))
    raise _not_mapped(event, "action", "AggregationEvent OBSERVE")


@dataclass(frozen=True, slots=True)
class _Told:
    """What all drafts of one event have in common."""

    time: int
    data: Mapping[str, Any]
    disclosed: Mapping[str, Any]
    attachments: Mapping[str, AttachmentDraft]

    def draft(self, kind: str, subjects: Mapping[str, str | list[str]]) -> Draft:
        return Draft(kind, self.time, subjects, self.data, self.disclosed, self.attachments)


def _map_object_event(event: EpcisEvent) -> Iterator[Draft]:
    listed = _subjects(event, "epcList", {"unit", "item", "lot"})
    classes = event.members.get("quantityList", [])
    for place, each in enumerate(classes):
        listed[_subject(each["epcClass"], event.field(f"quantityList[{place}].epcClass"), {"lot"})] = None
    if not listed:
        raise MalformedError(
            event.field("epcList"), came="none", expected="a unit, item or lot that the event is about"
        )
    told = _tell(event)
    born = [each for each in listed if form_of(each) == "item"] if _is_commissioning(event) else []
    for item in born:
        yield told.draft("transport.commissioning", _born_subjects(event, item))
    rest = [each for each in listed if each not in born]
    for at in range(0, len(rest), MAX_LINKS):
        yield told.draft("transport.object", {"epcs": rest[at : at + MAX_LINKS]})


def _map_packing(event: EpcisEvent) -> Iterator[Draft]:
    parent, children = _packing(event)
    told = _tell(event)
    for child in children:
        yield told.draft("transport.aggregation", {"child": child, "parent": parent})


def _map_unpacking(event: EpcisEvent, aggregations: Aggregations) -> Iterator[Draft]:
    parent, children = _packing(event)
    reason = short_name(event.members.get("bizStep", "unpacking"))
    if len(reason) > _MAX_REASON:
        raise TooLargeError(event.field("bizStep"), came=f"{len(reason)} characters", expected=f"at most {_MAX_REASON}")
    for child in children:
        about = aggregations(child, parent)
        if about is None:
            raise UnknownError(
                event.field("childEPCs"), came=child, expected=f"something that was packed into {parent}"
            )
        yield Draft("transport.unpacking", event.time, data={"reason": reason}, about=(about,))


def _packing(event: EpcisEvent) -> tuple[str, list[str]]:
    """Return parent and children; refuse children by quantity, because no lot's history could follow them."""
    if event.members.get("childQuantityList"):
        raise _not_mapped(event, "childQuantityList", "children by quantity")
    children = list(_subjects(event, "childEPCs", {"unit", "item"}))
    if not children:
        raise _not_mapped(event, "childEPCs", "DELETE of all children without naming them")
    parent = _subject(event.members["parentID"], event.field("parentID"), {"unit"})
    if parent in children:
        raise MalformedError(event.field("parentID"), came=parent, expected="a parent that is not its own child")
    return parent, children


def _subjects(event: EpcisEvent, name: str, forms: set[str]) -> dict[str, None]:
    """Return the distinct subjects of a list of EPCs, in order of first appearance."""
    listed = event.members.get(name, [])
    return {_subject(each, event.field(f"{name}[{place}]"), forms): None for place, each in enumerate(listed)}


def _subject(uri: str, what: str, forms: set[str]) -> str:
    subject = canonical_subject(uri, what)
    if (form := form_of(subject)) not in forms:
        raise UnsupportedError(
            what, came=f"a {form}", expected=f"one of {', '.join(sorted(forms))}", todo="Not mapped yet."
        )
    return subject


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


def _tell(event: EpcisEvent) -> _Told:
    members = event.members
    data = {name: members[name] for name in ("action", "eventID") if name in members}
    data |= {name: short_name(members[name]) for name in ("bizStep", "disposition") if name in members}
    data |= {name: _place(members[name]["id"]) for name in _PLACES if name in members}
    data["zone"] = members["eventTimeZoneOffset"]
    for name, value in data.items():
        if len(value) > _MAX_WORD:
            raise TooLargeError(event.field(name), came=f"{len(value)} characters", expected=f"at most {_MAX_WORD}")
    details = _details(event)
    source = event.source()
    if len(source) > MAX_ATTACHMENT:
        raise TooLargeError(event.path, came=f"{len(source)} bytes", expected=f"at most {MAX_ATTACHMENT}")
    disclosed = {"/details": details} if details else {}
    return _Told(event.time, data, disclosed, {"/source": AttachmentDraft(MEDIA_TYPE, source)})


def _details(event: EpcisEvent) -> dict[str, Any]:
    """Return all that stands neither in `data` nor among the subjects, numbers as text."""
    details = {
        name: as_strict(value)
        for name, value in event.members.items()
        if name not in _IN_CLEAR | _AS_SUBJECTS and not (name in _PLACES and value.keys() == {"id"})
    }
    size = len(format_disclosure(salt=bytes(MIN_SALT), pointer="/details", value=details))
    if size > MAX_DISCLOSURE:
        raise TooLargeError(event.path, came=f"{size} characters of details", expected=f"at most {MAX_DISCLOSURE}")
    return details


def _place(uri: str) -> str:
    """Return a place as subject where it has one; a place within a place, or a private URI, stays as it came."""
    try:
        return canonical_subject(uri)
    except SuyuanError:
        return uri


def _not_mapped(event: EpcisEvent, name: str, what: str) -> UnsupportedError:
    expected = "ObjectEvent, or AggregationEvent that adds or removes named children"
    return UnsupportedError(event.field(name), came=what, expected=expected, todo=f"not mapped yet: {what}")
