"""EPCIS through a gateway into a ledger and out again: removals and errors find what they are about."""

from __future__ import annotations

import http.client
import json
from urllib.parse import quote

import pytest

from fixtures.epcis import document, event
from tests.ledger.gateway.zone import recorded_names
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
