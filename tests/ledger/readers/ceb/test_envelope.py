"""Transport envelopes: opened exactly as their definitions say, and refused by the element at fault."""

import os
import shutil
from base64 import b64encode
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from ledger.readers.ceb import parse_envelope, read_message
from ledger.readers.ceb.envelope import MAX_ENVELOPE
from ledger.readers.ceb.xmltree import MAX_BYTES
from tests.ledger.readers.ceb.edit import messages, part, replace
from verifier.errors import MalformedError, SuyuanError, TooLargeError, UnsupportedError

ORDER = messages()["CEB311"]
SIGNATURE = part(messages()["CEB621"], "Signature")
DXP = 'xmlns="http://www.chinaport.gov.cn/dxp"'
XSD = Path(os.environ.get("SUYUAN_CORPUS") or "no corpus") / "ceb/202205/xsd"


def enclose(data: bytes, *, extra: str = "", namespace: str = DXP) -> bytes:
    """Return a DxpMsg around bytes."""
    return (
        f'<DxpMsg {namespace} ver="1.0"><TransInfo><CopMsgId>EX-1</CopMsgId><SenderId>DXPEXAMPLE00001</SenderId>'
        "<ReceiverIds><ReceiverId>DXPEXAMPLE00002</ReceiverId><ReceiverId>DXPEXAMPLE00003</ReceiverId></ReceiverIds>"
        "<CreatTime>2026-03-01T10:00:00</CreatTime><MsgType>CEB311Message</MsgType></TransInfo>"
        f"<Data>{b64encode(data).decode()}</Data>{extra}</DxpMsg>"
    ).encode()


def wrap(message: bytes) -> bytes:
    """Return a DxpMsgSv around a DxpMsg."""
    return (
        f'<DxpMsgSv {DXP} ver="1.0"><SvNo Ver="1.0"><MsgId>EXAMPLE1202603011000000000000001</MsgId>'
        "<SendTime>2026-03-01T10:00:01+08:00</SendTime><EndNode>EXAMPLE2</EndNode><StaNode>EXAMPLE1</StaNode></SvNo>"
        f"{message.decode()}</DxpMsgSv>"
    ).encode()


ADDED = '<AddInfo><FileName>a.xml</FileName><BizKey><Key name="n">k</Key></BizKey><IsText Encode="UTF-8"/></AddInfo>'
PLAIN, FULL = enclose(ORDER), enclose(ORDER, extra=ADDED + SIGNATURE)


def test_a_terminal_node_s_envelope_gives_what_it_carries():
    envelope = parse_envelope(PLAIN)
    assert envelope.data == ORDER
    assert (envelope.message_id, envelope.sender) == ("EX-1", "DXPEXAMPLE00001")
    assert envelope.receivers == ("DXPEXAMPLE00002", "DXPEXAMPLE00003")
    assert (envelope.created, envelope.message_type) == ("2026-03-01T10:00:00", "CEB311Message")
    assert (envelope.signed, envelope.node) == (False, None)
    assert read_message(envelope.data).usable
    assert parse_envelope(FULL).signed


def test_a_transport_node_s_envelope_is_opened_twice():
    envelope = parse_envelope(wrap(FULL))
    assert envelope.data == ORDER
    assert envelope.node is not None
    assert envelope.node.message_id == "EXAMPLE1202603011000000000000001"
    assert (envelope.node.start, envelope.node.end, envelope.node.part) == ("EXAMPLE1", "EXAMPLE2", "")
    assert envelope.node.sent == "2026-03-01T10:00:01+08:00"


def test_a_signature_of_either_node_is_told():
    outside = replace(wrap(PLAIN), "</DxpMsgSv>", SIGNATURE + "</DxpMsgSv>")
    assert parse_envelope(outside).signed
    assert parse_envelope(wrap(FULL)).signed
    assert not parse_envelope(wrap(PLAIN)).signed


def test_base64_may_be_broken_into_lines():
    text = b64encode(ORDER).decode()
    lines = "\r\n".join(text[place : place + 76] for place in range(0, len(text), 76))
    assert parse_envelope(replace(PLAIN, text, f"\n{lines}\n")).data == ORDER


@given(st.binary(max_size=300))
def test_any_bytes_come_out_as_they_went_in(data):
    assert parse_envelope(enclose(data)).data == data


