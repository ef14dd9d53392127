"""Elements that hold values: each against its row in the table."""

from __future__ import annotations

from ledger.readers.ceb.children import Slot, join, take_children
from ledger.readers.ceb.fields import Field
from ledger.readers.ceb.findings import Findings
from ledger.readers.ceb.values import canonical
from ledger.readers.ceb.xmltree import Element


def read_fields(element: Element, fields: tuple[Field, ...], path: str, findings: Findings) -> dict[str, str]:
    """Return the values of an element's fields by name, without the empty ones."""
    refuse_attributes(element, path, findings)
    slots = [Slot(field.name, 0 if field.optional else 1) for field in fields]
    found = take_children(element, slots, path, findings)
    values = {}
    for field in fields:
        for child in found[field.name][:1]:
            value = _read_field(field, child, join(path, field.name), findings)
            if value:
                values[field.name] = value
    return values


def _read_field(field: Field, element: Element, path: str, findings: Findings) -> str | None:
    if field.kind == "any":
        return None
    refuse_attributes(element, path, findings)
    if len(element):
        findings.fault(path, came="elements", expected="a value")
        return None
    return check_value(field, element.text or "", path, findings)


def check_value(field: Field, text: str, path: str, findings: Findings) -> str | None:
    """Return a value in its canonical spelling, None if it is empty or of another type."""
    value = canonical(field, text)
    if not text and (field.optional or value is not None):
        if value is None:
            findings.depart(path, came="an empty element", expected=f"{field.expected}, or no element")
        return None
    came = f"{len(text)} characters" if field.personal else text
    if value is None:
        findings.fault(path, came=came or "nothing", expected=field.expected)
        return None
    if broken := field.broken_rule(value):
        findings.depart(path, came=came, expected=broken)
    return value


def refuse_attributes(element: Element, path: str, findings: Findings) -> None:
    """Note attributes: only the message itself has any."""
    if element.attrib:
        findings.fault(path, came=f"attribute {min(map(str, element.attrib))}", expected="no attributes")
