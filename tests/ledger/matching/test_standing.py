"""Where everything that was declared stands: followed as the log grows, listed for agencies and whose it is."""

from __future__ import annotations

import json
from urllib.parse import quote

import pytest

from ledger.compose.event import Draft
from ledger.errors import PrivateError
from tests.verifier.proof.governed import approve, officer, order
from tests.world import DAY, PRODUCT, handle, now
from verifier.errors import MalformedError


def listed(office, query="", who="customs"):
    """Return the items of every page, as somebody asks for them."""
    items, after = [], ""
    while True:
        path = f"/declarations?limit=3&{query}{after}"
        answer = json.loads(office.client(who)._get(path, "application/json").body)
        items += answer["items"]
        if not answer["next"]:
            return items
        after = f"&after={answer['next']}"


def of(items, purchase, source="list"):
    return next((each for each in items if each["event"] == purchase.said[source].name.hex()), None)


def status(office, name, code, message="CEB622"):
    data = {"code": code, "document": {"message": message, "guid": code}}
    office.world.say("customs", Draft("clearance.status", now(), data=data, about=(name,)))


def release(office, purchase):
    name = purchase.said["list"].name
    office.world.say("customs", Draft("clearance.inspection", now(), data={"result": "conformant"}, about=(name,)))
    office.world.say("customs", Draft("clearance.release", now(), data={"code": "800"}, about=(name,)))


def test_a_declaration_is_listed_with_what_it_lacks_until_it_is_ended(office):
    purchase = office.purchase().say("order", "waybill", "list")
    for code in ("2", "3"):
        status(office, purchase.said["list"].name, code)
    told = of(listed(office), purchase)
    assert (told["kind"], told["standing"], told["code"], told["mode"]) == ("list", "open", "3", "9610")
    assert (told["lacks"], told["declarant"]) == (["order.payment"], office.uri("seller"))
    assert told["stepsLeft"] == ["clearance.release", "delivery.signed"]
    assert "order.payment" in told["text"]
    purchase.say("payment")
    assert of(listed(office), purchase)["lacks"] == []
    release(office, purchase)
    assert of(listed(office), purchase) is None
    done = of(listed(office, "state=released"), purchase)
    assert (done["standing"], done["stepsLeft"], done["disorder"]) == ("released", ["delivery.signed"], [])


def test_what_the_list_says_is_what_the_trace_says(office):
    purchase = office.purchase().say("order", "waybill", "list", "payment")
    status(office, purchase.said["list"].name, "800")
    status(office, purchase.said["list"].name, "120")
    told = of(listed(office), purchase)
    path = f"/declarations?subject={quote(purchase.parcel, safe='')}&walk=parties"
    (proved,) = json.loads(office.client("customs")._get(path, "application/json").body)["declarations"]
    assert {name: told[name] for name in proved.keys() & told.keys() - {"text"}} == {
        name: proved[name] for name in proved.keys() & told.keys() - {"text"}
    }
    assert told["irregular"]


def test_what_moved_longest_ago_comes_first_and_each_once(office):
    first, second = (office.purchase().say("order", "list") for _ in range(2))
    items = listed(office)
    names = [each["event"] for each in items]
    assert names.index(first.said["list"].name.hex()) < names.index(second.said["list"].name.hex())
    status(office, first.said["list"].name, "2")
    again = [each["event"] for each in listed(office)]
    assert again.index(second.said["list"].name.hex()) < again.index(first.said["list"].name.hex())
    assert len(set(again)) == len(again)
    assert [each["moved"] for each in listed(office)] == sorted(each["moved"] for each in listed(office))


def test_only_what_has_not_moved_for_a_while_is_stuck(office):
    purchase = office.purchase().say("order", "list")
    assert of(listed(office), purchase)
    assert listed(office, "older=86400") == []


def test_a_hold_is_lifted_by_what_answers_it(office):
    purchase = office.purchase().say("order", "list")
    name, basis = purchase.said["list"].name, {"zh": "示例", "en": "Example"}
    data = {"category": "customs-clearance", "basis": basis}
    (hold,) = office.world.say("customs", Draft("clearance.hold", now(), data=data, about=(name,)))
    assert of(listed(office, "state=held"), purchase)
    office.world.say("customs", Draft("clearance.hold-lifted", now(), data={"basis": basis}, about=(hold.name,)))
    assert of(listed(office, "state=open"), purchase)


def test_a_cancelled_list_waits_for_nothing(office):
    purchase = office.purchase().say("order", "list")
    month = {"month": f"urn:suyuan:set:lists:{office.uri('seller').rpartition(':')[2]}:2026-11"}
    name = purchase.said["list"].name
    office.world.say("customs", Draft("clearance.list-cancelled", now(), month, {"customs": "2244"}, about=(name,)))
    assert of(listed(office), purchase) is None
    assert of(listed(office, "state=cancelled"), purchase)


