"""The tables against the official definitions, where these are at hand.

They are no part of the project. `SUYUAN_CORPUS` names the folder that holds them, the one that `make corpus` takes;
without it, these tests are not run.
"""

import os
import re
from functools import cache
from pathlib import Path
from random import Random

import pytest
from lxml import etree

from fixtures.messages import parcel_messages
from ledger.readers.ceb import Mode, read_message
from ledger.readers.ceb.tables import TABLES
from ledger.readers.ceb.tables.common import EXTEND, SUBSCRIBE, UNBOUNDED_DOCUMENTS, UNBOUNDED_LINES
from ledger.readers.ceb.xmltree import MAX_BYTES
from tests.ledger.readers.ceb.broken import ways_to_break
from tests.ledger.readers.ceb.made import CLOCKS, Maker, tag

FOLDER = Path(os.environ.get("SUYUAN_CORPUS") or "no corpus") / "ceb/202205"
LISTINGS = [FOLDER / f"xsd-{way}-202205.txt" for way in ("import", "export")]

pytestmark = pytest.mark.outside("SUYUAN_CORPUS")

_ROW = re.compile(r"\s*(?:ceb:|ds:)?(\w+) : (?:complex)?(\S*)\s*\[(\d+)\.\.(\w+)\]")


@cache
def official() -> dict[str, dict[str, list[tuple[str, str, str, str]]]]:
    """Return the rows of each message, (name, type, least, most) by the element that holds them."""
    messages = {}
    for listing in LISTINGS:
        for section in listing.read_text(encoding="utf-8").split("\n### ")[1:]:
            rows, holders = messages.setdefault(section[:6], {}), {}
            for found in filter(None, map(_ROW.match, section.splitlines()[1:])):
                depth = len(found[0]) - len(found[0].lstrip())
                holders[depth] = found[1]
                rows.setdefault(holders.get(depth - 2, ""), []).append(found.groups())
    return messages


def as_official(fields):
    """Return our rows as the listing writes them."""
    return [(field.name, _type(field), "0" if field.optional else "1", "1") for field in fields if not field.surplus]


def _type(field):
    fixed = {"number": "N19,5", "time": "C14", "moment": "C17", "date": "C8", "any": "ceb:XMLElement"}
    if field.kind == "whole":
        return f"N{field.longest},0" if field.longest else "xs:int"
    if field.kind != "text":
        return fixed[field.kind]
    if field.longest == MAX_BYTES:
        return "string"
    return f"C{field.longest}" if field.shortest == field.longest else f"C{field.shortest}..{field.longest}"


def _most(number, unbounded):
    return "unbounded" if number == unbounded else str(number)


@pytest.mark.parametrize("code", TABLES)
def test_a_table_has_the_names_order_lengths_and_cardinalities_of_the_definition(code):
    rows, table = official()[code], TABLES[code]
    assert as_official(table.fields) == rows[table.head or table.node]
    parts = [(table.head, "", "1", "1")] if table.head else []
    if table.line:
        assert as_official(table.line_fields) == rows[table.line]
        parts.append((table.line, "", str(table.fewest_lines), _most(table.most_lines, UNBOUNDED_LINES)))
    assert not table.head or rows[table.node] == parts


@pytest.mark.parametrize("code", TABLES)
def test_a_message_has_the_envelope_of_the_definition(code):
    rows, table = official()[code], TABLES[code]
    signed = "1" if table.envelope.signed else "0"
    most = {"BaseTransfer": ("1", "1"), "BaseSubscribe": ("0", "5"), "ExtendMessage": ("0", "1")}
    expected = [(table.node, "1", _most(table.most_documents, UNBOUNDED_DOCUMENTS))]
    expected += [(name, *most.get(name, (signed, "1"))) for name in table.envelope.names]
    assert [(name, least, many) for name, _, least, many in rows[f"{code}Message"]] == expected
    if table.envelope.names:
        assert as_official(table.envelope.transfer) == rows["BaseTransfer"]
        assert as_official(SUBSCRIBE) == rows["BaseSubscribe"]
        assert as_official(EXTEND) == rows["ExtendMessage"]


def test_every_message_of_the_definitions_has_a_table():
    assert official().keys() == TABLES.keys()
    assert len(TABLES) == 42


@cache
def schema(code: str) -> etree.XMLSchema:
    """Return the official definition of a message: the schema that declares its root element."""
    for way in ("进口", "出口"):
        file = FOLDER / "xsd" / f"海关跨境{way}业务节点报文定义202205.xsd"
        if f'"{code}Message"' in file.read_text(encoding="utf-8"):
            return _schema(file)
    raise AssertionError(code)


@cache
def _schema(file: Path) -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(file))


@pytest.mark.parametrize("code", TABLES)
def test_what_keeps_its_table_is_valid_by_the_definition(code):
    random = Random(code)
    for full in (True, False, *20 * [None]):
        data = etree.tostring(Maker(TABLES[code], random, full).message(), encoding="UTF-8")
        schema(code).assertValid(etree.fromstring(data))
        assert read_message(data).all_faults == ()


@pytest.mark.parametrize("code", TABLES)
def test_definition_and_strict_reader_find_the_same_single_defects(code):
    """But for the rules of the text beside the definitions, which only the reader holds."""
    root = Maker(TABLES[code], Random(code), full=True, cap=40, most=1).message()
    for broken in ways_to_break(TABLES[code]):
        data = broken.of(root)
        assert schema(code).validate(etree.fromstring(data)) != broken.by_definition, broken
        assert read_message(data).all_faults, broken


SIGNS = [*" \t\n019.-+eA", "é", "中", "\U00020000", "12", "20260301", "235959", "x" * 30]


@pytest.mark.parametrize("code", TABLES)
def test_no_value_is_read_strictly_that_the_definition_refuses(code):
    """And what the definition accepts is refused for a rule of the text alone."""
    random, table = Random(code), TABLES[code]
    root = Maker(table, random, full=True, cap=40, most=1).message()
    for element in [each for each in root[0].iter() for _ in range(4) if not len(each)]:
        rows = table.line_fields if element.getparent().tag == tag(table.line) else table.fields
        (field,) = (field for field in rows if tag(field.name) == element.tag)
        kept, element.text = element.text, "".join(random.choices(SIGNS, k=random.randint(1, 9)))
        data = etree.tostring(root, encoding="UTF-8")
        faults = read_message(data).all_faults
        if schema(code).validate(etree.fromstring(data)):
            ruled = field.codes or field.shape or field.kind in CLOCKS or field.name == "gnum"
            assert ruled or not faults, (field, element.text)
        else:
            assert faults, (field, element.text)
        element.text = kept


def test_generated_messages_are_valid_by_the_official_definition():
    for seed in range(10):
        for code, data in parcel_messages(seed).items():
            schema(code).assertValid(etree.fromstring(data))


SAMPLES = sorted(FOLDER.glob("samples/*/*.xml"))


def test_there_is_a_sample_of_all_but_three_types():
    assert {path.name[:6] for path in SAMPLES} == TABLES.keys() - {"CEB816", "CEB818", "CEB900"}


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name[:6])
def test_a_sample_that_the_definition_refuses_is_refused_strictly_and_read_leniently(path):
    data = path.read_bytes()
    valid = schema(path.name[:6]).validate(etree.fromstring(data))
    assert valid or read_message(data).all_faults
    reading = read_message(data, Mode.LENIENT)
    assert reading.all_faults == ()
    assert len(reading.usable) == len(reading.documents) >= 1
