"""An element's children against what its table allows: which, how often, in what order.

A child that is unknown, missing or there too often is a fault in every mode, but for those that official samples are
known to leave out or repeat. Children out of order are a departure: every name occurs in one place of a table only, so
what is meant stays clear.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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
        spared: whether a lenient reader does without it.
        repeated: whether a lenient reader lives with too many: it takes the first, or none where there may be none.
    """

    name: str
    least: int = 1
    most: int = 1
    spared: bool = False
    repeated: bool = False

    @property
    def tag(self) -> str:
        """Return the name with its namespace, as lxml spells it."""
        return f"{{{SIGNATURE_NAMESPACE if self.name == 'Signature' else NAMESPACE}}}{self.name}"


class Layout:
    """The children that an element may have, in order; made once a table, used for every element.

    Attributes:
        slots: each child.
        places: tag to its place among them.
    """

    __slots__ = ("places", "slots")

    def __init__(self, slots: Iterable[Slot]) -> None:
        self.slots = tuple(slots)
        self.places = {slot.tag: place for place, slot in enumerate(self.slots)}


def take_children(element: Element, layout: Layout, path: str, findings: Findings) -> Children:
    """Return the children that are there and allowed, by local name, and note what is wrong with them."""
    found: dict[str, list[Element]] = {}
    last, in_order = 0, True
    if has_text(element):
        findings.fault(path or "message", came="text between elements", expected="elements only")
    for child in element:
        place = layout.places.get(str(child.tag))
        if place is None:
            _note_unknown(child, path, findings)
            continue
        name = layout.slots[place].name
        if place < last and in_order:
            in_order = False
            came = f"behind {layout.slots[last].name}"
            findings.depart(join(path, name), came=came, expected="the order of the table")
        last = place
        found.setdefault(name, []).append(child)
    for slot in layout.slots:
        many = len(found.get(slot.name, ()))
        if not slot.least <= many <= slot.most:
            _note_number(slot, many, path, findings)
    return found


def join(path: str, name: str) -> str:
    """Return the path of a child; the path of the message itself is empty."""
    return f"{path}/{name}" if path else name


def _note_number(slot: Slot, many: int, path: str, findings: Findings) -> None:
    if many < slot.least:
        note = findings.depart if slot.spared else findings.fault
        note(join(path, slot.name), came="nothing", expected="this element")
    elif slot.repeated:
        expected = "one" if slot.most else "no such element"  # the first is taken, or none
        findings.depart(join(path, slot.name), came=f"{many} of them", expected=expected)
    else:
        findings.fault(join(path, slot.name), came=f"{many} of them", expected=f"at most {slot.most}")


def has_text(element: Element) -> bool:
    """Return whether an element holds text beside its children."""
    return is_text(element.text) or any(is_text(child.tail) for child in element)


def is_text(text: str | None) -> bool:
    """Return whether there is more than blanks."""
    return bool(text and text.strip(BLANKS))


def _note_unknown(child: Element, path: str, findings: Findings) -> None:
    name = etree.QName(child)
    if name.namespace in (NAMESPACE, SIGNATURE_NAMESPACE):
        findings.fault(path or "message", came=name.localname, expected="the elements of the table only")
    else:
        came = f"{name.localname} in {name.namespace or 'no namespace'}"
        findings.fault(path or "message", came=came, expected=f"elements in {NAMESPACE}")