BACK = {"lineCount": 1, "quantity": "1"}


def returned(office, seed, *, days):
    """Return a return of an item that was signed for so many days before."""
    purchase = office.purchase().say("order", "waybill")
    carrier = {"code": "3301980003", "name": "示例物流"}
    office.world.say(
        "carrier", Draft("delivery.signed", now() - days * DAY, {"parcel": purchase.parcel}, {"carrier": carrier})
    )
    item = f"{PRODUCT}/21/{seed}"
    commissioned, said = {"item": item, "product": PRODUCT}, {"action": "ADD", "bizStep": "commissioning"}
    office.world.say("seller", Draft("transport.commissioning", now(), commissioned, said))
    (event,) = office.world.say(
        "seller", Draft("aftersales.return", now(), {"item": item, "order": purchase.order}, BACK)
    )
    return event, purchase.parcel


def test_a_late_return_names_its_term_and_law_and_one_in_time_none(office):
    late, _ = returned(office, "L1", days=9)
    prompt, _ = returned(office, "P1", days=2)
    items = {each["event"]: each for each in listed(office, "kind=return")}
    (told,) = items[late.name.hex()]["late"]
    assert (told["rule"], told["term"], told["days"]) == ("returned-late-to-seller", 7, 9)
    assert (told["basis"]["zh"], told["since"]) == ("《消费者权益保护法》第二十五条", "delivery.signed")
    assert "第 9 天退货; 期限为 7 天" in items[late.name.hex()]["text"]
    assert items[prompt.name.hex()]["late"] == []
    status(office, late.name, "399", "CEB626")
    assert late.name.hex() not in {each["event"] for each in listed(office, "kind=return")}
    concluded = {each["event"] for each in listed(office, "kind=return&state=concluded")}
    assert late.name.hex() in concluded


def test_a_late_return_is_told_in_the_trace_as_json_and_as_a_page(office):
    late, parcel = returned(office, "L2", days=31)
    path = f"/trace?subject={quote(parcel, safe='')}&walk=parties"
    client = office.client("customs")
    answer = json.loads(client._get(path, "application/json").body)
    assert "notice.returned-late-to-seller" in {each["key"] for each in answer["notices"]}
    (told,) = answer["lateReturns"]
    assert (told["event"], told["rule"], told["days"]) == (late.name.hex(), "returned-late-to-seller", 31)
    page = client._get(f"{path}&format=page&lang=en", "text/html").body.decode()
    assert "Returned 31 days after delivery.signed; the term is 7 days (Law on the Protection" in page
    (again,) = json.loads(client._get(path.replace("/trace", "/declarations"), "application/json").body)["lateReturns"]
    assert again["event"] == late.name.hex()


def test_whose_it_is_reads_its_own_and_nobody_else_s(office):
    purchase = office.purchase().say("order", "list")
    assert of(listed(office, who="seller"), purchase)
    seller = quote(office.uri("seller"), safe="")
    assert {each["declarant"] for each in listed(office, f"of={seller}")} == {office.uri("seller")}
    assert listed(office, f"of={quote(office.uri('carrier'), safe='')}") == []
    with pytest.raises(PrivateError):
        listed(office, f"of={seller}", who="carrier")
    assert listed(office, who="carrier") == []
    mandate = {
        "mandate": handle("mandate", "to list"),
        "principal": office.uri("seller"),
        "agent": office.uri("carrier"),
    }
    given = {"types": ["*"], "subjects": []}
    office.world.say("seller", Draft("registry.mandate", now(), mandate, given, until=now() + DAY))
    assert of(listed(office, f"of={seller}", who="carrier"), purchase), "who acts for it asks for it"


@pytest.mark.parametrize("query", ["state=sleeping", "older=-1", "kind=order", "after=1.2", "of=urn:suyuan:set:a:b:c",
                                   "subject=urn:suyuan:parcel:" + "0" * 32 + "&state=open"])  # fmt: skip
def test_a_question_of_another_shape_is_refused(office, query):
    with pytest.raises(MalformedError):
        office.client("customs")._get(f"/declarations?{query}", "application/json")


def test_what_an_erased_body_said_is_forgotten(office):
    purchase = office.purchase().say("order", "list")
    name = purchase.said["list"].name
    data = {"code": "3", "document": {"message": "CEB622", "guid": "3"}}
    (told,) = office.world.say("customs", Draft("clearance.status", now(), data=data, about=(name,)))
    assert of(listed(office), purchase)["code"] == "3"
    officer(office.world)
    for each in (purchase.said["list"], told):
        approve(office.world, order(office.world, each, ("body",)))
    forgotten = of(listed(office), purchase)
    assert (forgotten["code"], forgotten["mode"], forgotten["standing"]) == (None, None, "open")
    assert not forgotten["irregular"]
