"""The short ways through reading are taken where nothing is wrong, and say what the long ones say."""

from itertools import cycle
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from ledger.readers.ceb import Mode, elements, read, read_message, xmltree
from ledger.readers.ceb.plain import read_plain
from ledger.readers.ceb.tables import TABLES
from tests.ledger.readers.ceb.broken import ways_to_break
from tests.ledger.readers.ceb.edit import before, behind, drop, messages, part, put, replace
from tests.ledger.readers.ceb.made import Maker
from verifier.errors import SuyuanError

ORDER, LIST = messages()["CEB311"], messages()["CEB621"]
SIGNED = part(LIST, "Signature").encode()
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
    "no prolog": ORDER.partition(b"?>")[2],
    "blanks before the prolog": b"\n" + ORDER,
    "a mark before the prolog": b"\xef\xbb\xbf" + ORDER,
    "another encoding": replace(ORDER, "UTF-8", "latin-1"),
    "another version of XML": replace(ORDER, 'version="1.0"', 'version="1.1"'),
    "standing alone": replace(ORDER, "?>", ' standalone="yes"?>'),
    "a type": replace(ORDER, "?>", "?><!DOCTYPE a>"),
    "text behind the end": ORDER + b"text",
    "comment behind the end": ORDER + b"<!-- text -->",
    "two roots": ORDER + ORDER.partition(b"?>")[2],
    "no end": ORDER.rstrip()[:-3],
    "a carriage return": put(ORDER, "orderNo", "A\rB"),
    "carriage returns between": ORDER.replace(b"\n", b"\r\n"),
    "lines in a value": put(ORDER, "note", "A\n\tB"),
    "a sign that XML forbids": put(ORDER, "note", "A\x01B"),
    "a sign that is none": put(ORDER, "note", "A\uffffB"),
    "a sign beyond the plane": put(ORDER, "note", "A\U0001fffeB"),
    "wide signs": put(ORDER, "note", "\uff08A\uff5e\uffe5"),
    "half a sign": ORDER.replace("张三".encode(), "张".encode()[:2], 1),
    "a delete": put(ORDER, "note", "A\x7f\x85\xa0B"),
    "end of a section": put(ORDER, "note", "A]]>B"),
    "a bracket": put(ORDER, "note", "A>B"),
    "a reference": put(ORDER, "note", "A&amp;B"),
    "blank in a tag": replace(ORDER, "</ceb:orderNo>", "</ceb:orderNo >"),
    "blank in an opening tag": replace(ORDER, "<ceb:OrderHead>", "<ceb:OrderHead\n>"),
    "blank within a name": replace(ORDER, "<ceb:OrderHead>", "<ceb: OrderHead>"),
    "an element that is closed at once": put(ORDER, "batchNumbers", "").replace(
        b"<ceb:batchNumbers></ceb:batchNumbers>", b"<ceb:batchNumbers/>"
    ),
    "another prefix": ORDER.replace(b"ceb:", b"a:").replace(b"xmlns:ceb", b"xmlns:a"),
    "no prefix": ORDER.replace(b"ceb:", b"").replace(b"xmlns:ceb", b"xmlns"),
    "a prefix that means another": replace(ORDER, "chinaport.gov.cn/ceb", "chinaport.gov.cn/other"),
    "a prefix that nobody declared": replace(ORDER, "xmlns:ceb", "xmlns:bec"),
    "a hint": replace(
        ORDER, 'guid="', 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="a b" guid="'
    ),
    "a hint that nobody declared": replace(ORDER, 'guid="', 'xsi:schemaLocation="a b" guid="'),
    "a hint of another": replace(ORDER, 'guid="', 'xmlns:xsi="urn:a" xsi:schemaLocation="a b" guid="'),
    "an attribute twice": replace(ORDER, 'guid="', 'version="1.0" guid="'),
    "an attribute too many": replace(ORDER, 'guid="', 'a="b" guid="'),
    "attributes without a blank between": replace(ORDER, '" version="1.0">', '"version="1.0">'),
    "a number in small letters": replace(ORDER, 'guid="', 'guid="a'),
    "lines of another number": put(ORDER, "gnum", "2"),
    "no lines": before(ORDER, "OrderList", "").replace(part(ORDER, "OrderList").encode(), b""),
    "a head of nothing": ORDER.replace(part(ORDER, "OrderHead").encode(), b"<ceb:OrderHead></ceb:OrderHead>"),
    "a line of nothing": ORDER.replace(part(ORDER, "OrderList").encode(), b"<ceb:OrderList></ceb:OrderList>"),
    "nobody who transferred it": drop(ORDER, "BaseTransfer"),
    "transferred twice": ORDER.replace(part(ORDER, "BaseTransfer").encode(), 2 * part(ORDER, "BaseTransfer").encode()),
    "two documents": ORDER.replace(part(ORDER, "Order").encode(), 2 * part(ORDER, "Order").encode()),
    "a signature where none may be": replace(ORDER, "</ceb:CEB311Message>", "<ds:Signature/></ceb:CEB311Message>"),
    "no signature": drop(LIST, "Signature"),
    "two signatures": LIST.replace(SIGNED, SIGNED + SIGNED),
    "a signature in front": LIST.replace(SIGNED, b"").replace(b"<ceb:BaseTransfer>", SIGNED + b"<ceb:BaseTransfer>"),
    **{
        f"a signature with {what}": LIST.replace(b"<ds:KeyInfo>", inner.encode() + b"<ds:KeyInfo>")
        for what, inner in {
            "text": "text",
            "a tag that stays open": "<ds:a>",
            "a tag that nobody opened": "</ds:a>",
            "tags that cross": "<ds:a><ds:b></ds:a></ds:b>",
            "another prefix": "<a:b/>",
            "an element of the message": "<ceb:a>1</ceb:a>",
            "a comment": "<!-- </ds:Signature> -->",
            "a section": "<![CDATA[</ds:Signature>]]>",
            "an instruction": "<?a </ds:Signature>?>",
            "a reference": "<ds:a>&amp;</ds:a>",
            "a reference to nothing": "<ds:a>&a;</ds:a>",
            "an attribute twice": '<ds:a b="1" b="2"/>',
            "a bracket in a value": '<ds:a b=">"/>',
            "an open bracket in a value": '<ds:a b="<"/>',
            "brackets across values": '<ds:a b=">" c="<"/>',
            "a value without quotes": "<ds:a b=1/>",
            "a value over lines": '<ds:a b="1\n2"/>',
            "a bracket in text": "<ds:a>></ds:a>",
            "the end of a section in text": "<ds:a>]]></ds:a>",
            "a signature within": SIGNED.decode(),
            "many levels": "<ds:a>" * 20 + "</ds:a>" * 20,
            "too many levels": "<ds:a>" * 31 + "</ds:a>" * 31,
        }.items()
    },
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
        patch.setattr(read, "read_plain", lambda *_: None)
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
    whole = data.draw(st.sampled_from([ORDER, LIST]))
    start = data.draw(st.integers(0, len(whole) - 1))
    put_in = data.draw(st.sampled_from([b"", b"<", b">", b"/", b"&", b"<a>", b"<a/>", b"\x00", b"]]>", b" ", b'"']))
    damaged = whole[:start] + put_in + whole[start + data.draw(st.integers(0, 20)) :]
    short, long = both_ways(damaged, Mode.LENIENT)
    assert short == long


