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
from verifier.cli.main import main
from verifier.ledgerformat.trust_policy import TrustPolicy, format_trust_policy
from verifier.primitives.keys import EDDSA, format_key
from verifier.primitives.merkle import leaf_hash

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


class Telling:
    """Tells of things in EPCIS, one second an event; `names` has the ledger's events by what the test calls them."""

    def __init__(self, world, start):
        self.world, self.start, self.known, self.names = world, start, Known(), {}

    def tell(self, word, kind, **members):
        time = self.start + len(self.names) * 1000
        (read,) = read_epcis(
            json.dumps(document([event(kind, time, eventID=f"urn:x:inside:{word}", **members)])).encode()
        ).events
        made = self.world.zone.say(self.world.seller, list(map_event(read, self.known)))
        if members.get("action") == "ADD" and kind == "AggregationEvent":
            self.known.joined[members["childEPCs"][0], members["parentID"]] = made[0].name
        self.names[word] = [each.name.hex() for each in made]

    def see(self, word, step, things, **more):
        self.tell(word, "ObjectEvent", **{"action": "OBSERVE", "bizStep": step, "epcList": things, **more})

    def step(self, word, step, thing, place, **more):
        self.see(word, step, [thing], readPoint={"id": place}, **more)

    def pack(self, word, child, parent, action="ADD"):
        self.tell(word, "AggregationEvent", action=action, parentID=parent, childEPCs=[child], bizStep="packing")


def bake(telling, zone_terms):
    """Grain of a lot is milled and baked; a loaf of the bread's lot is born."""
    world = telling.world
    names = {"zh": "面包", "en": "Bread"}
    for gtin in (FLOUR, BREAD):
        world.zone.say(world.seller, [zone_terms.product_draft(world, gtin, names, 0)])
    lot = {"lot": GRAIN_LOT, "product": f"{GS1}/01/{FLOUR}"}
    produced = zone_terms.Draft("transport.production", telling.start, lot, {"producedOn": "20261001"})
    world.zone.say(world.seller, [produced])
    grain = [{"epcClass": GRAIN_LOT}]
    telling.see("milled", "inspecting", [], quantityList=grain)
    used = [{"epcClass": GRAIN_LOT, "quantity": 5, "uom": "KGM"}]
    baked = [{"epcClass": BREAD_LOT, "quantity": 10}]
    telling.tell("baked", "TransformationEvent", inputQuantityList=used, outputQuantityList=baked)
    telling.see("spoilt", "destroying", [], quantityList=grain)
    telling.see("born", "commissioning", [ITEM], action="ADD", ilmd={"cbvmda:lotNumber": "BREAD1"})


def ship(telling):
    """The container comes empty, takes the pallet with the box with the loaf, and leaves without them."""
    telling.see("units", "commissioning", [BOX, LAYER, CONTAINER], action="ADD")
    telling.step("earlier", "departing", CONTAINER, DEPOT)
    telling.step("back", "arriving", CONTAINER, MILL)
    telling.pack("packed", ITEM, BOX)
    telling.pack("palletised", BOX, LAYER)
    telling.pack("stuffed", LAYER, CONTAINER)
    telling.step("left", "shipping", CONTAINER, MILL)
    telling.step("gone", "departing", CONTAINER, MILL)
    hot = {"type": "Temperature", "minValue": 4, "maxValue": 31.5, "uom": "CEL", "exception": "ALARM_CONDITION"}
    telling.step("warm", "sensor_reporting", CONTAINER, PORT, sensorElementList=[{"sensorReport": [hot]}])
    telling.step("came", "arriving", CONTAINER, PORT)
    telling.pack("emptied", LAYER, CONTAINER, "DELETE")
    telling.step("further", "departing", CONTAINER, PORT)
    telling.step("delivered", "receiving", LAYER, DEPOT)


@pytest.fixture(scope="module")
def told(world, zone_terms):
    """The story, event by event; the names of the events by what the test calls them."""
    telling = Telling(world, zone_terms.now() - 3_600_000)
    bake(telling, zone_terms)
    ship(telling)
    return telling.names


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


def test_the_page_lists_what_does_not_belong_to_the_story_folded_each_by_its_name(told, server):
    for lang, words in (("zh", "不属于本过程"), ("en", "do not belong to the story")):
        page = server.get(f"/trace?subject={quote(ITEM, safe='')}&format=page&lang={lang}", "text/html").text
        before, folded = page.split('<details class="outside">')
        folded = folded.partition("</details>")[0]
        assert words in folded
        for word in ("earlier", "back", "further", "spoilt"):
            (name,) = told[word]
            assert f"/events/{name}?lang={lang}" in folded
            assert name not in before
        assert f"/events/{told['gone'][0]}" in before
        assert f"/events/{told['gone'][0]}" not in folded


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


@pytest.fixture(scope="module")
def custody_of(world, told, server, tmp_path_factory):
    """Run `suyuan-verify custody` on the item's trace, as somebody who has the file and a policy."""
    folder = tmp_path_factory.mktemp("custody")
    proof = server.get(f"/trace?subject={quote(ITEM, safe='')}", "application/vnd.suyuan.trace+cbor")
    assert proof.status == 200
    (folder / "item.trace").write_bytes(proof.body)
    with world.ledger.store.read() as reader:
        pinned = leaf_hash(reader.entries(0, 1)[0])
    (folder / "trust.policy").write_bytes(format_trust_policy(TrustPolicy(pinned)))

    def run(*options):
        return main(["custody", str(folder / "item.trace"), "--policy", str(folder / "trust.policy"), *options])

    return run


def test_the_command_tells_custody_from_the_file_alone_as_the_service_tells_it(custody_of, server, capsys):
    code = custody_of("--json", "--lang", "en")
    told = json.loads(capsys.readouterr().out)
    served = server.get(f"/custody?subject={quote(ITEM, safe='')}&lang=en", JSON).json
    assert (told["subject"], told["outcome"], told["custody"]) == (ITEM, served["outcome"], served["custody"])
    assert code in (0, 3)


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("zh", ("途中", "到达而未见发出", "温度 超出规定范围", "4 至 31.5 CEL", "0 小时 0 分")),
        (
            "en",
            (
                "on the way to",
                "arrived, and never departed",
                "Temperature out of its bounds: 4 to 31.5 CEL",
                "(0 h 0 min)",
            ),
        ),
    ],
)
def test_the_command_tells_gaps_times_and_excursions_in_either_language(custody_of, capsys, lang, words):
    custody_of("--lang", lang)
    told = capsys.readouterr().out
    assert all(each in told for each in words)
    assert CONTAINER in told


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
