"""Capture jobs, and events that are captured one by one: what each answer says, and that it comes when it is true."""

from __future__ import annotations

import http.client
import json
from urllib.parse import quote

import pytest
from stdnum.ean import calc_check_digit

from fixtures.epcis import document, event
from tests.world import now

JSON = "application/json"
GS1 = "https://id.gs1.org"


def unit(number):
    digits = f"09520000{number:09d}"
    return f"{GS1}/00/{digits}{calc_check_digit(digits)}"


def born(number, at=0):
    id_ = f"urn:x:jobs:{number}"
    return event("ObjectEvent", now() - 100_000 + at, eventID=id_, action="ADD", epcList=[unit(number)],
                 bizStep="commissioning")  # fmt: skip


def alone(told):
    return {"@context": document([])["@context"], **told}


@pytest.fixture
def post(gated, gateway):
    """Hand something over as the carrier."""

    def send(path, value, **headers):
        address = f"{path}?as={quote(gated.world.cast['carrier'].uri)}"
        return gateway.ask("POST", address, json.dumps(value).encode(), JSON, **headers)

    return send


def test_an_event_that_comes_alone_is_answered_when_the_ledger_has_it_with_where_it_is_found(post, service):
    answer = post("/epcis/events", alone(born(400)))
    assert (answer.status, answer.headers["GS1-EPCIS-Version"]) == (201, "2.0.0")
    host, _, path = answer.headers["Location"].removeprefix("http://").partition("/")
    assert f"http://{host}" == service.url
    connection = http.client.HTTPConnection(host, timeout=30)
    connection.request("GET", f"/{path}", headers={"Accept": JSON})
    found = json.loads(connection.getresponse().read())
    connection.close()
    (told,) = found["epcisBody"]["queryResults"]["resultsBody"]["eventList"]
    assert told["epcList"] == [unit(400)]


def test_an_event_without_id_is_found_under_its_hash(post):
    told = {name: value for name, value in born(401).items() if name != "eventID"}
    answer = post("/epcis/events", alone(told))
    assert answer.status == 201
    assert "/epcis/events/ni%3A%2F%2F%2Fsha-256%3B" in answer.headers["Location"]


def test_an_event_that_was_captured_before_is_a_conflict_that_says_where_it_is(post):
    told = alone(born(402))
    first, second = post("/epcis/events", told), post("/epcis/events", told)
    assert (first.status, second.status) == (201, 409)
    assert second.headers["Location"] == first.headers["Location"]


def test_what_the_ledger_refuses_is_refused_with_its_reason(post):
    foreign = event("ObjectEvent", now(), action="ADD", epcList=[f"{GS1}/00/106141412345678908"], bizStep="storing")
    answer = post("/epcis/events", alone(foreign))
    assert (answer.status, answer.json["type"]) == (403, "urn:suyuan:problem:not-permitted")


@pytest.mark.parametrize(
    ("value", "status", "field"),
    [
        (document([born(403)]), 422, "type"),
        (alone({**born(403), "action": "MAYBE"}), 400, "action"),
        (alone({"type": "ObjectEvent"}), 400, "eventTime"),
        ([], 400, "type"),
    ],
    ids=["a document", "a misspelt event", "half an event", "no event"],
)
def test_what_is_no_event_is_refused_by_its_field(post, gated, value, status, field):
    before = gated.states()
    answer = post("/epcis/events", value)
    assert (answer.status, answer.json["field"]) == (status, field)
    assert gated.states() == before


def test_an_event_whose_ledger_is_away_is_told_of_by_its_job(post, gateway, service, monkeypatch):
    monkeypatch.setattr("api.gateway.epcis._PATIENCE", 0.1)
    service.close()
    answer = post("/epcis/events", alone(born(404)))
    assert answer.status == 202
    job = gateway.ask("GET", answer.headers["Location"]).json
    assert (job["running"], job["success"], job["errors"]) == (True, True, [])
    assert "finishedAt" not in job


def test_a_job_says_what_became_of_it(post, gated, gateway):
    answer = post("/epcis/capture", document([born(405)]))
    gated.wait()
    job = gateway.ask("GET", answer.headers["Location"]).json
    assert (job["running"], job["success"], job["captureErrorBehaviour"]) == (False, True, "rollback")
    assert job["errors"] == []
    assert job["captureID"] in answer.headers["Location"]
    assert job["createdAt"] <= job["finishedAt"] or job["createdAt"][:19] == job["finishedAt"][:19]
    assert [each["state"] for each in job["items"]] == ["recorded"]


def test_what_the_ledger_refuses_of_a_job_keeps_nothing_else_out_and_the_job_says_that_it_proceeded(
    post, gated, gateway
):
    foreign = event("ObjectEvent", now(), action="ADD", epcList=[f"{GS1}/00/106141412345678908"], bizStep="storing")
    answer = post("/epcis/capture", document([born(406), foreign]))
    gated.wait()
    job = gateway.ask("GET", answer.headers["Location"]).json
    assert (job["running"], job["success"], job["captureErrorBehaviour"]) == (False, False, "proceed")
    assert [each["type"] for each in job["errors"]] == ["urn:suyuan:problem:not-permitted"]
    assert sorted(each["state"] for each in job["items"]) == ["parked", "recorded"]


def test_faults_of_a_job_that_proceeds_are_its_errors(post, gated, gateway):
    faulty = {**born(407), "action": "MAYBE"}
    answer = post("/epcis/capture", document([born(408), faulty]), GS1_Capture_Error_Behaviour="proceed")
    gated.wait()
    job = gateway.ask("GET", answer.headers["Location"]).json
    assert (job["success"], job["captureErrorBehaviour"]) == (False, "proceed")
    assert [each["field"] for each in job["errors"]] == ["epcisBody.eventList[1].action"]


def test_jobs_are_listed_newest_first_page_by_page_each_once(post, gated, gateway):
    answers = [post("/epcis/capture", document([born(410 + at)])) for at in range(5)]
    made = [each.headers["Location"].rpartition("/")[2] for each in answers]
    gated.wait()
    told, path = [], "/epcis/capture?perPage=2"
    while path:
        answer = gateway.ask("GET", path)
        assert 1 <= len(answer.json) <= 2
        told += [each["captureID"] for each in answer.json]
        link = answer.headers["Link"]
        path = link.split(">")[0].removeprefix("<") if link else None
    assert sorted(told) == sorted(set(told)) == sorted(made)
    whole = gateway.ask("GET", "/epcis/capture").json
    assert [each["captureID"] for each in whole] == told
    assert [each["createdAt"] for each in whole] == sorted((each["createdAt"] for each in whole), reverse=True)
    assert gateway.ask("GET", "/epcis/capture?nextPageToken=AAAA").status == 400
    assert gateway.ask("GET", "/epcis/capture", token=None).status == 401
