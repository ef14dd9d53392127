"""The gateway's addresses: what is taken is durable, what is refused says where, and receipts come back."""

from __future__ import annotations

import base64
import json
import sys
from urllib.parse import quote

import pytest

from fixtures.epcis import Moments, Places, parcel_events
from ledger.gateway.reader import Reader
from tests.api.gateway.serving import GatewayServer
from tests.ledger.client.serving import Reply
from tests.ledger.gateway.zone import messages_of, until
from tests.world import now
from verifier.ledgerformat.receipt import parse_receipt
from verifier.ledgerformat.statement import parse_entry, statement_identity

XML, JSON = "application/xml", "application/json"


def path_as(gated, who, path="/ceb", **facts):
    query = {"as": gated.world.cast[who].uri, **facts}
    return f"{path}?" + "&".join(f"{name}={quote(value)}" for name, value in query.items())


def order(seed):
    return messages_of([seed], ["CEB311"])[0][1]


def document(*, serial, sscc="095200010000000010"):
    places = Places(warehouse="9520000001001", hub="9520000001018", city="9520000001025")
    start = now() - 10**7
    moments = Moments(
        commissioned=start, shipped=start + 1000, arrived=start + 2000, departed=start + 3000, received=start + 4000
    )
    data = json.loads(parcel_events(gtin="09520000000110", serial=serial, sscc=sscc, places=places, moments=moments))
    del data["epcisBody"]["eventList"][1:]
    return data


def test_a_message_is_taken_and_its_receipt_comes_back(gated, gateway):
    answer = gateway.ask("POST", path_as(gated, "platform"), order(1), XML)
    assert answer.status == 202
    assert answer.headers["Location"] == f"/jobs/{answer.json['id']}"
    (item,) = answer.json["items"]
    gated.wait()
    job = gateway.ask("GET", answer.headers["Location"]).json
    assert job["done"]
    assert [each["state"] for each in job["items"]] == ["recorded"]
    receipt = gateway.ask("GET", f"/receipts/{item['item']}").json
    statement = base64.urlsafe_b64decode(receipt["statement"] + "==")
    assert statement_identity(parse_entry(statement)).hex() == receipt["identity"]
    cose = gateway.ask("GET", f"/receipts/{item['item']}", Accept="application/cose")
    assert parse_receipt(cose.body).index == receipt["leaf"]
    assert gated.world.ledger.prover.promise(receipt["leaf"]).receipt == cose.body


def test_the_same_message_again_is_the_same_job_and_the_same_event(gated, gateway):
    first = gateway.ask("POST", path_as(gated, "platform"), order(2), XML).json
    again = gateway.ask("POST", path_as(gated, "platform"), order(2), XML).json
    assert again["id"] == first["id"]
    assert [each["item"] for each in again["items"]] == [each["item"] for each in first["items"]]
    assert again["items"][0]["again"]
    assert gated.wait() == {"recorded": 1}


def test_a_faulty_message_is_refused_with_the_element_at_fault_and_nothing_is_kept(gated, gateway):
    broken = order(3).replace(b"<ceb:currency>142", b"<ceb:currency>CNY", 1)
    answer = gateway.ask("POST", path_as(gated, "platform"), broken, XML)
    assert answer.status == 400
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json["field"] == "Order[1]/OrderHead/currency"
    assert answer.json["faults"][0]["expected"] == "142"
    assert gated.states() == {}


def test_nobody_hands_anything_over_without_the_token(gated, gateway):
    for token in (None, "another"):
        answer = gateway.ask("POST", path_as(gated, "platform"), order(4), XML, token=token)
        assert answer.status == 401
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert gateway.ask("GET", "/queue", token=None).status == 401
    assert gateway.ask("GET", "/healthz", token=None).status == 200


def test_nobody_speaks_for_somebody_whose_key_is_elsewhere(gateway):
    answer = gateway.ask("POST", "/ceb?as=urn:suyuan:agency:customs", order(5), XML)
    assert answer.status == 403


def test_a_full_queue_says_when_to_come_again(firms, service, gated, gateway):
    service.lie("/entries", Reply(b"", "text/plain", 503, {"Retry-After": "1"}))
    object.__setattr__(gated.gateway.setting, "most", 2)
    for seed in (6, 7):
        assert gateway.ask("POST", path_as(gated, "platform"), order(seed), XML).status == 202
    answer = gateway.ask("POST", path_as(gated, "platform"), order(8), XML)
    assert answer.status == 429
    assert int(answer.headers["Retry-After"]) > 0
    del service.lies["/entries"]
    assert gated.wait() == {"recorded": 2}
    assert gateway.ask("POST", path_as(gated, "platform"), order(8), XML).status == 202


