"""What an event is about, as subjects of the ledger; whatever has none is refused by name."""

from __future__ import annotations

from collections.abc import Iterable

from ledger.readers.epcis.identifiers import canonical_subject
from ledger.readers.epcis.reading import EpcisEvent
from verifier.errors import SuyuanError, UnsupportedError
from verifier.ledgerformat.subject import form_of, is_subject

GOODS = frozenset({"unit", "item", "lot"})
PIECES = frozenset({"unit", "item"})
LOTS = frozenset({"lot"})
CLASSES = frozenset({"lot", "product"})
PARCEL = "handle:parcel"
_OURS = "urn:suyuan:"


def subject_at(uri: str, what: str, forms: frozenset[str]) -> str:
    """Return the subject that an identifier names; `what` is its field.

    Raises:
        UnsupportedError: it has no subject, or one of another form.
        MalformedError: it is misspelt.
    """
    subject = uri if uri.startswith(_OURS) and is_subject(uri) else canonical_subject(uri, what)
    if (form := form_of(subject)) not in forms:
        raise UnsupportedError(
            what, came=f"a {form}", expected=f"one of {', '.join(sorted(forms))}", todo="Not mapped yet."
        )
    return subject


def subjects_of(event: EpcisEvent, name: str, forms: frozenset[str]) -> list[str]:
    """Return the distinct subjects of a list of EPCs, in order of first appearance."""
    listed = event.members.get(name, [])
    return list(dict.fromkeys(subject_at(each, event.field(f"{name}[{at}]"), forms) for at, each in enumerate(listed)))


def classes_of(event: EpcisEvent, name: str, forms: frozenset[str] = CLASSES) -> list[str]:
    """Return the distinct lots and products of a list of quantities, in order of first appearance."""
    listed = event.members.get(name, [])
    field = (event.field(f"{name}[{at}].epcClass") for at in range(len(listed)))
    return list(
        dict.fromkeys(subject_at(each["epcClass"], what, forms) for each, what in zip(listed, field, strict=True))
    )


def goods_of(
    event: EpcisEvent,
    epcs: str,
    quantities: str,
    *,
    forms: frozenset[str] = GOODS,
    classes: frozenset[str] = CLASSES,
) -> list[str]:
    """Return the subjects of a list of EPCs and of a list of quantities, of these forms, each once."""
    return list(dict.fromkeys([*subjects_of(event, epcs, forms), *classes_of(event, quantities, classes)]))


def object_roles(goods: Iterable[str]) -> dict[str, str | list[str]]:
    """Return goods in the roles of a `transport.object`: products apart, whose history no item's story goes through."""
    named: dict[str, str | list[str]] = {}
    for each in goods:
        listed = named.setdefault("products" if form_of(each) == "product" else "epcs", [])
        if isinstance(listed, list):
            listed.append(each)
    return named


def place_of(uri: str) -> str:
    """Return a place as subject where it has one; a place within a place, or a private URI, stays as it came."""
    try:
        return canonical_subject(uri)
    except SuyuanError:
        return uri


def not_mapped(event: EpcisEvent, name: str, what: str) -> UnsupportedError:
    """Return the refusal of something that the types of the ledger cannot hold."""
    expected = "an event that names what it is about piece by piece or lot by lot"
    return UnsupportedError(event.field(name), came=what, expected=expected, todo=f"not mapped yet: {what}")
