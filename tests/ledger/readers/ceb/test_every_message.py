"""Every message type: what keeps its table is read, and every single defect is named, in each mode."""

from random import Random

import pytest
from lxml import etree

from ledger.readers.ceb import read_message
from ledger.readers.ceb.tables import TABLES
from tests.ledger.readers.ceb.broken import ways_to_break
from tests.ledger.readers.ceb.made import Maker


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
        fields = {fault.field for fault in read_message(broken.of(root)).all_faults}
        assert any(field.startswith(broken.path) for field in fields), (broken, fields)
