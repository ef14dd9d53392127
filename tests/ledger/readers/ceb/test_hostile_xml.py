"""XML that wants something from the machine that reads it."""

import threading
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.readers.ceb import Mode, read_message
from tests.ledger.readers.ceb.edit import before, messages, replace
from verifier.errors import MalformedError, SuyuanError, TooLargeError

ORDER = messages()["CEB311"]
DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'


def with_type(subset: str, value: str) -> bytes:
    """Return the order with a document type, and an order number that uses it."""
    data = replace(ORDER, DECLARATION, DECLARATION + subset)
    return data.replace(b"<ceb:orderNo>", b"<ceb:orderNo>" + value.encode())


LAUGHS = "".join(f'<!ENTITY l{n} "{10 * f"&l{n - 1};"}">' for n in range(1, 10))
QUADRATIC = f'<!ENTITY a "{"a" * 50_000}">'


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(with_type("<!DOCTYPE a>", ""), id="document-type"),
        pytest.param(with_type('<!DOCTYPE a [<!ENTITY e "x">]>', "&e;"), id="entity"),
        pytest.param(with_type('<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]>', "&e;"), id="external-entity"),
        pytest.param(with_type('<!DOCTYPE a SYSTEM "http://127.0.0.1:9/a.dtd">', ""), id="external-subset"),
        pytest.param(with_type('<!DOCTYPE a [<!ENTITY % p SYSTEM "file:///etc/passwd"> %p;]>', ""), id="parameter"),
        pytest.param(with_type(f'<!DOCTYPE a [<!ENTITY l0 "ha">{LAUGHS}]>', "&l9;"), id="billion-laughs"),
        pytest.param(with_type(f"<!DOCTYPE a [{QUADRATIC}]>", 1_000 * "&a;"), id="quadratic-blowup"),
        pytest.param(with_type('<!DOCTYPE a [<!ATTLIST a b CDATA "c">]>', ""), id="default-attribute"),
    ],
)
def test_a_document_type_is_refused_before_anything_is_parsed(data):
    with pytest.raises(MalformedError, match="expected XML without document type or entities"):
        read_message(data, Mode.LENIENT)


@pytest.mark.parametrize("codec", ["utf-16", "utf-16-le", "utf-32", "utf-7", "gb18030", "cp037"])
def test_another_encoding_cannot_hide_a_document_type(codec):
    hidden = with_type('<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]>', "&e;").decode()
    for declared in (codec, "UTF-8"):
        with pytest.raises(MalformedError):
            read_message(hidden.replace("UTF-8", declared, 1).encode(codec, "xmlcharrefreplace"))


@pytest.mark.parametrize("name", ["GB18030", "gbk", "UTF-16", "UTF-7", "latin-1"])
def test_a_message_that_calls_itself_anything_but_utf8_is_refused(name):
    with pytest.raises(MalformedError, match=r"encoding: came .*expected UTF-8"):
        read_message(replace(ORDER, "UTF-8", name))


def test_an_entity_that_nobody_declared_is_refused():
    with pytest.raises(MalformedError, match="expected well-formed XML"):
        read_message(replace(ORDER, "<ceb:orderNo>", "<ceb:orderNo>&secret;"))


@pytest.mark.parametrize(
    "data",
    [b"", b" ", b"\x00", b"order", b"<", b"{}", ORDER[:-20], ORDER + b"<more/>", ORDER.replace(b"Head>", b"Haed>", 1)],
)
def test_what_is_no_xml_is_refused(data):
    with pytest.raises(MalformedError):
        read_message(data)


def test_a_syntax_error_names_its_line_and_quotes_nothing():
    with pytest.raises(MalformedError) as refused:
        read_message(replace(ORDER, "</ceb:buyerName>", "</ceb:secret>"))
    assert "secret" not in str(refused.value)
    assert "line 2" in str(refused.value)


def test_more_than_a_mebibyte_is_refused():
    with pytest.raises(TooLargeError, match="1048576"):
        read_message(ORDER + b" " * (1 << 20))


def test_a_mebibyte_is_read():
    assert read_message(ORDER + b"\n" * ((1 << 20) - len(ORDER))).usable


@pytest.mark.parametrize("depth", [40, 250, 300, 50_000])
def test_deep_nesting_is_refused(depth):
    with pytest.raises(MalformedError):
        read_message(before(ORDER, "Order", depth * "<a>" + depth * "</a>"))


def test_depth_within_libxml2_s_own_limit_meets_ours():
    with pytest.raises(TooLargeError, match="depth"):
        read_message(before(ORDER, "Order", 40 * "<a>" + 40 * "</a>"))


def test_too_many_elements_are_refused():
    with pytest.raises(TooLargeError, match="elements"):
        read_message(before(ORDER, "Order", 70_000 * "<a/>"))


def test_documents_that_swell_when_they_are_cut_out_are_refused():
    subscription = (
        "<ceb:BaseSubscribe>" + 500_000 * " " + "<ceb:status/><ceb:dxpMode>DXP</ceb:dxpMode><ceb:dxpAddress/>"
        "</ceb:BaseSubscribe>"
    )
    several = replace(ORDER, "<ceb:BaseTransfer>", 20 * "<ceb:Order/>" + "<ceb:BaseTransfer>")
    swollen = replace(several, "</ceb:CEB311Message>", subscription + "</ceb:CEB311Message>")
    with pytest.raises(TooLargeError, match="several messages"):
        read_message(swollen)


class _Listener(BaseHTTPRequestHandler):
    asked: list[str] = []  # noqa: RUF012 - one test, one server

    def do_GET(self):
        self.asked.append(self.path)
        self.send_error(404)

    def log_message(self, *_):
        pass


def test_nothing_is_fetched():
    with HTTPServer(("127.0.0.1", 0), _Listener) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        place = f"http://127.0.0.1:{server.server_port}"
        hint = f'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="urn:a {place}/a.xsd" '
        include = f'<x:include xmlns:x="http://www.w3.org/2001/XInclude" href="{place}/b.xml"/>'
        style = f'<?xml-stylesheet href="{place}/c.xsl" type="text/xsl"?>'
        data = replace(before(ORDER, "Order", include), 'guid="', hint + 'guid="')
        read_message(replace(data, DECLARATION, DECLARATION + style))
        with pytest.raises(MalformedError):
            read_message(with_type(f'<!DOCTYPE a SYSTEM "{place}/d.dtd">', ""))
        server.shutdown()
    assert _Listener.asked == []


@given(st.binary(max_size=300))
def test_any_bytes_are_refused_with_our_own_error(data):
    with pytest.raises(SuyuanError):
        read_message(data)


@given(st.integers(0, len(ORDER) - 1), st.binary(min_size=1, max_size=4), st.booleans())
def test_a_damaged_message_is_read_or_refused_but_never_crashes(place, noise, lenient):
    damaged = ORDER[:place] + noise + ORDER[place + len(noise) :]
    with suppress(SuyuanError):
        assert read_message(damaged, Mode.LENIENT if lenient else Mode.STRICT).message == "CEB311"
