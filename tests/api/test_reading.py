"""What the client reads is what the event's name commits to, whatever the server answers."""

from __future__ import annotations

import json

import pytest

from ledger.client.client import LedgerClient
from ledger.client.reading import read_attachment, read_body, read_event, read_head
from ledger.client.signing import LIFETIME, RequestSigner
from ledger.client.transport import Patience, Transport
from ledger.errors import PrivateError
from ledger.signing.signer import generate
from tests.api.access_world import ORDER, SOURCE, found_access_world
from tests.ledger.client.serving import Reply, Service
from verifier.errors import IncompleteError, MismatchError, SuyuanError, UnsupportedError
from verifier.ledgerformat.batch_answer import parse_batch_answer
from verifier.ledgerformat.disclosure import format_disclosure
from verifier.primitives.keys import EDDSA, ES256, ML_DSA_44
from verifier.proof.traceproof import parse_trace_proof

ONCE = Patience(attempts=1)


@pytest.fixture(scope="module")
def zone(tmp_path_factory):
    made = found_access_world(tmp_path_factory.mktemp("reading") / "zone", askers=("customs", "warehouse", "seller"))
    yield made
    made.world.ledger.close()


@pytest.fixture(scope="module")
def door(zone):
    """The real service, behind a door that can be told to lie."""
    made = Service(zone.world.ledger)
    made.open_reads(open_=False)
    yield made
    made.close()


@pytest.fixture
def service(door):
    yield door
    door.lies.clear()


@pytest.fixture
def customs(zone, service):
    return LedgerClient(service.url, patience=ONCE, request_key=zone.keys["customs", "active"])


@pytest.mark.parametrize("alg", [EDDSA, ES256])
def test_an_agency_reads_an_event_whole_and_its_attachment(zone, service, alg):
    client = LedgerClient(service.url, patience=ONCE, request_key=zone.new_key("customs", "active", alg))
    opened = read_event(client, zone.order.name)
    assert opened.head.type == "order.placed"
    assert opened.body.of_role("order") == (ORDER,)
    assert opened.disclosures["/buyer"].value == {"name": "张三"}
    assert opened.disclosures["/number"].value == "ORDER-4711"
    assert read_attachment(client, opened, "/source") == SOURCE


def test_a_party_reads_what_is_for_parties(zone, service):
    client = LedgerClient(service.url, patience=ONCE, request_key=zone.keys["seller", "active"])
    opened = read_event(client, zone.order.name)
    assert opened.disclosures["/number"].value == "ORDER-4711"
    assert "/buyer" not in opened.disclosures
    with pytest.raises(IncompleteError, match="source"):
        read_attachment(client, opened, "/source")
    trace = parse_trace_proof(client.trace(ORDER, walk="parties"))
    shown = [event.body for part in trace.trace for event in part.events]
    assert zone.payment.body in shown


def test_nobody_else_does(zone, service):
    stranger = LedgerClient(service.url, patience=ONCE, request_key=zone.keys["warehouse", "active"])
    anybody = LedgerClient(service.url, patience=ONCE)
    for client in (stranger, anybody):
        with pytest.raises(PrivateError, match="a party"):
            read_event(client, zone.payment.name)
        with pytest.raises(PrivateError):
            client.trace(ORDER, walk="parties")
        with pytest.raises(PrivateError):
            client.batch(0)
    assert read_head(anybody, zone.payment.name).type == "order.payment"


def test_a_batch_answer_is_read_with_a_request_key(customs):
    assert parse_batch_answer(customs.batch(0))[0].body


