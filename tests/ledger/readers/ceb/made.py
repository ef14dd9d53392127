"""Messages made from a table, of values drawn at the bounds of their types.

Nothing here asks the reader what is right: lengths, codes and order come from the tables, which
`test_official_definitions` compares with the official definitions.
"""

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from random import Random

from lxml import etree

from ledger.readers.ceb.fields import DIGITS, NEGATIVE, NO_LOWER_CASE, PARAMETER, Field, MessageTable
from ledger.readers.ceb.tables.common import EXTEND, GUID, NAMESPACE, SIGNATURE_NAMESPACE, SUBSCRIBE
from tests.ledger.readers.ceb.edit import messages, part

LETTERS = "ABZabz059-_. 中文全角é\U00020000"
SHAPES = {DIGITS: "0123456789", PARAMETER: "0123456789ABCXYZ", NO_LOWER_CASE: "0123456789ABCDEF-"}
NUMBERS = ["0", "1.5", "-3.25", "+7", " 12 ", ".5", "00012.50000", "12345678901234.12345", "9999999999999999999"]
SIGNATURE = etree.fromstring(part(messages()["CEB621"], "Signature"))
CLOCKS = {"time": 14, "moment": 17, "date": 8}


def tag(name: str) -> str:
    return f"{{{SIGNATURE_NAMESPACE if name == 'Signature' else NAMESPACE}}}{name}"


def value(field: Field, random: Random, cap: int) -> str:
    """Return a value that keeps every rule of its field, of at most so many characters where it may be short."""
    if field.kind == "any":
        return ""
    if field.kind == "number":
        return random.choice(NUMBERS)
    if field.kind == "whole":
        return random.choice(field.codes or ["0", "7", f" {'9' * (field.longest or 9)} ", "-12", "+0003"])
    if field.kind in CLOCKS:
        day = f"{random.randint(1971, 2099)}{random.randint(1, 12):02}{random.randint(1, 28):02}"
        return f"{day}235959{random.randrange(1000):03}"[: CLOCKS[field.kind]]
    return text_of(field, random, cap)


def text_of(field: Field, random: Random, cap: int) -> str:
    if field.codes or field.shape == NEGATIVE:
        return random.choice([*field.codes, *(["-621005"] if field.shape == NEGATIVE else [])])
    longest = max(min(field.longest, cap), field.shortest)
    length = random.choice([field.shortest, longest, random.randint(field.shortest, longest)])
    drawn = "".join(random.choice(SHAPES.get(field.shape, LETTERS)) for _ in range(length))
    return f"\n {drawn.replace(' ', 'x')}\t " if field.collapse else drawn


@dataclass
class Maker:
    """Makes messages that keep their table; with every optional part, with none, or with some (None).

    `cap` is how long values get, `most` how many documents there are.
    """

    table: MessageTable
    random: Random
    full: bool | None = None
    cap: int = 2_000
    most: int = 3

    def message(self) -> etree._Element:
        """Return the root of a message."""
        guid, code = text_of(GUID, self.random, 36), self.table.code
        root = etree.Element(tag(f"{code}Message"), nsmap={"ceb": NAMESPACE}, guid=guid, version="1.0")
        most = min(self.table.most_documents, self.most)
        root.extend(self._document() for _ in range(self.random.randint(1, most)))
        for name in self.table.envelope.names:
            root.extend(self._part(name))
        return root

    def _present(self) -> bool:
        return self.random.random() < 0.5 if self.full is None else self.full

    def _document(self) -> etree._Element:
        table = self.table
        node = self._filled(table.node, () if table.head else table.fields)
        if table.head:
            node.append(self._filled(table.head, table.fields))
        if table.line:
            fewest = table.fewest_lines if self.full is None else 2
            places = range(1, self.random.randint(fewest, 3) + 1)
            node.extend(self._filled(table.line, table.line_fields, place) for place in places)
        return node

    def _part(self, name: str) -> list[etree._Element]:
        if name == "BaseTransfer":
            return [self._filled(name, self.table.envelope.transfer)]
        if name == "BaseSubscribe":
            return [self._filled(name, SUBSCRIBE) for _ in range(2 * self._present())]
        if name == "ExtendMessage":
            return [self._filled(name, EXTEND) for _ in range(self._present())]
        return [deepcopy(SIGNATURE) for _ in range(self._present() or self._is_signed())]

    def _is_signed(self) -> bool:
        return self.table.envelope.signed or self.table.envelope.signed_declared

    def _filled(self, name: str, fields: Sequence[Field], place: int = 0) -> etree._Element:
        element = etree.Element(tag(name))
        for field in fields:
            if field.surplus or (field.optional and not self._present()):
                continue
            child = etree.SubElement(element, tag(field.name))
            numbered = place and field.name == "gnum" and self.table.numbering != "free"
            child.text = str(place) if numbered else value(field, self.random, self.cap)
            if field.kind == "any" and self._present():
                etree.SubElement(etree.SubElement(child, "{urn:own}x"), "y", z="1")
        return element
