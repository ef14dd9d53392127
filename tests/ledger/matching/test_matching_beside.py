"""The single window's tool beside imports: exports by their own rules, tallies, and each return by itself."""

from __future__ import annotations

from copy import deepcopy

import pytest

from ledger.compose.event import Draft
from tests.ledger.matching.office import Purchase, pieces
from tests.verifier.results.paperwork import EXPORT_FOUR, EXPORTED, PAPERS, PLATFORM, SELLER
from tests.world import DAY, PRODUCT, now
from verifier.results.documents import EXPORT_SOURCES, SOURCES

SAYS = {"order": "platform", "funds": "payer", "waybill": "carrier", "list": "seller", "return": "seller"}
LISTED = {"customs": "2244", "port": "2244", "declaredOn": "20261102", "destination": "502", "owner": SELLER,
          "platform": PLATFORM, "lineCount": 1}  # fmt: skip


class Export(Purchase):
    """An export's papers, said one by one, bent where asked."""

    def _draft(self, source, bent):
        stated = deepcopy(EXPORTED[source])
        for pointer, value in bent.items():
            stated[pointer] = value
        stated |= {"/quantity": pieces(stated)} if source == "list" else {}
        seller = self.office.uri("seller")
        month = f"urn:suyuan:set:export-lists:{seller.rpartition(':')[2]}:2026-11"
        subjects = {
            "order": {"order": self.order},
            "funds": {"order": self.order},
            "waybill": {"parcel": self.parcel},
            "list": {"declaration": self.declaration, "total": self.declaration, "order": self.order,
                     "parcel": self.parcel, "products": [PRODUCT], "enterprise": seller, "month": month},
            "return": {"declaration": self.declaration},
        }[source]  # fmt: skip
        data = stated.pop("data") | (LISTED if source == "list" else {})
        return Draft(EXPORT_SOURCES[source], now(), subjects, data, stated)

    def say(self, *sources, **bent):
        for source in sources or EXPORT_FOUR:
            draft = self._draft(source, bent.get(source, {}))
            (self.said[source],) = self.office.world.say(SAYS[source], draft)
        return self


def export(office):
    return Export(office, str(next(office.seeds)))


def of(done, purchase):
    return [each for each in done.told if each.order == purchase.order]


def matches(office, purchase):
    """Return what is recorded of a purchase, oldest first."""
    names = {each.name.hex() for each in purchase.said.values()}
    every = office.recorded("clearance.match")
    return [each for each in every if names & {one["event"] for one in each["documents"].values()}]


def test_an_export_is_matched_once_by_the_rules_of_exports(office, desk):
    purchase = export(office).say()
    (told,) = of(desk.run(), purchase)
    assert (told.outcome, told.differs, told.said) == ("agrees", (), True)
    (data,) = matches(office, purchase)
    assert (data["rules"], sorted(data["documents"])) == ("export-1", sorted(EXPORT_FOUR))
    assert desk.run().told == []


def test_an_export_whose_papers_differ_says_where(office, desk):
    purchase = export(office).say(funds={"/number": "EXPORT-2"})
    (told,) = of(desk.run(), purchase)
    assert told.differs == ("match.export-funds",)
    (data,) = matches(office, purchase)
    (finding,) = [each for each in data["findings"] if each["outcome"] == "differs"]
    assert finding["fields"] == ["funds/number", "order/number"]


def test_exports_wait_for_the_papers_that_their_mode_asks_for(office, desk):
    retail, business = (export(office).say("order", "waybill", "list", list=each) for each in (
        {}, {"data": EXPORTED["list"]["data"] | {"tradeMode": "9710"}}
    ))  # fmt: skip
    done = desk.run()
    assert [(each.outcome, each.said) for each in of(done, retail)] == [("incomplete", False)]
    assert [(each.outcome, each.said) for each in of(done, business)] == [("agrees", True)]
    retail.say("funds")
    assert [(each.outcome, each.said) for each in of(desk.run(), retail)] == [("agrees", True)]


