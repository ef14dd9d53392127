"""EPCIS queries over a real ledger and a real server: what is found, by whom, and that each answer is GS1's JSON."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
from jsonschema_rs import Draft7Validator

from fixtures.epcis import document, event
from ledger.client.signing import RequestSigner
from ledger.readers.epcis import map_event, read_epcis
from ledger.signing.signer import generate
from verifier.primitives.keys import EDDSA, format_key

JSON = "application/json"
GTIN, SSCC, PALLET = "06901234567106", "069012345600000015", "069012345600000022"
GS1 = "https://id.gs1.org"
PRODUCT, UNIT, PARENT = f"{GS1}/01/{GTIN}", f"{GS1}/00/{SSCC}", f"{GS1}/00/{PALLET}"
ITEMS = [f"{PRODUCT}/21/E{number}" for number in range(3)]
PLACE, HUB = f"{GS1}/414/6901234500004", f"{GS1}/414/6901234500011"
SECRET = "urn:x:po:secret-7"


class Known:
    """What was recorded before, by what the test was told."""

    def __init__(self):
        self.joined, self.events = {}, {}

    def packed(self, child, parent):
        return self.joined.get((child, parent))

    associated = packed

    def told(self, event_id):
        return self.events.get(event_id, ())


@dataclass
class Captured:
    """EPCIS events on a ledger: by eventID, the names of the events that they became."""

    names: dict
    moment: int


@pytest.fixture(scope="module")
def captured(world, zone_terms):
    """A story in EPCIS: three items born, packed, shipped, one taken out again, one told wrongly."""
    moment = zone_terms.now() - 3_600_000
    zone, seller, known, names = world.zone, world.seller, Known(), {}
    zone.say(seller, [zone_terms.product_draft(world, GTIN, {"zh": "罐头", "en": "Tinned fish"}, 0)])
    wrong = {"epcList": [UNIT], "action": "OBSERVE", "bizStep": "holding", "readPoint": {"id": HUB}}
    declared = {
        "declarationTime": "2026-10-01T00:00:00Z", "reason": "did_not_occur", "correctiveEventIDs": ["urn:x:ship"]
    }  # fmt: skip
    told = [
        ("ObjectEvent", "urn:x:born", {"epcList": ITEMS, "action": "ADD", "bizStep": "commissioning",
                                       "readPoint": {"id": PLACE}, "bizLocation": {"id": PLACE}}),
        ("ObjectEvent", "urn:x:units", {"epcList": [UNIT, PARENT], "action": "ADD", "bizStep": "commissioning"}),
        ("AggregationEvent", "urn:x:pack", {"parentID": UNIT, "childEPCs": ITEMS, "action": "ADD",
                                            "bizStep": "packing", "readPoint": {"id": PLACE}}),
        ("ObjectEvent", "urn:x:ship", {"epcList": [UNIT], "action": "OBSERVE", "bizStep": "shipping",
                                       "disposition": "in_transit", "readPoint": {"id": PLACE},
                                       "bizTransactionList": [{"type": "po", "bizTransaction": SECRET}],
                                       "demo:note": "12.50"}),
        ("ObjectEvent", "urn:x:wrong", wrong),
        ("ObjectEvent", "urn:x:wrong", {**wrong, "errorDeclaration": declared}),
        ("AggregationEvent", "urn:x:unpack", {"parentID": UNIT, "childEPCs": ITEMS[:1], "action": "DELETE",
                                              "bizStep": "unpacking", "readPoint": {"id": HUB}}),
        ("AggregationEvent", "urn:x:seen", {"parentID": UNIT, "childEPCs": ITEMS[1:], "action": "OBSERVE",
                                            "bizStep": "inspecting"}),
        ("TransactionEvent", "urn:x:trade", {"epcList": [UNIT], "action": "ADD",
                                             "bizTransactionList": [{"bizTransaction": SECRET}]}),
        ("ObjectEvent", "urn:x:sense", {"epcList": [UNIT], "action": "OBSERVE", "bizStep": "sensor_reporting",
            "sensorElementList": [{"sensorReport": [{"type": "Temperature", "minValue": -18.5, "maxValue": 9,
                                                     "uom": "CEL", "exception": "ALARM_CONDITION"}]}]}),
    ]  # fmt: skip
    for at, (kind, id_, members) in enumerate(told):
        said = document([event(kind, moment + at * 1000, eventID=id_, **members)])
        (read,) = read_epcis(json.dumps(said).encode()).events
        made = zone.say(seller, list(map_event(read, known)))
        names.setdefault(id_, []).extend(each.name.hex() for each in made)
        known.events.setdefault(id_, []).extend(each.name for each in made)
        if kind == "AggregationEvent" and members["action"] == "ADD":
            known.joined |= {(child, UNIT): each.name for child, each in zip(members["childEPCs"], made, strict=True)}
    return Captured(names, moment)


@pytest.fixture(scope="module")
def signers(world, zone_terms):
    """Keys that sign requests for the market regulator and for the seller."""
    keys = {"market": generate(EDDSA), "seller": generate(EDDSA)}
    for name, key in keys.items():
        kind = "registry.key" if name == "market" else "registry.enterprise-key"
        subjects = {"key": f"urn:suyuan:key:{key.public.kid.hex()}", "holder": getattr(world, name).uri}
        data = {"use": "request", "key": format_key(key.public), "types": ["*"], "subjects": []}
        draft = zone_terms.Draft(kind, zone_terms.now(), subjects=subjects, data=data)
        if name == "market":
            world.zone.decree([draft])
        else:
            world.zone.say(world.customs, [draft])
    return keys


@pytest.fixture(scope="module")
def ask(server, captured, signers):
    """Ask an address of EPCIS, as somebody or as nobody."""

    def asked(path, who=None, method="GET", body=None, **query):
        path = f"/epcis{path}" + (f"?{urlencode(query)}" if query else "")
        headers = RequestSigner(signers[who]).headers(method, server.base + path, body) if who else {}
        headers |= {"Content-Type": JSON} if body else {}
        return server.ask(method, path, body, {"Accept": JSON, **headers})

    return asked


@pytest.fixture(scope="module")
def validator():
    """The JSON schema of GS1, where somebody has it; else nothing is judged."""
    folder = os.environ.get("SUYUAN_EPCIS_EXAMPLES", "")
    schema = next(iter(Path(folder).parent.glob("EPCIS-JSON-Schema.json")), None) if folder else None
    return Draft7Validator(json.loads(schema.read_bytes()), validate_formats=True) if schema else None


@pytest.fixture(scope="module")
def found(ask, validator):
    """Return the events of an answer; every answer is an EPCISQueryDocument."""

    def events(path="/events", who=None, **query):
        answer = ask(path, who, **query)
        assert answer.status == 200, answer.text
        told = answer.json
        assert (told["type"], told["suyuan:ledger"]) == ("EPCISQueryDocument", "ledger.example/zone")
        if validator:
            validator.validate(told)
        return told["epcisBody"]["queryResults"]["resultsBody"]["eventList"]

    return events


def ids(events):
    return [each["eventID"] for each in events]


OLDEST_FIRST = {"orderDirection": "ASC"}


def test_whoever_names_a_thing_gets_its_events_and_the_names_that_prove_them(found, captured, server):
    events = found(MATCH_anyEPC=UNIT, **OLDEST_FIRST)
    assert ids(events) == [
        "urn:x:units", "urn:x:pack", "urn:x:ship", "urn:x:wrong", "urn:x:wrong", "urn:x:unpack", "urn:x:seen",
        "urn:x:trade", "urn:x:sense",
    ]  # fmt: skip
    packed = events[1]
    assert (packed["type"], packed["parentID"], packed["childEPCs"]) == ("AggregationEvent", UNIT, ITEMS)
    assert packed["suyuan:events"] == sorted(captured.names["urn:x:pack"])
    assert server.get(f"/events/{packed['suyuan:events'][0]}", JSON).json["type"] == "transport.aggregation"


def test_nobody_is_told_what_only_parties_may_read(ask, found):
    for path, query in (("/events", {"MATCH_anyEPC": UNIT}), ("/events/urn:x:ship", {}), ("/events/urn:x:trade", {})):
        answer = ask(path, **query)
        assert answer.status == 200
        assert SECRET not in answer.text
        assert "12.50" not in answer.text
    assert SECRET in ask("/events/urn:x:ship", "seller").text
    (told,) = found("/events/urn:x:ship", "market")
    assert told["bizTransactionList"] == [{"type": "po", "bizTransaction": SECRET}]
    assert told["demo:note"] == "12.50"


def test_an_event_of_the_public_form_says_what_bodies_say(found, captured):
    (told,) = found("/events/urn:x:ship")
    assert told.pop("recordTime").endswith("Z")
    assert told == {
        "type": "ObjectEvent",
        "eventID": "urn:x:ship",
        "eventTime": told["eventTime"],
        "eventTimeZoneOffset": "+08:00",
        "action": "OBSERVE",
        "epcList": [UNIT],
        "bizStep": "shipping",
        "disposition": "in_transit",
        "readPoint": {"id": PLACE},
        "suyuan:events": captured.names["urn:x:ship"],
    }


def test_what_was_taken_out_and_what_was_only_seen_names_parent_and_children(found):
    (gone,), (seen,) = found("/events/urn:x:unpack"), found("/events/urn:x:seen")
    assert (gone["type"], gone["action"], gone["parentID"], gone["childEPCs"]) == (
        "AggregationEvent", "DELETE", UNIT, ITEMS[:1]
    )  # fmt: skip
    assert (seen["type"], seen["action"], seen["parentID"], seen["childEPCs"]) == (
        "AggregationEvent", "OBSERVE", UNIT, ITEMS[1:]
    )  # fmt: skip


def test_an_error_declaration_stands_beside_the_event_that_it_is_about(found):
    first, declared = found("/events/urn:x:wrong")
    assert "errorDeclaration" not in first
    assert declared["errorDeclaration"] == {
        "declarationTime": "2026-10-01T00:00:00.000Z", "reason": "did_not_occur", "correctiveEventIDs": ["urn:x:ship"]
    }  # fmt: skip
    assert {**declared, "errorDeclaration": 0} == {**first, "errorDeclaration": 0} | {
        "suyuan:events": declared["suyuan:events"], "recordTime": declared["recordTime"]
    }  # fmt: skip
    only = found(MATCH_epc=UNIT, EXISTS_errorDeclaration="true")
    assert [each["suyuan:events"] for each in only] == [declared["suyuan:events"]]


def test_sensor_reports_tell_everybody_the_lowest_and_highest_value(found):
    (told,) = found("/events/urn:x:sense")
    (report,) = told["sensorElementList"][0]["sensorReport"]
    assert (report["type"], report["minValue"], report["maxValue"]) == ("Temperature", -18.5, 9)
    assert report["exception"] == "ALARM_CONDITION"


def test_an_event_is_found_by_its_hash_too(found, world):
    with world.ledger.store.read() as reader:
        stored = reader.find_event(bytes.fromhex(found("/events/urn:x:ship")[0]["suyuan:events"][0]))
    alias = json.loads(stored.body)["data"]["alias"]
    assert ids(found(f"/events/{quote(alias, safe='')}")) == ["urn:x:ship"]
    assert ids(found(EQ_eventID=alias)) == ["urn:x:ship"]


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ({"eventType": "AggregationEvent"}, ["pack", "unpack", "seen"]),
        ({"eventType": "TransactionEvent|AggregationEvent", "EQ_action": "ADD"}, ["pack", "trade"]),
        ({"EQ_bizStep": "shipping|packing"}, ["pack", "ship"]),
        ({"EQ_bizStep": "https://ref.gs1.org/cbv/BizStep-shipping|cbv:BizStep-packing"}, ["pack", "ship"]),
        ({"EQ_disposition": "in_transit|urn:epcglobal:cbv:disp:sold"}, ["ship"]),
        ({"EQ_readPoint": HUB}, ["wrong", "wrong", "unpack"]),
        ({"EQ_readPoint": "urn:epc:id:sgln:6901234.50001.0"}, ["wrong", "wrong", "unpack"]),
        ({"EQ_bizLocation": PLACE}, []),
        ({"MATCH_parentID": UNIT}, ["pack", "unpack", "seen"]),
        ({"MATCH_epc": ITEMS[0]}, ["pack", "unpack"]),
        ({"MATCH_anyEPC": PARENT}, ["units"]),
        ({"MATCH_epcClass": UNIT}, ["units", "ship", "wrong", "wrong", "trade", "sense"]),
        ({"MATCH_anyEPCClass": PRODUCT}, []),
        ({"MATCH_inputEPC": UNIT}, []),
        ({"MATCH_outputEPC": UNIT}, []),
        ({"EQ_eventID": "urn:x:pack|urn:x:ship"}, ["pack", "ship"]),
        ({"EXISTS_errorDeclaration": "false", "EQ_bizStep": "holding"}, ["wrong"]),
        ({"eventCountLimit": "2"}, ["units", "pack"]),
        ({"maxEventCount": "9"}, ["units", "pack", "ship", "wrong", "wrong", "unpack", "seen", "trade", "sense"]),
    ],
)
def test_each_parameter_narrows_an_answer(found, query, wanted):
    assert ids(found(MATCH_anyEPC=UNIT, **OLDEST_FIRST)) != []
    told = found(**{"MATCH_anyEPC": UNIT, **OLDEST_FIRST, **query})
    assert ids(told) == [f"urn:x:{each}" for each in wanted]


def test_times_bound_an_answer_from_below_inclusively_and_from_above_exclusively(found):
    times = [each["eventTime"] for each in found(MATCH_anyEPC=UNIT, **OLDEST_FIRST)]
    told = found(MATCH_anyEPC=UNIT, GE_eventTime=times[1], LT_eventTime=times[3], **OLDEST_FIRST)
    assert [each["eventTime"] for each in told] == times[1:3]
    recorded = [each["recordTime"] for each in found(MATCH_anyEPC=UNIT, orderBy="recordTime", **OLDEST_FIRST)]
    assert recorded == sorted(recorded)
    late = found(MATCH_anyEPC=UNIT, GE_recordTime=recorded[4], LT_recordTime=recorded[-1])
    assert {each["recordTime"] for each in late} == {each for each in recorded if recorded[4] <= each < recorded[-1]}


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"EQ_bizstep": "shipping"}, "query"),
        ({"WD_readPoint": PLACE}, "query"),
        ({"eventType": "ShippingEvent"}, "query.eventType"),
        ({"EQ_action": "add"}, "query.EQ_action"),
        ({"GE_eventTime": "2026-01-01"}, "query.GE_eventTime"),
        ({"MATCH_epc": "urn:x:box"}, "query.MATCH_epc"),
        ({"MATCH_epc": f"urn:epc:idpat:sgtin:{GTIN[1:8]}.0{GTIN[8:13]}.*"}, "query.MATCH_epc"),
        ({"GE_recordTime": "9999-12-31T23:59:59-14:00"}, "query.GE_recordTime"),
        ({"orderBy": "eventId"}, "query.orderBy"),
        ({"orderDirection": "asc"}, "query.orderDirection"),
        ({"perPage": "0"}, "query.perPage"),
        ({"perPage": "1001"}, "query.perPage"),
        ({"eventCountLimit": "1", "maxEventCount": "1"}, "query.maxEventCount"),
        ({"EXISTS_errorDeclaration": "yes"}, "query.EXISTS_errorDeclaration"),
        ({"nextPageToken": "AAAA"}, "query.nextPageToken"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else None,
)
def test_what_is_unknown_or_misspelt_is_refused_by_its_name(ask, query, field):
    answer = ask("/events", **{"MATCH_anyEPC": UNIT, **query})
    assert answer.status == 400
    assert answer.json["field"] == field


def test_more_events_than_the_asker_can_take_are_refused(ask):
    answer = ask("/events", MATCH_anyEPC=UNIT, maxEventCount="8")
    assert answer.status == 413


def test_a_query_that_names_nothing_is_for_those_who_may_list(ask, found, captured):
    assert ask("/events").status == 401
    assert ask("/bizSteps").status == 401
    assert ask("/eventTypes/ObjectEvent/events").status == 401
    assert {"urn:x:born", "urn:x:trade"} <= set(ids(found(who="market", perPage="1000")))
    mine = found(who="seller", perPage="1000", EQ_bizStep="commissioning")
    assert "urn:x:born" in ids(mine)


def test_pages_follow_each_other_until_all_is_told_once(ask, found):
    whole = found(MATCH_anyEPC=UNIT)
    told, path = [], f"/events?{urlencode({'MATCH_anyEPC': UNIT, 'perPage': 2})}"
    while path:
        answer = ask(path)
        page = answer.json["epcisBody"]["queryResults"]["resultsBody"]["eventList"]
        assert 1 <= len(page) <= 2
        told += page
        link = answer.headers["Link"]
        assert bool(link) == bool(answer.headers["GS1-Next-Page-Token-Expires"])
        path = link.split(">")[0].removeprefix("</epcis") if link else None
    assert told == whole
    first = ask("/events", MATCH_anyEPC=UNIT, perPage=4, eventCountLimit=3)
    assert first.headers["Link"] is None


def test_a_token_belongs_to_its_query(ask):
    link = ask("/events", MATCH_anyEPC=UNIT, perPage=2).headers["Link"]
    token = link.split("nextPageToken=")[1].split(">")[0]
    other = ask(f"/events?{urlencode({'MATCH_anyEPC': PARENT, 'perPage': 2})}&nextPageToken={token}")
    assert (other.status, other.json["came"]) == (400, "a token of another query")


def test_resources_lead_to_their_events(ask, found):
    assert ask("/eventTypes").json["member"] == [
        "ObjectEvent", "AggregationEvent", "TransactionEvent", "TransformationEvent", "AssociationEvent"
    ]  # fmt: skip
    assert {"shipping", "packing"} <= set(ask("/bizSteps", "market").json["member"])
    assert {PLACE, HUB} <= set(ask("/readPoints", "seller").json["member"])
    assert ask("/dispositions", "market").json["member"] == ["in_transit"]
    assert ask("/bizSteps/shipping", "market").json["member"] == ["events"]
    epcs = ask("/epcs", "market", perPage=2)
    assert len(epcs.json["member"]) == 2
    assert epcs.headers["Link"]
    address = f"/epcs/{quote(ITEMS[0], safe='')}/events"
    assert ids(found(address, **OLDEST_FIRST)) == ["urn:x:born", "urn:x:pack", "urn:x:unpack"]
    assert ids(
        found(f"/epcs/{quote('urn:epc:id:sscc:6901234.0560000001', safe='')}/events", eventType="TransactionEvent")
    ) == ["urn:x:trade"]
    assert "urn:x:ship" in ids(found("/bizSteps/shipping/events", "market"))
    assert ask("/eventTypes/Nothing/events", "market").status == 400


def test_named_queries_are_their_owners_and_asked_with_its_rights(ask, found):
    query = {"name": "mine", "query": {"EQ_bizStep": ["shipping", "packing"], "perPage": 1}}
    assert ask("/queries", method="POST", body=json.dumps(query).encode()).status == 401
    made = ask("/queries", "seller", "POST", json.dumps(query).encode())
    assert (made.status, made.headers["Location"]) == (201, "/epcis/queries/mine")
    assert ask("/queries", "seller", "POST", json.dumps(query).encode()).status == 409
    assert [each["name"] for each in ask("/queries", "seller").json] == ["mine"]
    assert ask("/queries/mine", "seller").json["query"]["EQ_bizStep"] == ["shipping", "packing"]
    assert len(found("/queries/mine/events", "seller")) == 1
    assert {"urn:x:ship", "urn:x:pack"} <= set(ids(found("/queries/mine/events", "seller", perPage=100)))
    assert ask("/queries/mine/events", "market").status == 404
    assert ask("/queries/mine", "market", "DELETE").status == 404
    assert ask("/queries/mine", "seller", "DELETE").status == 204
    assert ask("/queries/mine", "seller").status == 404


@pytest.mark.parametrize(
    "query",
    [
        b"{}",
        b'{"name": "a b", "query": {}}',
        b'{"name": "a", "query": {"EQ_nothing": 1}}',
        b'{"name": "a", "query": {"EQ_action": [{}]}}',
    ],
)
def test_a_query_that_could_not_be_asked_is_not_kept(ask, query):
    assert ask("/queries", "seller", "POST", query).status == 400


def test_headers_say_which_versions_are_spoken(ask, server):
    for path in ("/epcis", "/epcis/events", "/epcis/queries", "/epcis/epcs"):
        answer = server.ask("OPTIONS", path)
        assert (answer.status, answer.headers["GS1-EPCIS-Version"]) == (204, "2.0.0")
    assert ask("/eventTypes").headers["GS1-CBV-Version"] == "2.0.0"
    assert server.get("/epcis/eventTypes", JSON, **{"GS1-EPCIS-Min": "2.1"}).status == 406
    assert server.get("/epcis/eventTypes", JSON, **{"GS1-EPCIS-Max": "1.2"}).status == 406
    assert server.get("/epcis/eventTypes", JSON, **{"GS1-EPC-Format": "Always_EPC_URN"}).status == 406


def test_what_is_not_there_is_said_to_be_not_there(ask):
    assert ask("/events/urn:x:nothing").status == 404
    assert ask("/nothing").status in (400, 404)