def test_another_head_body_value_or_attachment_than_the_event_has_is_refused(zone, service, customs):
    order, payment = (f"/events/{each.name.hex()}" for each in (zone.order, zone.payment))
    opened = read_event(customs, zone.order.name)
    proof, body = customs.event(zone.payment.name), customs.body(zone.payment.name)
    attachment = f"/attachments/{opened.disclosures['/source'].value['sha256']}"

    service.lie(order, Reply(proof, "application/vnd.suyuan.event+cbor"))
    with pytest.raises(MismatchError, match="head"):
        read_head(customs, zone.order.name)
    service.lies.clear()

    service.lie(f"{order}/body", Reply(body, "application/json"))
    with pytest.raises(MismatchError, match="body"):
        read_event(customs, zone.order.name)
    service.lies.clear()

    forged = format_disclosure(salt=bytes(16), pointer="/number", value="ORDER-4712")
    theirs = customs.disclosures(zone.payment.name)["/number"]
    swapped = customs.disclosures(zone.order.name)["/buyer"]
    for text in (forged, theirs, swapped):
        told = {"event": zone.order.name.hex(), "disclosures": {"/number": text}, "withheld": {}}
        service.lie(f"{order}/disclosures", Reply(json.dumps(told).encode(), "application/json"))
        with pytest.raises(MismatchError, match="disclosure"):
            read_event(customs, zone.order.name)
    for bad in ([], {"disclosures": []}, {"disclosures": {"/number": 1}}, {"disclosures": {"/number": "!"}}):
        service.lie(f"{order}/disclosures", Reply(json.dumps(bad).encode(), "application/json"))
        with pytest.raises(SuyuanError):
            read_event(customs, zone.order.name)
    service.lies.clear()

    for content in (SOURCE + b" ", SOURCE.replace(b"invented", b"INVENTED"), b""):
        service.lie(attachment, Reply(content))
        with pytest.raises(MismatchError, match="attachment"):
            read_attachment(customs, opened, "/source")
    assert payment != order


def test_a_body_is_checked_against_the_head_that_was_read(zone, customs):
    head = read_head(customs, zone.order.name)
    assert read_body(customs, zone.order.name, head).digests
    with pytest.raises(MismatchError):
        read_body(customs, zone.payment.name, head)


def test_each_attempt_is_signed_anew(zone, service):
    """An attempt without an answer may have arrived: the same signature again would be a replay."""
    path = f"/events/{zone.payment.name.hex()}/body"
    answers = [Reply(b"", status=503, headers={"Retry-After": "0"}), None]
    service.lies[path] = lambda _body: answers.pop(0)
    signer, signed = RequestSigner(zone.keys["customs", "active"]), []

    def sign(*asked):
        signed.append(signer.headers(*asked))
        return signed[-1]

    answer = Transport(service.url, patience=Patience(attempts=2, sleep=lambda _: None), sign=sign).get(path)
    assert answer.body == zone.payment.body
    assert len({each["Signature"] for each in signed}) == len(signed) == 2


def test_what_is_signed_is_the_address_as_it_is_sent_and_each_time_something_new():
    signer = RequestSigner(generate(EDDSA), clock=lambda: 1_795_000_000.9)
    first, second = (signer.headers("GET", "https://ledger.example/a%2Fb?x=%20y", None) for _ in range(2))
    assert first.keys() == {"Signature-Input", "Signature"}
    described = first["Signature-Input"]
    assert described.startswith('suyuan=("@method" "@target-uri");')
    for part in ("created=1795000000", f"expires={1_795_000_000 + LIFETIME}", 'tag="suyuan"', "nonce=", "keyid="):
        assert part in described
    assert described != second["Signature-Input"]
    with_body = signer.headers("POST", "https://ledger.example/", b"body")
    assert '"content-digest"' in with_body["Signature-Input"]
    assert with_body["Content-Digest"].startswith("sha-256=:")
    assert "Content-Digest" not in signer.headers("POST", "https://ledger.example/", b"")


def test_a_key_that_no_request_can_be_signed_with_is_refused_at_once():
    with pytest.raises(UnsupportedError, match="ES256 or Ed25519"):
        LedgerClient("http://127.0.0.1:1", request_key=generate(ML_DSA_44))


@pytest.mark.parametrize(
    ("url", "base"),
    [
        ("http://Ledger.example", "http://ledger.example/x"),
        ("http://ledger.example:80", "http://ledger.example/x"),
        ("https://ledger.example:443/", "https://ledger.example/x"),
        ("https://ledger.example:8443/below", "https://ledger.example:8443/below/x"),
        ("http://[::1]:8640", "http://[::1]:8640/x"),
    ],
)
def test_the_address_is_spelt_as_the_host_header_spells_it(url, base):
    asked = []

    def sign(method, address, body):
        asked.append((method, address, body))
        raise MismatchError("stop")

    with pytest.raises(MismatchError):
        Transport(url, sign=sign).get("/x")
    assert asked == [("GET", base, None)]
