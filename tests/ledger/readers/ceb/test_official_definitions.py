"""The tables against the official definitions, where these are at hand.

They are no part of the project. `SUYUAN_CORPUS` names the folder that holds them, the one that `make corpus` takes;
without it, these tests are not run.
"""

import os
import re
from pathlib import Path

import pytest
from lxml import etree

from fixtures.messages import parcel_messages
from ledger.readers.ceb import Mode, read_message
from ledger.readers.ceb.tables import CATALOGUE, TABLES
from ledger.readers.ceb.tables.common import EXTEND, SUBSCRIBE, TRANSFER
from tests.ledger.readers.ceb.edit import CODES

FOLDER = Path(os.environ.get("SUYUAN_CORPUS") or "no corpus") / "ceb/202205"
LISTING = FOLDER / "xsd-import-202205.txt"
SCHEMA = FOLDER / "xsd" / "海关跨境进口业务节点报文定义202205.xsd"

pytestmark = pytest.mark.outside("SUYUAN_CORPUS")

_ROW = re.compile(r"\s*(?:ceb:|ds:)?(\w+) : (\S*)\s*\[(\d+)\.\.(\d+)\]")


def official(code: str) -> dict[str, list[tuple[str, str, str, str]]]:
    """Return the rows of a message, (name, type, least, most) by the element that holds them."""
    section = LISTING.read_text(encoding="utf-8").split(f"### {code}Message\n")[1].split("\n### ")[0]
    rows, holders = {}, {}
    for line in section.splitlines()[1:]:
        if not (found := _ROW.match(line)):
            continue
        depth = len(line) - len(line.lstrip())
        holders[depth] = found[1]
        rows.setdefault(holders.get(depth - 2, ""), []).append(found.groups())
    return rows


def as_official(fields):
    """Return our rows as the listing writes them."""
    return [(field.name, _type(field), "0" if field.optional else "1", "1") for field in fields]


def _type(field):
    fixed = {"number": "N19,5", "time": "C14", "date": "C8", "any": "ceb:XMLElement"}
    if field.kind == "whole":
        return "N9,0" if field.codes else "xs:int"
    if field.kind != "text":
        return fixed[field.kind]
    return f"C{field.longest}" if field.shortest == field.longest else f"C{field.shortest}..{field.longest}"


@pytest.mark.parametrize("code", CODES)
def test_a_table_has_the_names_order_lengths_and_cardinalities_of_the_definition(code):
    rows, table = official(code), TABLES[code]
    assert as_official(table.fields) == rows[table.head or table.node]
    assert as_official(TRANSFER) == rows["BaseTransfer"]
    assert as_official(SUBSCRIBE) == rows["BaseSubscribe"]
    assert as_official(EXTEND) == rows["ExtendMessage"]
    envelope = {name: (least, most) for name, _, least, most in rows[""]}
    assert envelope[table.node] == ("1", "100")
    assert envelope["BaseSubscribe"] == ("0", "5")
    assert envelope["ExtendMessage"] == ("0", "1")
    assert envelope["Signature"] == ("1" if table.signed else "0", "1")
    if table.line:
        assert as_official(table.line_fields) == rows[table.line]
        assert ("1", "99") in {row[2:] for row in rows[table.node] if row[0] == table.line}


def test_every_message_of_the_definitions_is_known_by_name():
    listed = set()
    for listing in (LISTING, LISTING.with_name("xsd-export-202205.txt")):
        listed |= set(re.findall(r"^### (CEB\d{3})Message$", listing.read_text(encoding="utf-8"), re.MULTILINE))
    assert listed == CATALOGUE


def test_generated_messages_are_valid_by_the_official_definition():
    schema = etree.XMLSchema(etree.parse(SCHEMA))
    for seed in range(10):
        for data in parcel_messages(seed).values():
            schema.assertValid(etree.fromstring(data))


@pytest.mark.parametrize("code", CODES)
def test_official_samples_have_only_faults_that_the_definition_does_not_see(code):
    """The definition has no code lists: what it calls valid may still break one, and nothing else."""
    data = (FOLDER / "samples/import" / f"{code}Message.xml").read_bytes()
    etree.XMLSchema(etree.parse(SCHEMA)).assertValid(etree.fromstring(data))
    faults = {fault.field.rpartition("/")[2] for fault in read_message(data).all_faults}
    assert faults <= {"packNo", "logisticsStatus"}
    assert read_message(data, Mode.LENIENT).all_faults == ()
