"""EPCIS through a gateway into a ledger and out again: removals and errors find what they are about."""

from __future__ import annotations

import http.client
import json
from urllib.parse import quote

import pytest
from stdnum.ean import calc_check_digit

from fixtures.epcis import document, event
from tests.api.gateway.serving import GatewayServer
from tests.ledger.gateway.zone import Gated, recorded_names
from tests.world import now

JSON = "application/json"
GS1 = "https://id.gs1.org"
UNITS = [f"{GS1}/00/{each}" for each in ("095200000000000103", "095200000000000110", "095200000000000127")]
BOX, PALLET, CART = UNITS


@pytest.fixture
def capture(gated, gateway):
    """Capture events as the carrier; return the job once all of it is recorded or parked."""

    def send(*events, **headers):
        address = f"/epcis/capture?as={quote(gated.world.cast['carrier'].uri)}"
        answer = gateway.ask("POST", address, json.dumps(document(events)).encode(), JSON, **headers)
        if answer.status != 202:
            return answer.json
        gated.wait()
        return gateway.ask("GET", answer.headers["Location"]).json

    return send


def told(kind, id_, at=0, **members):
    return event(kind, now() - 100_000 + at, eventID=id_, **members)


def test_what_is_attached_packed_taken_off_and_declared_an_error_refers_to_what_was_recorded(capture, gated, service):
    both = {"parentID": PALLET, "childEPCs": [BOX]}
    on = {"parentID": CART, "childEPCs": [PALLET]}
    wrong = told("ObjectEvent", "urn:x:gw:wrong", 5, action="OBSERVE", epcList=[BOX], bizStep="shipping")
    declared = {"declarationTime": "2026-10-01T00:00:00Z", "reason": "did_not_occur"}
    job = capture(
        told("ObjectEvent", "urn:x:gw:units", action="ADD", epcList=UNITS, bizStep="commissioning"),
        told("AggregationEvent", "urn:x:gw:pack", 1, action="ADD", **both),
        told("AssociationEvent", "urn:x:gw:attach", 2, action="ADD", **on),
        told("AssociationEvent", "urn:x:gw:detach", 3, action="DELETE", **on),
        told("AggregationEvent", "urn:x:gw:unpack", 4, action="DELETE", **both),
        wrong,
        {**wrong, "errorDeclaration": declared},
    )
    assert job["success"], job["errors"]
    assert [each["state"] for each in job["items"]] == ["recorded"] * 7
    assert len(recorded_names(gated.world)) == len(set(recorded_names(gated.world)))
    first, second = found(service, "urn:x:gw:wrong")
    assert "errorDeclaration" not in first
    assert second["errorDeclaration"]["reason"] == "did_not_occur"
    for id_, action in (("attach", "ADD"), ("detach", "DELETE")):
        (one,) = found(service, f"urn:x:gw:{id_}")
        assert (one["type"], one["action"], one["parentID"]) == ("AssociationEvent", action, CART)


def found(service, event_id):
    """Return the events of an eventID, as anybody gets them from the ledger."""
    host = service.url.removeprefix("http://")
    connection = http.client.HTTPConnection(host, timeout=30)
    try:
        connection.request("GET", f"/epcis/events/{quote(event_id, safe='')}", headers={"Accept": JSON})
        response = connection.getresponse()
        assert response.status == 200
        return json.loads(response.read())["epcisBody"]["queryResults"]["resultsBody"]["eventList"]
    finally:
        connection.close()


def test_an_error_in_what_another_sender_said_is_refused(capture, gated, gateway):
    wrong = told("ObjectEvent", "urn:x:gw:other", action="OBSERVE", epcList=[PALLET], bizStep="storing")
    assert capture(wrong)["success"]
    declared = {**wrong, "errorDeclaration": {"declarationTime": "2026-10-01T00:00:00Z"}}
    address = f"/epcis/capture?as={quote(gated.world.cast['seller'].uri)}"
    answer = gateway.ask("POST", address, json.dumps(document([declared])).encode(), JSON)
    assert (answer.status, answer.json["type"]) == (404, "urn:suyuan:problem:unknown")
    assert answer.json["field"].endswith("eventID")


def test_an_error_in_what_nobody_recorded_refuses_the_whole_capture(capture, gated):
    before = gated.states()
    fine = told("ObjectEvent", "urn:x:gw:fine", action="OBSERVE", epcList=[PALLET], bizStep="storing")
    lost = told("ObjectEvent", "urn:x:gw:lost", action="OBSERVE", epcList=[PALLET], bizStep="picking")
    refused = capture(fine, {**lost, "errorDeclaration": {"declarationTime": "2026-10-01T00:00:00Z"}})
    assert "eventID" in refused["field"]
    assert gated.states() == before


# What another gateway of the same firm said, or another firm.
@pytest.fixture
def other(firms, service, tmp_path):
    """Another gateway, of a folder of its own, over the same ledger; capture through it as the carrier."""
    elsewhere = Gated(firms, service.url, tmp_path / "other")
    elsewhere.start()
    server = GatewayServer(elsewhere)

    def send(*events, who="carrier"):
        address = f"/epcis/capture?as={quote(firms.cast[who].uri)}"
        answer = server.ask("POST", address, json.dumps(document(events)).encode(), JSON)
        assert answer.status == 202, answer.json
        elsewhere.wait()
        job = server.ask("GET", answer.headers["Location"]).json
        assert job["success"], job["errors"]
        return job

    yield send
    server.stop()
    elsewhere.stop()


