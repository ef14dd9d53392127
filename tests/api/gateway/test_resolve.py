"""POST /handles/resolve: numbers to opening events, for those who may read them."""

from __future__ import annotations

import json

import pytest

from fixtures.zone.founding import draft_key
from ledger.client.signing import RequestSigner
from ledger.compose.event import Draft
from ledger.signing.signer import generate
from tests.api.conftest import Server, settings_for
from tests.world import FIRM, ORDER, found_world, handle, now, tell_parcel
from verifier.primitives.keys import EDDSA

PATH = "/handles/resolve"
ASKED = {"form": "order", "code": FIRM["code"], "number": "ORDER-1"}


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    made = found_world(tmp_path_factory.mktemp("zone") / "zone", witnesses=0, quorum=0, policies=False)
    tell_parcel(made, until="list")
    yield made
    made.ledger.close()


@pytest.fixture(scope="module")
def server(world):
    running = Server(world.ledger, settings_for(world.folder, rate_key=0, rate_address=0))
    running.keys = {}
    for name in ("platform", "seller", "carrier", "payer", "warehouse", "customs"):
        signer = generate(EDDSA)
        actor = world.cast[name]
        kind = "registry.key" if name == "customs" else "registry.enterprise-key"
        draft = draft_key(actor.uri, signer.public, now(), kind=kind, use="request")
        if name == "customs":
            world.zone.decree([draft])
        else:
            world.say("customs", draft)
        running.keys[name] = RequestSigner(signer)
    yield running
    running.stop()


def ask(server, who, *numbers):
    body = json.dumps({"numbers": list(numbers)}).encode()
    signed = server.keys[who].headers("POST", server.base + PATH, body) if who else {}
    return server.post(PATH, body, "application/json", **signed)


def resolved(server, who, *numbers):
    answer = ask(server, who, *numbers)
    assert answer.status == 200, answer.text
    return [each["openings"] for each in answer.json["resolved"]]


@pytest.mark.parametrize("who", ["platform", "seller", "customs", "payer"])
def test_parties_of_the_history_and_agencies_learn_the_opening_event(server, world, who):
    assert resolved(server, who, ASKED) == [[{"event": world.events["order"].name.hex(), "handle": ORDER}]]


def test_an_order_is_found_by_its_number_alone_as_a_waybill_has_it(server):
    assert resolved(server, "customs", ASKED | {"code": ""})[0][0]["handle"] == ORDER


def test_unknown_and_forbidden_are_answered_alike(server):
    unknown = ask(server, "warehouse", ASKED | {"number": "ORDER-2"})
    forbidden = ask(server, "warehouse", ASKED)
    assert unknown.body == forbidden.body
    assert unknown.headers["Content-Length"] == forbidden.headers["Content-Length"]


def test_nobody_asks_without_a_signature(server):
    answer = ask(server, None, ASKED)
    assert answer.status == 401
    assert answer.json["type"] == "urn:suyuan:problem:unauthenticated"


def test_several_openings_of_one_number_are_all_told_in_log_order(server, world):
    place = {"platform": FIRM, "seller": FIRM, "lineCount": 1}
    other = handle("order", "another")
    (second,) = world.say("seller", Draft("order.placed", now(), {"order": other}, place, {"/number": "ORDER-1"}))
    found = resolved(server, "customs", ASKED)[0]
    assert [each["event"] for each in found] == [world.events["order"].name.hex(), second.name.hex()]
    assert [each["handle"] for each in resolved(server, "platform", ASKED)[0]] == [ORDER]


def test_a_list_is_found_by_each_of_its_numbers(server, world):
    numbers = {"customs": "999920261", "own": "L-1", "port": "P-1", "agentCode": "AGENT"}
    draft = world.cast["seller"]
    handle_ = handle("declaration", "numbered")
    subjects = {
        "declaration": handle_, "order": ORDER, "products": ["https://id.gs1.org/01/06901234567892"],
        "enterprise": draft.uri, "month": f"urn:suyuan:set:lists:{draft.uri.rpartition(':')[2]}:2026-11",
    }  # fmt: skip
    data = {
        "tradeMode": "9610", "customs": "2244", "port": "2244", "declaredOn": "20261102", "origin": "601",
        "seller": FIRM, "platform": FIRM, "carrier": FIRM, "lineCount": 1,
    }  # fmt: skip
    world.say("seller", Draft("clearance.list", now(), subjects, data, {"/numbers": numbers}))
    asked = [("customs", "999920261"), ("own AGENT", "L-1"), ("port", "P-1"), ("own OTHER", "L-1")]
    found = resolved(server, "seller", *({"form": "declaration", "code": code, "number": each} for code, each in asked))
    assert [bool(each) for each in found] == [True, True, True, False]
    assert {opening["handle"] for each in found for opening in each} == {handle_}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b"[]", "body"),
        (b'{"numbers": [{"form": "order"}]}', "numbers[0]"),
        (b'{"numbers": [{"form": "order", "code": 1, "number": "x"}]}', "numbers[0].code"),
        (json.dumps({"numbers": [ASKED] * 1001}).encode(), "numbers"),
    ],
)
def test_another_shape_is_refused_by_its_field(server, body, field):
    signed = server.keys["customs"].headers("POST", server.base + PATH, body)
    answer = server.post(PATH, body, "application/json", **signed)
    assert answer.status in (400, 413)
    assert answer.json["field"] == field


def test_the_file_holds_no_number_and_another_key_makes_it_anew(server, world):
    resolved(server, "customs", ASKED)
    projection = server.app.state.handles
    data = (world.folder / "handles.db").read_bytes() + (world.folder / "handles.db-wal").read_bytes()
    assert b"ORDER-1" not in data
    assert b"999920261" not in data
    assert (world.folder / "handles.key").stat().st_mode & 0o777 == 0o600
    assert projection.fault is None