def test_each_return_of_an_export_is_judged_by_itself(office, desk):
    purchase = export(office).say()
    desk.run()
    first = purchase.say("return").said["return"]
    many = deepcopy(EXPORTED["return"]["/lines"])
    many["items"][0]["quantity"] = "11"
    second = purchase.say("return", **{"return": {"/lines": many}}).said["return"]
    told = of(desk.run(), purchase)
    assert [each.differs for each in told] == [(), ("match.export-return",)]
    returns = [
        each["documents"]["return"]["event"] for each in matches(office, purchase) if "return" in each["documents"]
    ]
    assert returns == [first.name.hex(), second.name.hex()]
    assert desk.run().told == []
    fresh = office.desk(desk.path.with_name("other.db"))
    assert not [each for each in of(fresh.run(), purchase) if each.said], "what stands in the proof is not said again"


def tally(office, purchase, number="WB-1"):
    """Say that a parcel was counted in."""
    carrier = PAPERS["tally"]["data"]["carrier"]
    data = {"customs": "2244", "operator": carrier, "carrier": carrier, "direction": "I"}
    draft = Draft(SOURCES["tally"], now(), {"parcel": purchase.parcel}, data, {"/number": number})
    (event,) = office.world.say("customs", draft)
    return event


@pytest.mark.parametrize(("number", "differs"), [("WB-1", ()), ("WB-9", ("match.tally",))])
def test_a_tally_that_comes_later_is_held_against_the_list(office, desk, number, differs):
    purchase = office.purchase().say()
    assert [each.differs for each in of(desk.run(), purchase)] == [()]
    event = tally(office, purchase, number)
    (told,) = of(desk.run(), purchase)
    assert (told.differs, told.said) == (differs, True)
    assert matches(office, purchase)[-1]["documents"]["tally"]["event"] == event.name.hex()


def deliver(office, purchase, number="WB-1"):
    """Say that a parcel was signed for."""
    data = {"carrier": PAPERS["waybill"]["data"]["carrier"]}
    draft = Draft(SOURCES["delivery"], now(), {"parcel": purchase.parcel}, data, {"/number": number})
    (event,) = office.world.say("carrier", draft)
    return event


@pytest.mark.parametrize(("number", "differs"), [("WB-1", ()), ("WB-9", ("match.waybill",))])
def test_a_delivery_is_held_against_the_waybill_once_it_comes(office, desk, number, differs):
    purchase = office.purchase().say()
    assert [each.differs for each in of(desk.run(), purchase)] == [()]
    event = deliver(office, purchase, number)
    (told,) = of(desk.run(), purchase)
    assert (told.differs, told.said) == (differs, True)
    before, after = matches(office, purchase)
    assert "delivery" not in before["documents"]
    assert after["documents"]["delivery"]["event"] == event.name.hex()
    assert desk.run().told == []


def test_a_return_of_an_import_is_in_the_match(office, desk):
    purchase = office.purchase().say()
    office.world.say("carrier", Draft("delivery.signed", now() - DAY, {"parcel": purchase.parcel},
                                      {"carrier": PAPERS["waybill"]["data"]["carrier"]}))  # fmt: skip
    item = f"{PRODUCT}/21/RETURNED"
    said = {"action": "ADD", "bizStep": "commissioning"}
    office.world.say("seller", Draft("transport.commissioning", now(), {"item": item, "product": PRODUCT}, said))
    lines = deepcopy(PAPERS["return"]["/lines"])
    lines["items"][0]["quantity"] = "3"
    subjects = {"item": item, "order": purchase.order}
    data = {"lineCount": 1, "quantity": "3"}
    office.world.say("seller", Draft("aftersales.return", now(), subjects, data, {"/lines": lines}))
    assert [each.differs for each in of(desk.run(), purchase)] == [("match.return",)]