BROKEN = [
    (replace(PLAIN, "chinaport.gov.cn/dxp", "chinaport.gov.cn/ceb"), "namespace"),
    (replace(PLAIN, "DxpMsg", "DxpMail", 2), "root element"),
    (replace(PLAIN, ' ver="1.0"', ""), "DxpMsg/@ver"),
    (replace(PLAIN, ' ver="1.0"', ' ver="2.0"'), "DxpMsg/@ver"),
    (replace(PLAIN, ' ver="1.0"', ' ver="1.0" kind="1"'), "DxpMsg"),
    (replace(PLAIN, "<CopMsgId>EX-1</CopMsgId>", ""), "DxpMsg/TransInfo/CopMsgId"),
    (replace(PLAIN, "EX-1", ""), "DxpMsg/TransInfo/CopMsgId"),
    (replace(PLAIN, "EX-1", "8" * 256), "DxpMsg/TransInfo/CopMsgId"),
    (replace(PLAIN, "EX-1", "<a/>"), "DxpMsg/TransInfo/CopMsgId"),
    (replace(PLAIN, "<CopMsgId>", '<CopMsgId kind="1">'), "DxpMsg/TransInfo/CopMsgId"),
    (replace(PLAIN, "DXPEXAMPLE00001", "8" * 17), "DxpMsg/TransInfo/SenderId"),
    (replace(PLAIN, "DXPEXAMPLE00003", "8" * 17), "DxpMsg/TransInfo/ReceiverIds/ReceiverId[2]"),
    (
        replace(PLAIN, "</ReceiverIds>", 4 * "<ReceiverId>a</ReceiverId>" + "</ReceiverIds>"),
        "DxpMsg/TransInfo/ReceiverIds",
    ),
    (replace(PLAIN, "ReceiverId>DXPEXAMPLE00002</ReceiverId", "a>b</a"), "DxpMsg/TransInfo/ReceiverIds"),
    (replace(PLAIN, "2026-03-01T10", "2026-02-30T10"), "DxpMsg/TransInfo/CreatTime"),
    (replace(PLAIN, "2026-03-01T10:00:00", "20260301100000"), "DxpMsg/TransInfo/CreatTime"),
    (replace(PLAIN, "CEB311Message", "C" * 31), "DxpMsg/TransInfo/MsgType"),
    (replace(PLAIN, "</TransInfo>", "</TransInfo>words"), "DxpMsg"),
    (replace(PLAIN, "</TransInfo>", "</TransInfo><a/>"), "DxpMsg"),
    (replace(PLAIN, "</Data>", "</Data><Data/>"), "DxpMsg/Data"),
    (replace(FULL, "<FileName>a.xml", "<FileName>"), "DxpMsg/AddInfo/FileName"),
    (enclose(ORDER, extra=SIGNATURE + ADDED), "DxpMsg/AddInfo"),
]
NO_BASE64 = [  # libxml2 passes over stray characters, against XML Schema
    (replace(PLAIN, "</Data>", f"{end}</Data>"), "DxpMsg/Data") for end in ("*", "=", "A", "====")
]
WRAPPED = [
    (replace(wrap(PLAIN), ' Ver="1.0"', ""), "DxpMsgSv/SvNo/@Ver"),
    (replace(wrap(PLAIN), "<EndNode>EXAMPLE2", "<EndNode>EXAMPLE22"), "DxpMsgSv/SvNo/EndNode"),
    (replace(wrap(PLAIN), "<SendTime>", "<SubMsgId>12</SubMsgId><SendTime>"), "DxpMsgSv/SvNo/SubMsgId"),
    (replace(wrap(PLAIN), "<CopMsgId>EX-1", "<CopMsgId>"), "DxpMsgSv/DxpMsg/TransInfo/CopMsgId"),
    (wrap(b"<a/>"), "DxpMsgSv"),
]


@pytest.mark.parametrize(("data", "field"), [*BROKEN, *NO_BASE64, *WRAPPED])
def test_an_envelope_against_its_definition_is_refused_by_the_element_at_fault(data, field):
    with pytest.raises(MalformedError) as refused:
        parse_envelope(data)
    assert refused.value.field == field


def test_an_answer_of_the_exchange_carries_no_message():
    with pytest.raises(UnsupportedError, match="DxpRep"):
        parse_envelope(f'<DxpRep {DXP} ver="1.0"/>'.encode())


def test_a_message_of_a_mebibyte_fits_and_no_larger_one():
    assert parse_envelope(enclose(bytes(MAX_BYTES))).data == bytes(MAX_BYTES)
    with pytest.raises(TooLargeError, match="DxpMsg/Data"):
        parse_envelope(enclose(bytes(MAX_BYTES + 1)))
    with pytest.raises(TooLargeError, match=str(MAX_ENVELOPE)):
        parse_envelope(PLAIN + b" " * MAX_ENVELOPE)


def test_a_document_type_is_refused_in_an_envelope_too():
    with pytest.raises(MalformedError, match="without document type"):
        parse_envelope(b"<!DOCTYPE a>" + PLAIN)


@given(st.integers(0, len(FULL) - 1), st.binary(min_size=1, max_size=4))
def test_a_damaged_envelope_is_opened_or_refused_but_never_crashes(place, noise):
    with suppress(SuyuanError):
        assert parse_envelope(FULL[:place] + noise + FULL[place + len(noise) :]).receivers


@pytest.mark.outside("SUYUAN_CORPUS")
def test_the_official_definitions_judge_envelopes_as_the_reader_does(tmp_path):
    """The transport node's definition includes the terminal node's by another file name, and not as a URI."""
    transport = (XSD / "海关跨境传输节点报文定义202205.xsd").read_text("utf-8")
    (tmp_path / "transport.xsd").write_text(transport.replace("终端节点报文.xsd", "terminal.xsd"), "utf-8")
    shutil.copy(XSD / "海关跨境终端节点报文定义202205.xsd", tmp_path / "terminal.xsd")
    shutil.copy(XSD / "xmldsig-core-schema.xsd", tmp_path)
    schema = etree.XMLSchema(etree.parse(tmp_path / "transport.xsd"))
    for data in (PLAIN, FULL, wrap(PLAIN), wrap(FULL)):
        schema.assertValid(etree.fromstring(data))
    for data, field in [*BROKEN, *WRAPPED]:
        assert not schema.validate(etree.fromstring(data)), field
