"""Item in box on pallet in container, made of a lot that was made of another: what its trace says, and what not.

Told in EPCIS, over a real ledger and a real server.
"""

from __future__ import annotations

import json
from urllib.parse import quote

import pytest
from stdnum.ean import calc_check_digit

from fixtures.epcis import document, event
from ledger.client.client import LedgerClient
from ledger.readers.epcis import map_event, read_epcis
from ledger.signing.signer import generate
from verifier.primitives.keys import EDDSA, format_key

JSON = "application/json"
GS1 = "https://id.gs1.org"
FLOUR, BREAD = "06901234567205", "06901234567304"
GRAIN_LOT, BREAD_LOT = f"{GS1}/01/{FLOUR}/10/GRAIN1", f"{GS1}/01/{BREAD}/10/BREAD1"
ITEM = f"{GS1}/01/{BREAD}/21/LOAF1"
MILL, PORT, DEPOT = (f"{GS1}/414/690123450{each}" for each in ("0202", "0301", "0400"))


def sscc(serial):
    digits = f"0690123456{serial:07d}"
    return f"{GS1}/00/{digits}{calc_check_digit(digits)}"


BOX, LAYER, CONTAINER = sscc(7001), sscc(7002), sscc(7003)


class Known:
    """Which event joined a child and its parent."""

    def __init__(self):
        self.joined = {}

    def packed(self, child, parent):
        return self.joined.get((child, parent))

    associated = packed

    def told(self, _event_id):
        return ()


@pytest.fixture(scope="module")
def told(world, zone_terms):
    """The story, event by event; the names of the events by what the test calls them."""
    known, names, start = Known(), {}, zone_terms.now() - 3_600_000

    def tell(word, kind, **members):
        said = document([event(kind, start + len(names) * 1000, eventID=f"urn:x:inside:{word}", **members)])
        (read,) = read_epcis(json.dumps(said).encode()).events
        made = world.zone.say(world.seller, list(map_event(read, known)))
        if members.get("action") == "ADD" and kind == "AggregationEvent":
            known.joined[members["childEPCs"][0], members["parentID"]] = made[0].name
        names[word] = [each.name.hex() for each in made]

    def step(word, step_, thing, place, **more):
        tell(word, "ObjectEvent", action="OBSERVE", bizStep=step_, epcList=[thing], readPoint={"id": place}, **more)

    def pack(word, child, parent, action="ADD"):
        tell(word, "AggregationEvent", action=action, parentID=parent, childEPCs=[child], bizStep="packing")

    for gtin in (FLOUR, BREAD):
        world.zone.say(
            world.seller, [zone_terms.product_draft(world, gtin, {"zh": "面包", "en": "Bread"}, 0)]
        )  # fmt: skip
    produced = {"lot": GRAIN_LOT, "product": f"{GS1}/01/{FLOUR}"}
    world.zone.say(
        world.seller, [zone_terms.Draft("transport.production", start, produced, {"producedOn": "20261001"})]
    )
    grain = [{"epcClass": GRAIN_LOT}]
    tell("milled", "ObjectEvent", action="OBSERVE", bizStep="inspecting", quantityList=grain, epcList=[])
    tell("baked", "TransformationEvent", inputQuantityList=[{"epcClass": GRAIN_LOT, "quantity": 5, "uom": "KGM"}],
         outputQuantityList=[{"epcClass": BREAD_LOT, "quantity": 10}])  # fmt: skip
    tell("spoilt", "ObjectEvent", action="OBSERVE", bizStep="destroying", quantityList=grain, epcList=[])
    tell("born", "ObjectEvent", action="ADD", bizStep="commissioning", epcList=[ITEM],
         ilmd={"cbvmda:lotNumber": "BREAD1"})  # fmt: skip
    tell("units", "ObjectEvent", action="ADD", bizStep="commissioning", epcList=[BOX, LAYER, CONTAINER])
    step("earlier", "departing", CONTAINER, DEPOT)
    step("back", "arriving", CONTAINER, MILL)
    pack("packed", ITEM, BOX)
    pack("palletised", BOX, LAYER)
    pack("stuffed", LAYER, CONTAINER)
    step("left", "shipping", CONTAINER, MILL)
    step("gone", "departing", CONTAINER, MILL)
    hot = {"type": "Temperature", "minValue": 4, "maxValue": 31.5, "uom": "CEL", "exception": "ALARM_CONDITION"}
    step("warm", "sensor_reporting", CONTAINER, PORT, sensorElementList=[{"sensorReport": [hot]}])
    step("came", "arriving", CONTAINER, PORT)
    pack("emptied", LAYER, CONTAINER, "DELETE")
    step("further", "departing", CONTAINER, PORT)
    step("delivered", "receiving", LAYER, DEPOT)
    return names


