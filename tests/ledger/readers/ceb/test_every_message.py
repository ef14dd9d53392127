"""Every message type: what keeps its table is read, every single defect is named, and there is a bound to all."""

import json
from dataclasses import fields
from hashlib import sha256
from random import Random

import pytest
from lxml import etree

from fixtures.messages import export_messages, import_messages
from ledger.readers.ceb import read_message
from ledger.readers.ceb.fields import Field, MessageTable
from ledger.readers.ceb.tables import TABLES
from tests.ledger.readers.ceb.broken import ways_to_break
from tests.ledger.readers.ceb.edit import behind, joined, messages, part, replace
from tests.ledger.readers.ceb.made import Maker

GENERATED = {**messages(), **import_messages(1), **export_messages(1)}


def facts(table):
    """Return what a table says, field by field."""
    names = (field.name for field in fields(MessageTable) if field.name not in ("fields", "line_fields", "envelope"))
    rows = [[getattr(each, slot.name) for slot in fields(Field)] for each in (*table.fields, *table.line_fields)]
    around = [[field.name, field.shortest, field.longest] for field in table.envelope.transfer]
    return [*(getattr(table, name) for name in names), rows, table.envelope.names, table.envelope.signed, around]


def test_the_tables_do_not_change_unnoticed():
    """They are compared with the official definitions where these are at hand; here, with what was compared there."""
    text = json.dumps([facts(table) for table in TABLES.values()], ensure_ascii=True)
    assert sha256(text.encode()).hexdigest() == "496c6cb081a192e846a12230049a0f2ea048f998634d2cdab1de5f016ad3e87e"


def written(root):
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


@pytest.mark.parametrize("code", TABLES)
def test_what_keeps_its_table_is_read_strictly(code):
    random = Random(code)
    for full in (True, False, *6 * [None]):
        root = Maker(TABLES[code], random, full).message()
        reading = read_message(written(root))
        assert reading.all_faults == ()
        assert len(reading.usable) == len(root.findall("{*}" + TABLES[code].node))


@pytest.mark.parametrize("code", TABLES)
def test_every_single_defect_is_named_by_its_element(code):
    table = TABLES[code]
    root = Maker(table, Random(code), full=True, cap=40, most=1).message()
    for broken in ways_to_break(table):
        named = {fault.field for fault in read_message(broken.of(root)).all_faults}
        assert any(field.startswith(broken.path) for field in named), (broken, named)


@pytest.mark.parametrize("code", [code for code, table in TABLES.items() if table.most_documents > 1])
def test_an_excerpt_of_several_documents_reads_as_the_document_that_it_is_of(code):
    data, table = GENERATED[code], TABLES[code]
    for document in read_message(joined(data, data, data, node=table.node)).usable:
        asked = table.envelope.signed or table.envelope.signed_declared
        signed = f"{part(data, 'Signature')}</ceb:{code}Message>" if asked else ""
        source = replace(document.source, f"</ceb:{code}Message>", signed or f"</ceb:{code}Message>")
        (again,) = read_message(source).usable
        assert (again.head, again.lines) == (document.head, document.lines)


def test_a_tax_message_has_at_most_a_thousand_bills():
    bills = read_message(joined(*150 * [GENERATED["CEB816"]], node="Tax"))
    assert len(bills.usable) == 150
    (fault,) = read_message(behind(GENERATED["CEB816"], "Tax", 1_000 * "<ceb:Tax/>")).faults
    assert str(fault) == "Tax: came 1001 of them, expected at most 1000"


def test_lines_without_a_bound_of_their_own_are_at_most_20000():
    data = GENERATED["CEB701"].decode().replace("ceb:", "").replace("xmlns:ceb", "xmlns")
    line = "<SummaryApplyList><invtNo/></SummaryApplyList>"
    filled = data.replace("</SummaryApply>", 19_999 * line + "</SummaryApply>").encode()
    (document,) = read_message(filled).usable
    assert len(document.lines) == 20_000
    (fault,) = read_message(replace(filled, "</SummaryApply>", line + "</SummaryApply>")).all_faults
    assert str(fault) == "SummaryApply[1]/SummaryApplyList: came 20001 of them, expected at most 20000"
