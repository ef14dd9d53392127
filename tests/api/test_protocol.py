"""What the parser in C leaves to us: bounds where no body comes, one Host, trailers, no answer in another's place."""

import asyncio
import socket

import pytest

from api import protocol
from verifier.ledgerformat.submission import MEDIA_TYPE as SUBMISSION

LINE, HOST = b" HTTP/1.1\r\n", b"Host: a\r\n"
POST = b"POST /entries" + LINE + HOST + b"Content-Type: " + SUBMISSION.encode() + b"\r\n"
CHUNKED = POST + b"Transfer-Encoding: chunked\r\n\r\n"
CLOSE = b"Connection: close\r\n"
CUT_OFF = b"HTTP/1.1 400", b""  # the refusal, or not even that: who is still sending when a connection ends may miss it


class Wire:
    """What a transport is told to send."""

    def __init__(self):
        self.sent = []

    def write(self, data):
        self.sent.append(data)

    def close(self):
        self.sent.append("closed")


def test_head_and_body_of_an_answer_are_sent_together():
    loop, wire = asyncio.new_event_loop(), Wire()
    gathered = protocol._Gathered(wire, loop)
    try:
        gathered.write(b"head")
        assert wire.sent == []
        gathered.write(b"body")
        assert wire.sent == [b"headbody"]
        gathered.write(b"alone")
        loop.run_until_complete(asyncio.sleep(0))
        assert wire.sent[1:] == [b"alone"]
        gathered.write(b"last")
        gathered.close()
        assert wire.sent[2:] == [b"last", "closed"]
    finally:
        loop.close()


def said(server, *parts):
    """Send bytes part by part; return all that comes back until the server closes."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=60) as connection:
        heard = b""
        try:
            for each in parts:
                connection.sendall(each)
            while part := connection.recv(65_536):
                heard += part
        except ConnectionError:
            pass
        return heard


@pytest.mark.parametrize("hosts", [b"", HOST + HOST, HOST + b"HOST: b\r\n"])
def test_a_request_with_no_host_or_two_is_refused(server, hosts):
    assert said(server, b"GET /healthz" + LINE + hosts + CLOSE + b"\r\n").startswith(b"HTTP/1.1 400")


@pytest.mark.parametrize("start", [b"GET /", b"GET / HTTP/1.1\r\nA: ", CHUNKED + b"0\r\nTrailer: ", CHUNKED + b"1;a="])
def test_what_has_no_end_is_cut_off(server, start):
    assert said(server, start, *[b"a" * 1_000] * 1_000)[:12] in CUT_OFF
    assert server.get("/healthz").status == 200


def test_a_head_of_many_fields_is_refused_however_it_comes(server):
    lines = b"".join(b"A%d: b\r\n" % each for each in range(6_000))
    parts = [lines[at : at + 5_000] for at in range(0, len(lines), 5_000)]
    whole = b"GET /healthz" + LINE + HOST
    assert said(server, whole + lines + CLOSE + b"\r\n")[:12] in CUT_OFF
    assert said(server, whole, *parts, CLOSE + b"\r\n")[:12] in CUT_OFF


def test_a_body_and_the_start_of_what_follows_in_one_piece_are_taken(server):
    """However much of a body comes at once: only what brings nothing is counted."""
    data = bytes(400_000)
    head = POST + b"Content-Length: %d\r\n\r\n" % len(data)
    heard = said(server, head + data + b"GET /health", b"z" + LINE + HOST + CLOSE + b"\r\n")
    assert heard.startswith(b"HTTP/1.1 400")
    assert heard.count(b"HTTP/1.1 ") == 2


def test_a_trailer_is_no_header_field(server, world, zone_terms):
    data = world.submission(world.seller, zone_terms.item("TRAILED"))
    trailer = b"0\r\nContent-Encoding: gzip\r\nConnection: close\r\n\r\n"
    heard = said(server, CHUNKED.replace(HOST, HOST + CLOSE), b"%x\r\n" % len(data) + data + b"\r\n" + trailer)
    assert heard.startswith(b"HTTP/1.1 201")


def test_what_follows_a_request_and_is_none_gets_no_answer_in_its_place(world, serve, zone_terms):
    """Else the sender would take a refusal of what followed for one of what was recorded."""
    server = serve(world.ledger, world.folder)
    data = world.submission(world.seller, zone_terms.item("FOLLOWED"))
    heard = said(server, POST + b"Content-Length: %d\r\n\r\n" % len(data) + data + b"\x00\x01\x02\r\n\r\n")
    assert heard == b"" or heard.startswith(b"HTTP/1.1 201")


def test_without_the_parser_in_c_the_server_takes_python_s(world, serve, zone_terms, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "api.protocol", None)
    server = serve(world.ledger, world.folder)
    data = world.submission(world.seller, zone_terms.item("PLAIN"))
    assert server.post("/entries", data, SUBMISSION).status == 201