def born(units, id_):
    return told("ObjectEvent", id_, action="ADD", epcList=units, bizStep="commissioning")


def unit(number):
    digits = f"09520000{number:09d}"
    return f"{GS1}/00/{digits}{calc_check_digit(digits)}"


def test_an_error_in_what_another_gateway_of_the_firm_captured_is_declared_here(other, capture, service):
    thing = unit(300)
    wrong = told("ObjectEvent", "urn:x:else:wrong", 5, action="OBSERVE", epcList=[thing], bizStep="shipping")
    other(born([thing], "urn:x:else:born"), wrong)
    declared = {"declarationTime": "2026-10-01T00:00:00Z", "reason": "did_not_occur"}
    job = capture({**wrong, "errorDeclaration": declared})
    assert job["success"], job
    first, second = found(service, "urn:x:else:wrong")
    assert "errorDeclaration" not in first
    assert second["errorDeclaration"]["reason"] == "did_not_occur"


def test_an_error_in_what_another_firm_said_is_refused_wherever_it_was_said(other, capture):
    thing = unit(310)
    wrong = told("ObjectEvent", "urn:x:else:theirs", 5, action="OBSERVE", epcList=[thing], bizStep="shipping")
    other(born([thing], "urn:x:else:theirs-born"), wrong, who="seller")
    refused = capture({**wrong, "errorDeclaration": {"declarationTime": "2026-10-01T00:00:00Z"}})
    assert refused["type"] == "urn:suyuan:problem:unknown"


def test_what_another_gateway_packed_is_taken_out_here(other, capture, service):
    box, pallet = unit(320), unit(321)
    both = {"parentID": pallet, "childEPCs": [box]}
    other(born([box, pallet], "urn:x:else:units"), told("AggregationEvent", "urn:x:else:pack", 1, action="ADD", **both))
    job = capture(told("AggregationEvent", "urn:x:else:out", 2, action="DELETE", **both))
    assert job["success"], job
    (gone,) = found(service, "urn:x:else:out")
    assert (gone["action"], gone["childEPCs"]) == ("DELETE", [box])
    again = capture(told("AggregationEvent", "urn:x:else:again", 3, action="DELETE", **both))
    assert again["type"] == "urn:suyuan:problem:unknown", "it is out"


def test_a_removal_of_all_ends_the_packing_of_what_is_inside_whoever_sent_it_and_no_more(other, capture, service):
    boxes, pallet = [unit(330 + each) for each in range(4)], unit(339)

    def packed(word, at, box):
        return told("AggregationEvent", f"urn:x:all:{word}", at, action="ADD", parentID=pallet, childEPCs=[box])

    out = told("AggregationEvent", "urn:x:all:out", 3, action="DELETE", parentID=pallet, childEPCs=[boxes[1]])
    other(born([*boxes, pallet], "urn:x:all:units"), packed("1", 1, boxes[0]), packed("2", 2, boxes[1]), out)
    assert capture(packed("3", 4, boxes[2]))["success"]
    job = capture(
        packed("4", 5, boxes[3]),
        told("AggregationEvent", "urn:x:all:empty", 6, action="DELETE", parentID=pallet),
    )
    assert job["success"], job
    (gone,) = found(service, "urn:x:all:empty")
    assert sorted(gone["childEPCs"]) == sorted([boxes[0], boxes[2], boxes[3]])
    again = capture(told("AggregationEvent", "urn:x:all:twice", 7, action="DELETE", parentID=pallet))
    assert again["field"].endswith("parentID"), "nothing is inside any more"


def test_what_the_ledger_has_to_be_asked_for_waits_for_no_ledger_that_is_away(gated, gateway, service):
    service.close()
    away = told("AggregationEvent", "urn:x:away", action="DELETE", parentID=unit(340))
    address = f"/epcis/capture?as={quote(gated.world.cast['carrier'].uri)}"
    answer = gateway.ask("POST", address, json.dumps(document([away])).encode(), JSON)
    assert (answer.status, answer.json["type"]) == (503, "urn:suyuan:problem:unreachable")
    assert answer.headers["Retry-After"]


def test_children_and_goods_by_quantity_are_found_again_with_their_parent(capture, service):
    box = unit(350)
    assert capture(born([box], "urn:x:quantity:units"))["success"]
    quantity = [{"epcClass": "urn:epc:idpat:sgtin:9520000.000011.*", "quantity": 12}]
    packing = {"action": "ADD", "parentID": box, "childQuantityList": quantity}
    job = capture(told("AggregationEvent", "urn:x:quantity:in", 1, **packing))
    assert job["success"], job
    (packed,) = found(service, "urn:x:quantity:in")
    assert (packed["type"], packed["action"], packed["parentID"]) == ("AggregationEvent", "ADD", box)
    assert packed["childQuantityList"] == [{"epcClass": f"{GS1}/01/09520000000110"}]
