"""An element's children against what its table allows: which, how often, in what order.

A child that is unknown, missing or there too often is a fault in every mode. Children out of order are a departure:
every name occurs in one place of a table only, so what is meant stays clear.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lxml import etree

from ledger.readers.ceb.findings import Findings
from ledger.readers.ceb.tables.common import NAMESPACE, SIGNATURE_NAMESPACE
from ledger.readers.ceb.xmltree import Element

BLANKS = " \t\r\n"  # XML 1.0 production 3
Children = Mapping[str, list[Element]]


@dataclass(frozen=True, slots=True)
class Slot:
    """One child that a table allows.

    Attributes:
        name: local name; in the namespace of the messages, but for `Signature`.
        least: how often it must occur.
        most: how often it may occur.
    """

    name: str
    least: int = 1
    most: int = 1

    @property
    def tag(self) -> str:
        """Return the name with its namespace, as lxml spells it."""
        return f"{{{SIGNATURE_NAMESPACE if self.name == 'Signature' else NAMESPACE}}}{self.name}"


def take_children(element: Element, slots: Sequence[Slot], path: str, findings: Findings) -> Children:
    """Return the children by local name, each allowed one with a list, and note what is wrong with them."""
    places = {slot.tag: place for place, slot in enumerate(slots)}
    found: dict[str, list[Element]] = {slot.name: [] for slot in slots}
    last, in_order = 0, True
    if _has_text(element):
        findings.fault(path or "message", came="text between elements", expected="elements only")
    for child in element:
        place = places.get(str(child.tag))
        if place is None:
            _note_unknown(child, path, findings)
            continue
        if place < last and in_order:
            in_order = False
            name = slots[place].name
            findings.depart(join(path, name), came=f"behind {slots[last].name}", expected="the order of the table")
        last = max(place, last)
        found[slots[place].name].append(child)
    _count(slots, found, path, findings)
    return found


def join(path: str, name: str) -> str:
    """Return the path of a child; the path of the message itself is empty."""
    return f"{path}/{name}" if path else name


def _count(slots: Sequence[Slot], found: Children, path: str, findings: Findings) -> None:
    for slot in slots:
        many = len(found[slot.name])
        if many < slot.least:
            findings.fault(join(path, slot.name), came="nothing", expected="this element")
        elif many > slot.most:
            findings.fault(join(path, slot.name), came=f"{many} of them", expected=f"at most {slot.most}")


def _has_text(element: Element) -> bool:
    texts = [element.text, *(child.tail for child in element)]
    return any(each and each.strip(BLANKS) for each in texts)


def _note_unknown(child: Element, path: str, findings: Findings) -> None:
    name = etree.QName(child)
    if name.namespace in (NAMESPACE, SIGNATURE_NAMESPACE):
        findings.fault(path or "message", came=name.localname, expected="the elements of the table only")
    else:
        came = f"{name.localname} in {name.namespace or 'no namespace'}"
        findings.fault(path or "message", came=came, expected=f"elements in {NAMESPACE}")