def test_drafts_become_events_and_files_are_never_opened(gated, gateway):
    seller = gated.world.cast["seller"].uri
    draft = {
        "type": "filing.product",
        "subjects": {"product": "https://id.gs1.org/01/09520000000141", "enterprise": seller},
        "data": {"names": {"zh": "示例茶", "en": "Example tea"}, "hsCode": "0902100000", "origin": "NZ"},
    }
    answer = gateway.ask("POST", path_as(gated, "seller", "/drafts"), json.dumps([draft]), JSON)
    assert answer.status == 202, answer.json
    assert not answer.json["faults"], answer.json
    assert gated.wait() == {"recorded": 1}, gated.reasons()
    reading = json.dumps(draft | {"attachments": {"/source": "/etc/hostname"}})
    answer = gateway.ask("POST", path_as(gated, "seller", "/drafts"), reading, JSON)
    assert answer.status == 422
    assert answer.json["field"] == "events[0].attachments"


def test_an_epcis_document_is_captured_by_a_job(gated, gateway):
    body = json.dumps(document(serial="G1"))
    answer = gateway.ask("POST", path_as(gated, "seller", "/epcis/capture"), body, JSON)
    assert answer.status == 202, answer.json
    assert answer.headers["GS1-EPCIS-Version"] == "2.0.0"
    assert answer.headers["GS1-Capture-Error-Behaviour"] == "rollback"
    gated.wait()
    job = gateway.ask("GET", answer.headers["Location"])
    assert job.json["running"] is False
    assert job.json["success"] is True, job.json
    assert job.json["errors"] == []


@pytest.mark.parametrize(("behaviour", "taken"), [("rollback", 0), ("proceed", 1)])
def test_a_faulty_event_takes_the_others_with_it_unless_the_sender_says_proceed(gated, gateway, behaviour, taken):
    data = document(serial=f"G2{taken}")
    good = data["epcisBody"]["eventList"][0]
    data["epcisBody"]["eventList"].append({**good, "eventTime": "yesterday", "eventID": "urn:uuid:1"})
    answer = gateway.ask(
        "POST", path_as(gated, "seller", "/epcis/capture"), json.dumps(data), JSON,
        GS1_Capture_Error_Behaviour=behaviour,
    )  # fmt: skip
    assert answer.status == (202 if taken else 400)
    gated.wait()
    assert sum(gated.states().values()) == taken
    if taken:
        job = gateway.ask("GET", answer.headers["Location"]).json
        assert job["success"] is False
        assert job["errors"][0]["field"] == "epcisBody.eventList[1].eventTime"


def test_what_capturing_takes_is_told(gateway):
    answer = gateway.ask("OPTIONS", "/epcis/capture")
    assert answer.status == 204
    assert answer.headers["GS1-EPCIS-Capture-Limit"] == "1000"


def test_the_queue_and_the_metrics_tell_what_is_parked_and_a_retry_sends_it_again(gated, gateway):
    seller = gated.world.cast["seller"].uri
    item = {"item": "https://id.gs1.org/01/09520000000158/21/X", "product": "https://id.gs1.org/01/09520000000158"}
    draft = {"type": "transport.commissioning", "subjects": item, "data": {"action": "ADD", "bizStep": "commissioning"}}
    told = gateway.ask("POST", path_as(gated, "seller", "/drafts"), json.dumps(draft), JSON).json
    assert gated.wait() == {"parked": 1}
    (parked,) = gateway.ask("GET", "/queue").json["parked"]
    assert parked["item"] == told["items"][0]["item"]
    assert parked["reason"]["code"] == "not-permitted"
    assert b'suyuan_gateway_items{state="parked"} 1.0' in gateway.ask("GET", "/metrics").body
    filed = {
        "type": "filing.product",
        "subjects": {"product": item["product"], "enterprise": seller},
        "data": {"names": {"zh": "示例盐", "en": "Example salt"}, "hsCode": "2501000000", "origin": "NZ"},
    }
    gateway.ask("POST", path_as(gated, "seller", "/drafts"), json.dumps(filed), JSON)
    gated.wait()
    assert gateway.ask("POST", f"/queue/{parked['item']}/retry").status == 200
    until(lambda: gated.states() == {"recorded": 2})
    assert gateway.ask("POST", f"/queue/{parked['item']}/retry").status == 409


def test_where_nothing_can_read_beside_the_gateway_reads_by_itself(gated):
    broken = Reader(gated.world.zone.types, program=(sys.executable, "-c", "raise SystemExit(1)"))
    server = GatewayServer(gated, broken)
    try:
        answers = [server.ask("POST", path_as(gated, "platform"), order(seed), XML) for seed in (61, 62)]
        assert [each.status for each in answers] == [202, 202]
        assert gated.wait() == {"recorded": 2}
    finally:
        server.stop()
        broken.close()