@pytest.mark.parametrize("code", TABLES)
def test_what_is_spelt_as_usual_is_read_without_a_tree(code):
    for place in range(6):
        root = Maker(TABLES[code], Random(place), full=place % 2 == 0, cap=40, most=1).message()
        for unusual in [each for each in root if etree.QName(each).localname in ("BaseSubscribe", "ExtendMessage")]:
            root.remove(unusual)
        data = etree.tostring(root, encoding="UTF-8", xml_declaration=True)
        short, long = both_ways(data, Mode.STRICT)
        assert short == long
        blank = any(each.text and not each.text.strip() for each in root.iter() if not len(each))
        if not blank and not any(each in data for each in (b"&", b"\xef\xbf", b"urn:own")):
            assert read_plain(data, Mode.STRICT) is not None


def test_the_messages_of_a_parcel_are_read_without_a_tree(monkeypatch):
    monkeypatch.setattr(read, "_read_tree", None)
    for data in messages().values():
        assert read_message(data).usable


def test_what_is_right_takes_the_short_way(monkeypatch):
    def long(*_):
        raise AssertionError

    monkeypatch.setattr(read, "read_plain", lambda *_: None)
    monkeypatch.setattr(elements, "_read_field", long)
    monkeypatch.setattr(xmltree, "_parse", long)
    for data in messages().values():
        assert read_message(data).usable
