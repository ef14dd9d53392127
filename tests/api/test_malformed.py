"""Whatever is sent, the answer is a 4xx that names the field, and nothing is recorded."""

import socket
import time

import pytest

from ledger.compose.batch import sign_batch
from verifier.ledgerformat.submission import MEDIA_TYPE as SUBMISSION
from verifier.ledgerformat.submission import Submission, format_submission, parse_submission
from verifier.primitives.cbor import format_cbor, parse_cbor

COSE, NOTE, JSON = "application/cose", "text/plain", "application/json"
DEEP = b"\x81" * 100_000
BODIES = {
    "nothing": b"",
    "garbage": b"\xff\xfe\xfd",
    "a truncated length": b"\x5a\xff\xff\xff\xff",
    "a truncated array": b"\x83\x71suyuan submission",
    "100,000 levels": DEEP + b"\x00",
    "100,000 maps": b"\xa1\x00" * 100_000 + b"\x00",
    "not a number": b"\xf9\x7e\x00",
    "infinity": b"\xfb\x7f\xf0" + bytes(6),
    "a date tag": b"\xc1\x61x",
    "a regex tag": b"\xd8\x23\x61[",
    "a huge decimal": b"\xc4\x82\x1b\x7f\xff\xff\xff\xff\xff\xff\xff\x01",
    "an array of 2**63": b"\x9b\x80" + bytes(7),
    "a map of 2**64 - 1": b"\xbb" + b"\xff" * 8,
    "indefinite": b"\x9f\x01\xff",
    "duplicate keys": b"\xa2\x01\x01\x01\x02",
    "bytes that follow": b"\x01\x02",
    "not the shortest form": b"\x18\x01",
    "bad UTF-8": b"\x61\xff",
    "a lone surrogate": b"\x63\xed\xa0\x80",
    "tag 18 of nothing": b"\xd2",
    "tag 18 of 2**63": b"\xd2\x84\x1b\x80" + bytes(7),
    "a version of 2**63": b"\x83\x71suyuan submission\x1b\x80" + bytes(7) + b"\xa0",
    "JSON": b'{"a": 1}',
    "UTF-16": "text".encode("utf-16"),
    "ten megabytes": b"\x59\xff\xff" * 3_400_000,
    "twenty megabytes": bytes(20_000_000),
}


def field_of(answer):
    if answer.headers["Content-Type"] == "application/problem+json":
        return answer.json["field"]
    if answer.headers["Content-Type"] == JSON:
        return answer.json["faults"][0]["field"]
    (own,) = [value for name, value in parse_cbor(answer.body).items() if isinstance(name, str)]
    return own["field"]


@pytest.mark.parametrize("what", BODIES)
@pytest.mark.parametrize(
    ("path", "media_type"),
    [("/entries", COSE), ("/entries", SUBMISSION), ("/validate", SUBMISSION), ("/cosignatures", NOTE)],
)
def test_malformed_bodies(server, world, what, path, media_type):
    size = world.ledger.head.edge.size
    answer = server.post(path, BODIES[what], media_type)
    if path == "/validate" and len(BODIES[what]) <= 16 << 20:
        assert answer.status == 200
    else:
        too_large = len(BODIES[what]) > {COSE: 65_535, SUBMISSION: 16 << 20, NOTE: 524_288}[media_type]
        assert answer.status == (413 if too_large else 422 if "version" in what and media_type == SUBMISSION else 400)
    assert field_of(answer)
    assert world.ledger.head.edge.size == size


@pytest.fixture
def bend(server, world, zone_terms):
    """Send a submission whose one event has another head or body, signed rightly; return the answer."""

    def send(*, body=None, head=None, path="/entries"):
        event = world.seller.compose(zone_terms.item("M1"), world.zone.types)
        head, body = (event.head if head is None else head), (event.body if body is None else body)
        bent = type(event)(event.name, head, body, event.disclosures, ())
        submission = sign_batch([bent], world.seller.signer, issuer=world.seller.uri, audience=[zone_terms.ORIGIN],
                                first=900_000)  # fmt: skip
        return server.post(path, format_submission(submission), SUBMISSION)

    return send


@pytest.mark.parametrize(
    "body",
    [
        b"", b"\xff", b"[]", b"null", b"NaN", b'{"a": 1e999}', b'{"a": 9223372036854775808}', b'{"a": "\\ud800"}',
        b'{"a": 1, "a": 2}', b"[" * 100_000, b'{"a":' * 100_000, b'{"subjects": {}, "data": {}, "_sd": {}, "salt": 1}',
        b'\xef\xbb\xbf{"subjects": {}}', '{"subjects": {}}'.encode("utf-16"), b'{"a": "\x00"}', b"x" * 65_537,
        b'{"subjects": {"item": "https://id.gs1.org/01/x"}, "data": {}, "_sd": {}, "salt": "AAAAAAAAAAAAAAAAAAAAAA"}',
        b"9" * 5000,
    ],
)  # fmt: skip
def test_malformed_bodies_of_events(bend, body):
    answer = bend(body=body)
    assert answer.status in (400, 413)
    assert field_of(answer).startswith("events[0].body")


