"""The short ways through reading are taken where nothing is wrong, and say what the long ones say."""

from itertools import cycle
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from ledger.readers.ceb import Mode, elements, read_message, xmltree
from ledger.readers.ceb.tables import TABLES
from tests.ledger.readers.ceb.broken import ways_to_break
from tests.ledger.readers.ceb.edit import before, behind, messages, put, replace
from tests.ledger.readers.ceb.made import Maker
from verifier.errors import SuyuanError

ORDER = messages()["CEB311"]
ODD = {
    "comment": put(ORDER, "orderNo", "A<!-- not this -->B"),
    "instruction": put(ORDER, "orderNo", "A<?not this?>B"),
    "cdata": put(ORDER, "orderNo", "A<![CDATA[<B>]]>"),
    "character": put(ORDER, "orderNo", "A&#66;"),
    "blank": put(ORDER, "buyerName", " "),
    "text between": before(ORDER, "orderNo", "text"),
    "text before": replace(ORDER, "<ceb:OrderHead>", "<ceb:OrderHead>text"),
    "text behind": replace(ORDER, "</ceb:OrderHead>", "text</ceb:OrderHead>"),
    "comment between": before(ORDER, "orderNo", "<!-- text -->"),
    "attribute of a value": replace(ORDER, "<ceb:orderNo>", '<ceb:orderNo a="b">'),
    "attribute of a head": replace(ORDER, "<ceb:OrderHead>", '<ceb:OrderHead a="b">'),
    "element in a value": put(ORDER, "orderNo", "<ceb:a/>"),
    "another namespace": before(ORDER, "orderNo", '<orderNo xmlns="urn:a">A</orderNo>'),
    "twice": behind(ORDER, "orderNo", "<ceb:orderNo>A</ceb:orderNo>"),
    "empty": put(ORDER, "batchNumbers", ""),
    "empty and needed": put(ORDER, "orderNo", ""),
}


def outcome(data, mode):
    """Return everything that reading says."""
    try:
        reading = read_message(data, mode)
    except SuyuanError as error:
        return type(error), str(error)
    return (
        [(each.path, each.document, list(map(str, each.faults)), each.departures) for each in reading.documents],
        [str(each) for each in reading.faults],
        (reading.departures, reading.guid, reading.signature),
    )


def both_ways(data, mode):
    """Return what the short ways say, and what the long ones do."""
    short = outcome(data, mode)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(elements, "quick_fields", lambda *_: None)
        patch.setattr(xmltree, "parse_shallow", lambda *_: None)
        return short, outcome(data, mode)


@pytest.mark.parametrize("code", TABLES)
def test_both_ways_say_the_same_of_what_is_right_and_of_every_single_defect(code):
    table = TABLES[code]
    root = Maker(table, Random(code), full=True, cap=40, most=1).message()
    right = etree.tostring(root, encoding="UTF-8", xml_declaration=True)
    for data, mode in zip((right, *(broken.of(root) for broken in ways_to_break(table))), cycle(Mode)):
        short, long = both_ways(data, mode)
        assert short == long


@pytest.mark.parametrize("name", ODD)
def test_both_ways_say_the_same_of_what_xml_can_do(name):
    for mode in Mode:
        short, long = both_ways(ODD[name], mode)
        assert short == long


@given(st.data())
def test_both_ways_say_the_same_of_damaged_messages(data):
    start = data.draw(st.integers(0, len(ORDER) - 1))
    put_in = data.draw(st.sampled_from([b"", b"<", b">", b"/", b"&", b"<a>", b"<a/>", b"\x00", b"]]>", b" "]))
    damaged = ORDER[:start] + put_in + ORDER[start + data.draw(st.integers(0, 20)) :]
    short, long = both_ways(damaged, Mode.LENIENT)
    assert short == long


def test_what_is_right_takes_the_short_way(monkeypatch):
    def long(*_):
        raise AssertionError

    monkeypatch.setattr(elements, "_read_field", long)
    monkeypatch.setattr(xmltree, "_parse", long)
    for data in messages().values():
        assert read_message(data).usable