@pytest.fixture(scope="module")
def trace(told, server):
    """The trace of the item, as the server computes it from the proof."""
    answer = server.get(f"/trace?subject={quote(ITEM, safe='')}&format=json", JSON)
    assert answer.status == 200
    return answer.json


def test_the_story_verifies_and_holds_what_happened_while_the_item_was_inside_and_no_more(told, trace):
    assert trace["outcome"] in ("verified", "not-recognised")
    inside = {each["name"] for each in trace["story"]["events"]}
    outside = {each["name"] for each in trace["story"]["outside"]}
    belongs = ("born", "packed", "palletised", "stuffed", "left", "gone", "warm", "came", "emptied", "delivered")
    assert {word for word, names in told.items() if set(names) <= inside} >= set(belongs)
    for word in ("earlier", "back", "further"):
        assert set(told[word]) <= outside
        assert not set(told[word]) & inside


def test_the_lot_that_the_goods_are_made_of_belongs_to_the_story_until_it_was_used(told, trace):
    inside = {each["name"] for each in trace["story"]["events"]}
    outside = {each["name"] for each in trace["story"]["outside"]}
    assert set(told["milled"]) | set(told["baked"]) <= inside
    assert set(told["spoilt"]) <= outside


def test_custody_follows_the_container_while_it_held_the_item(told, server):
    answer = server.get(f"/custody?subject={quote(ITEM, safe='')}", JSON)
    assert answer.status == 200
    by_subject = {each["subject"]: each for each in answer.json["custody"]}
    container = by_subject[CONTAINER]
    assert container["gaps"] == []
    assert [(each["place"], each["underway"], each["milliseconds"]) for each in container["stays"]] == [
        (PORT, True, 2000)
    ]
    assert [each["event"] for each in container["excursions"]] == [told["warm"][1]]
    assert container["underway"] is None
    (gap,) = by_subject[LAYER]["gaps"]
    assert (gap["code"], gap["event"]) == ("arrived-without-departure", told["delivered"][0])


def test_custody_of_the_container_itself_shows_that_it_left_again(told, server):
    answer = server.get(f"/custody?subject={quote(CONTAINER, safe='')}&lang=zh", JSON)
    (container,) = answer.json["custody"]
    assert container["gaps"] == []
    assert [each["place"] for each in container["stays"]] == [MILL, MILL, PORT, PORT]
    assert container["underway"] == told["further"][0]


def test_downstream_an_agency_finds_what_was_made_from_a_lot(told, world, server, zone_terms):
    key = generate(EDDSA)
    data = {"use": "request", "key": format_key(key.public), "types": ["*"], "subjects": []}
    subjects = {"key": f"urn:suyuan:key:{key.public.kid.hex()}", "holder": world.market.uri}
    world.zone.decree([zone_terms.Draft("registry.key", zone_terms.now(), subjects=subjects, data=data)])
    agency = LedgerClient(server.base, request_key=key)
    assert BREAD_LOT in json.dumps(agency.items(GRAIN_LOT)["made"])
    assert [each["item"] for each in agency.items(BREAD_LOT)["items"]] == [ITEM]
    text = {"zh": "示例", "en": "Example"}
    draft = zone_terms.Draft(
        "aftersales.recall", zone_terms.now(), {"goods": [GRAIN_LOT]}, {"hazard": text, "advice": text}
    )
    (recall,) = world.zone.say(world.market, [draft])
    reach = agency.reach(recall.name)
    assert (reach["affected"], [each["subject"] for each in reach["sources"]]) == (1, [GRAIN_LOT, BREAD_LOT])


def test_the_trace_says_custody_to_programs_and_to_people(told, trace, server):
    by_subject = {each["subject"]: each for each in trace["custody"]}
    assert by_subject[CONTAINER]["excursions"][0]["event"] == told["warm"][1]
    for lang, words in (
        ("zh", ("流转与保管", "途中", "到达而未见发出")),
        ("en", ("Custody", "on the way to", "never departed")),
    ):
        page = server.get(f"/trace?subject={quote(ITEM, safe='')}&format=page&lang={lang}", "text/html")
        assert page.status == 200
        assert all(each in page.text for each in words)