@pytest.mark.parametrize(
    "head",
    [
        b"\x00", b"\xa0", DEEP, b"\xff", b"\xa1\x01\x1b\x80" + bytes(7), b"\xd2\x84",
        format_cbor(dict.fromkeys(range(1, 13), 0)), format_cbor(dict.fromkeys(range(1, 13), 2**64 - 1)),
        format_cbor({each: [] for each in range(1, 13)}), b"\xa0" + bytes(16_384),
    ],
)  # fmt: skip
def test_malformed_heads(bend, head):
    answer = bend(head=head)
    assert answer.status in (400, 413)
    assert field_of(answer).startswith("events[0].head")


def test_every_byte_of_a_submission_matters(server, world, zone_terms):
    """Truncated or bent anywhere, it is refused; a sample of places, the whole length."""
    data = world.submission(world.seller, zone_terms.item("M2"))
    step = max(1, len(data) // 60)
    for at in range(0, len(data), step):
        bent = bytearray(data)
        bent[at] ^= 0x41
        for body in (data[:at], bytes(bent)):
            answer = server.post("/entries", body, SUBMISSION)
            assert 400 <= answer.status < 500, at
            assert field_of(answer), at


def test_parts_that_do_not_belong_together(server, world, zone_terms):
    one = parse_submission(world.submission(world.seller, zone_terms.item("M3")))
    two = parse_submission(world.submission(world.seller, zone_terms.item("M4")))
    mixed = [
        Submission(one.statement, two.heads, two.bodies, two.disclosures),
        Submission(one.statement, one.heads, two.bodies, two.disclosures),
        Submission(one.statement, one.heads, one.bodies, two.disclosures),
        Submission(one.statement, one.heads, one.bodies, ((),)),
        Submission(one.statement, one.heads * 2, one.bodies * 2, one.disclosures * 2),
        Submission(one.statement, one.heads, one.bodies, one.disclosures, (b"unnamed",)),
        Submission(b"\xd2\x84\x40\xa0\x40\x40", one.heads, one.bodies, one.disclosures),
    ]
    for each in mixed:
        answer = server.post("/entries", format_submission(each), SUBMISSION)
        assert answer.status == 400
        assert field_of(answer)


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("/trace", "query.subject"), ("/trace?subject=", "subject"), ("/trace?subject=%ff", "query.subject"),
        ("/trace?subject=%00", "query.subject"), ("/trace?subject=a%0d%0ab", "query.subject"),
        ("/trace?subject=%zz", "query.subject"), ("/trace?subject=%", "query.subject"), ("/trace?%ff=1", "query"),
        ("/trace?subject=a&subject=b", "query.subject"), ("/trace?subject=a&limit=-1", "query"),
        ("/trace?subject=a&Subject=b", "query"), ("/trace?subject=" + "a" * 5000, "subject"),
        ("/trace?subject=\N{SNOWMAN}".encode().decode("latin-1"), "query.subject"),
        ("/trace?subject=https://id.gs1.org/01/06901234567892&walk=all", "walk"),
        ("/trace?subject=https://id.gs1.org/01/06901234567892&walk=", "walk"),
        ("/?lang=fr", "lang"), ("/?x", "query"), ("/healthz?a=1", "query"), ("/checkpoint?v=1", "query"),
        ("/checkpoints/9223372036854775808", "size"), ("/checkpoints/-1", "size"), ("/checkpoints/1e3", "size"),
        ("/checkpoints/01", "size"), ("/checkpoints/%2B1", "size"), ("/checkpoints/1_0", "size"),
        ("/checkpoints/%D9%A1", "size"), ("/checkpoints/1%00", "size"), ("/checkpoints/" + "9" * 5000, "size"),
        ("/consistency/1/9007199254740992", "newer"), ("/consistency/x/2", "size"),
        ("/events/%00", "name"), ("/events/" + "g" * 64, "name"), ("/metrics?name=x", "query"),
    ],
)  # fmt: skip
def test_malformed_addresses(server, path, field):
    if not path.isascii():
        path = "/trace?subject=%E2%98%83%ff"
    answer = server.get(path, JSON)
    assert answer.status == 400, answer.text
    assert answer.json["field"] == field


