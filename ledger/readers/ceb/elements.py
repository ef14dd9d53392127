"""Elements that hold values: each against its row in the table."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from ledger.readers.ceb.children import BLANKS, Layout, Slot, has_text, is_text, join, take_children
from ledger.readers.ceb.fields import Field
from ledger.readers.ceb.findings import Findings
from ledger.readers.ceb.values import canonical
from ledger.readers.ceb.xmltree import Element


def read_fields(element: Element, fields: tuple[Field, ...], path: str, findings: Findings) -> dict[str, str]:
    """Return the values of an element's fields by name, without the empty ones."""
    if (quick := quick_fields(element, fields)) is not None:
        return quick
    refuse_attributes(element, path, findings)
    found = take_children(element, _layout(fields), path, findings)
    values = {}
    for field in fields:
        if not field.surplus and (children := found.get(field.name)):
            value = _read_field(field, children[0], path, findings)
            if value:
                values[field.name] = value
    return values


def quick_fields(element: Element, fields: tuple[Field, ...]) -> dict[str, str] | None:
    """Return the values of an element in which there is nothing to be found fault with, else None.

    What is wrong, or accepted against the rules, says `read_fields`; where this answers, both say the same.
    """
    places, required = rows_of(fields)
    values: dict[str, str] = {}
    last = -1
    if element.keys() or is_text(element.text):
        return None
    for child in element:
        place, name, needed, shortest, longest, usual, field = places.get(child.tag, _NOWHERE)
        tail = child.tail
        if place <= last or len(child) or child.keys() or (tail and tail.strip(BLANKS)):
            return None
        last = place
        required -= needed
        text = child.text or ""
        if value := text if shortest <= len(text) <= longest else canonical(field, text):
            if usual is not None and value not in usual and field.broken_rule(value):
                return None
            values[name] = value
        elif value is None or text:
            return None
    return None if required else values


class Row(NamedTuple):
    """A field as quick ways need it.

    Attributes:
        place: among the fields of its table.
        name: of the element.
        needed: whether it must occur.
        shortest: length of the shortest text that is its own canonical spelling.
        longest: of the longest; below `shortest` where no text is for certain.
        usual: values that keep the rule beside the type, of others it has to be asked; None where there is none.
        field: itself.
    """

    place: int
    name: str
    needed: bool
    shortest: int
    longest: int
    usual: frozenset[str] | None
    field: Field


_NOWHERE = Row(place=-1, name="", needed=False, shortest=1, longest=0, usual=None, field=Field(""))


@cache
def rows_of(fields: tuple[Field, ...]) -> tuple[dict[str, Row], int]:
    """Return a row for each tag that may occur and be looked into, and how many must occur."""
    tags = (slot.tag for slot in _layout(fields).slots)
    known = enumerate(zip(tags, fields, strict=True))
    rows = {tag: _quick_row(place, field) for place, (tag, field) in known if field.kind != "any"}
    return rows, sum(not field.optional for field in fields if not field.surplus)


def _quick_row(place: int, field: Field) -> Row:
    as_it_is = field.kind == "text" and not field.collapse
    lengths = (field.shortest, field.longest) if as_it_is else (1, 0)
    usual = frozenset(field.codes) - set(field.excluded) if field.codes or field.shape else None
    return Row(place, field.name, not field.optional, *lengths, usual, field)


@cache
def _layout(fields: tuple[Field, ...]) -> Layout:
    """Return the layout of a table's fields; there are as many as tables."""
    return Layout(
        Slot(field.name, 0, 0, repeated=True)
        if field.surplus
        else Slot(field.name, 0 if field.optional else 1, spared=field.spared)
        for field in fields
    )


def _read_field(field: Field, element: Element, path: str, findings: Findings) -> str | None:
    if element.keys():
        refuse_attributes(element, join(path, field.name), findings)
    if field.kind == "any":
        _check_any(element, join(path, field.name), findings)
        return None
    if len(element):
        findings.fault(join(path, field.name), came="elements", expected="a value")
        return None
    return check_value(field, element.text or "", path, findings)


def _check_any(element: Element, path: str, findings: Findings) -> None:
    """Note what an element may not hold that holds one element of any kind, or none."""
    if len(element) > 1 or has_text(element):
        came = f"{len(element)} elements" if len(element) > 1 else "text"
        findings.fault(path, came=came, expected="one element, of any kind")


def check_value(field: Field, text: str, path: str, findings: Findings) -> str | None:
    """Return a value in its canonical spelling, None if it is empty or of another type.

    Args:
        field: the row of the table.
        text: what came.
        path: where the element stands that holds the field.
        findings: where faults go.
    """
    value = canonical(field, text)
    if value and not field.codes and not field.shape:
        return value
    where = join(path, field.name)
    if not text and (field.optional or value is not None):
        if value is None:
            findings.depart(where, came="an empty element", expected=f"{field.expected}, or no element")
        return None
    came = f"{len(text)} characters" if field.personal else text
    if value is None:
        findings.fault(where, came=came or "nothing", expected=field.expected)
    elif broken := field.broken_rule(value):
        findings.depart(where, came=came, expected=broken)
    return value


def refuse_attributes(element: Element, path: str, findings: Findings) -> None:
    """Note attributes: only the message itself has any."""
    if element.keys():
        findings.fault(path, came=f"attribute {min(map(str, element.keys()))}", expected="no attributes")