def raw(server, data, *, close=False):
    """Send bytes as they are; return what comes back first. `close`: stop sending before an answer came."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=60) as connection:
        try:
            connection.sendall(data)
            if close:
                connection.shutdown(socket.SHUT_WR)
            return connection.recv(65_536)
        except ConnectionError:
            return b""


START = b"POST /entries HTTP/1.1\r\nHost: a\r\nContent-Type: application/cose\r\n"


@pytest.mark.parametrize(
    "data",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET /\xff HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nHeader\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\n" + b"X-Big: " + b"a" * 40_000,
        b"GET /" + b"a" * 40_000,
        b"GET / HTTP/1.1\r\nHost: a\r\n" + b"A: b\r\n" * 6_000,
        START + b"Content-Length: -1\r\n\r\n",
        START + b"Content-Length: x\r\n\r\n",
        START + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nabcde",
        START + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
        START + b"Transfer-Encoding: chunked\r\n\r\n-5\r\nabc\r\n",
        START + b"Transfer-Encoding: chunked\r\n\r\n" + b"f" * 21 + b"\r\n",
        START + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabcXX\r\n0\r\n\r\n",
        START + b"Transfer-Encoding: gzip\r\n\r\nabc",
        START + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    ],
)
def test_malformed_requests(server, data):
    answer = raw(server, data)
    assert answer.startswith((b"HTTP/1.1 4", b"HTTP/1.1 501")), answer[:100]
    assert server.get("/healthz").status == 200


@pytest.mark.parametrize("host", [b"[", b"a:b:c", b"[::1", b"\xc3\xa9", b"", b"a" * 3000, b"http://x/"])
def test_a_strange_host_is_no_fault(server, host):
    for path in (b"/healthz", b"/nothing", b"/search?q=06901234567892"):
        answer = raw(server, b"GET " + path + b" HTTP/1.1\r\nConnection: close\r\nHost: " + host + b"\r\n\r\n")
        assert not answer.startswith(b"HTTP/1.1 5"), answer[:300]


def test_a_body_shorter_than_it_says_is_not_recorded(server, world, zone_terms):
    data = world.submission(world.seller, zone_terms.item("M5"))
    size = world.ledger.head.edge.size
    start = START.replace(b"application/cose", SUBMISSION.encode())
    answer = raw(server, start + b"Content-Length: %d\r\n\r\n" % (len(data) + 10) + data, close=True)
    assert not answer.startswith(b"HTTP/1.1 5")
    assert world.ledger.head.edge.size == size
    assert server.get("/healthz").status == 200


def test_a_chunked_body_counts_as_it_comes(server, world, zone_terms):
    data = world.submission(world.seller, zone_terms.item("M6"))
    parts = (data[at : at + 100] for at in range(0, len(data), 100))
    answer = server.ask("POST", "/entries", parts, {"Content-Type": SUBMISSION})
    assert answer.status == 201


def test_an_endless_chunked_body_is_cut_off_while_it_arrives(server):
    """The answer comes long before the sender would be done."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=60) as connection:
        connection.sendall(START + b"Transfer-Encoding: chunked\r\n\r\n")
        chunk = b"%x\r\n" % 8192 + bytes(8192) + b"\r\n"
        for _ in range(20):
            connection.sendall(chunk)
        assert connection.recv(64).startswith(b"HTTP/1.1 413")


def test_who_waits_for_permission_to_send_too_much_does_not_get_it(server):
    with socket.create_connection(("127.0.0.1", server.port), timeout=60) as connection:
        connection.sendall(START + b"Content-Length: 20000000\r\nExpect: 100-continue\r\n\r\n")
        assert connection.recv(64).startswith(b"HTTP/1.1 413")


def test_the_answer_reaches_who_closes_after_sending_too_much(server):
    """A sender that reads only after it has sent all of 20 MB still gets the 413, over a closing connection."""
    answer = server.post("/entries", bytes(20_000_000), SUBMISSION, Connection="close")
    assert answer.status == 413


def test_a_body_that_does_not_come_in_time(world, serve):
    server = serve(world.ledger, world.folder, read_timeout=0.3)
    began = time.monotonic()
    with socket.create_connection(("127.0.0.1", server.port), timeout=60) as connection:
        connection.sendall(START + b"Content-Length: 10\r\n\r\nabc")
        assert connection.recv(64).startswith(b"HTTP/1.1 408")
    assert time.monotonic() - began < type(server.settings).model_fields["read_timeout"].default


def test_bodies_held_together_are_bounded(world, serve):
    server = serve(world.ledger, world.folder, max_buffered=1 << 20)
    answer = server.post("/entries", bytes(2_000_000), SUBMISSION)
    assert answer.status == 429
    assert answer.headers["Retry-After"] == "1"
    assert server.post("/entries", bytes(1_000_000), SUBMISSION).status == 400  # what was held is given back


def test_requests_under_way_are_bounded(world, serve):
    server = serve(world.ledger, world.folder, max_requests=1, read_timeout=600)
    with socket.create_connection(("127.0.0.1", server.port), timeout=60) as slow:
        slow.sendall(START + b"Content-Length: 10\r\n\r\nabc")
        until = time.monotonic() + 60
        while (answer := server.get("/checkpoint", JSON)).status != 429:
            assert time.monotonic() < until
        assert answer.json["type"] == "urn:suyuan:problem:overload"
        assert server.get("/healthz").status == 200
        assert server.get("/metrics").status == 200


def test_who_is_told_to_come_back_hears_it_also_while_sending(world, serve):
    server = serve(world.ledger, world.folder, max_requests=1, read_timeout=600)
    with socket.create_connection(("127.0.0.1", server.port), timeout=60) as slow:
        slow.sendall(START + b"Content-Length: 10\r\nExpect: 100-continue\r\n\r\n")
        assert slow.recv(25).startswith(b"HTTP/1.1 100")
        for _ in range(3):
            assert server.post("/entries", bytes(10_000_000), SUBMISSION, Connection="close").status == 429
