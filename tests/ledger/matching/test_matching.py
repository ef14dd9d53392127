"""The single window's tool over a real service: any order of arrival, never twice, mismatches with both sources."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode
from itertools import permutations
from random import Random

import pytest

from ledger.errors import PrivateError, SetupError, UnreachableError
from ledger.matching.memory import Memory
from ledger.trade.pseudonyms import draw_key
from tests.ledger.matching.office import ORIGIN, Desk, Purchase
from tests.verifier.results.paperwork import FOUR
from tests.world import handle
from verifier.errors import MismatchError
from verifier.results.documents import read_document
from verifier.results.matching import match

CUSTOMS = "urn:suyuan:agency:customs"
# Before the order is opened the ledger has no place for what speaks of it: a gateway keeps that until then.
ORDERS = [("order", *each) for each in Random(7).sample(list(permutations(FOUR[1:])), 3)]


def _of(done, purchase):
    return [each for each in done.told if each.order == purchase.order]


def _matches(office, purchase):
    """Return what is recorded of a purchase, oldest first."""
    names = {each.name.hex() for each in purchase.said.values()}
    return [
        each
        for each in office.recorded("clearance.match")
        if names & {one["event"] for one in each["documents"].values()}
    ]


def test_four_papers_that_agree_are_matched_once(office, desk):
    purchase = office.purchase().say()
    (told,) = _of(desk.run(), purchase)
    assert (told.outcome, told.said) == ("agrees", True)
    (data,) = _matches(office, purchase)
    named = {source: each["event"] for source, each in data["documents"].items()}
    assert named == {source: purchase.said[source].name.hex() for source in FOUR}
    assert desk.run().told == []
    assert len(desk.sent) == 1


def test_whatever_order_papers_come_in_one_result_is_recorded_at_the_end(office, desk):
    purchases = [(office.purchase(), order) for order in ORDERS]
    for place in range(4):
        for purchase, order in purchases:
            purchase.say(order[place])
        done = desk.run()
        assert {each.outcome for each in done.told} == {"agrees" if place == 3 else "incomplete"}
    for purchase, _ in purchases:
        assert [each["outcome"] for each in _matches(office, purchase)] == ["agrees"]


def test_a_mismatch_names_fields_in_clear_and_both_values_to_agencies_only(office, desk):
    purchase = office.purchase().say(payment={"/amount": {"paid": "305.00"}})
    (told,) = _of(desk.run(), purchase)
    assert told.differs == ("match.money",)
    (data,) = _matches(office, purchase)
    finding = next(each for each in data["findings"] if each["rule"] == "match.money")
    assert finding["fields"] == ["order/amounts/paid", "payment/amount/paid"]
    assert "305.00" not in json.dumps(data)
    submission = desk.sent[-1]
    (texts,) = submission.disclosures
    assert any("305.00" in _decoded(each) and "306" in _decoded(each) for each in texts)


def _decoded(text):
    return urlsafe_b64decode(text + "==").decode()


class Replayed(Purchase):
    """A purchase whose waybill has the number, so the parcel, of the one before it."""

    @property
    def parcel(self):
        return handle("parcel", f"match {int(self.seed) - 1}")


def test_a_waybill_number_that_is_used_again_is_the_first_orders_and_the_second_differs(office, desk):
    first = office.purchase().say()
    second = Replayed(office, str(next(office.seeds)))
    number = {"/number": "ORDER-B"}
    numbers = {"/numbers": {"order": "ORDER-B"}}
    second.say(order=number, payment=number, waybill={"/orderNumber": "ORDER-B"}, list=numbers)
    done = desk.run()
    assert _of(done, first)[-1].differs == ()
    assert _of(done, second)[-1].differs == ("match.order-key",)


def test_what_differs_already_is_said_before_all_papers_are_there_and_again_when_they_are(office, desk):
    purchase = office.purchase().say("order", "payment", payment={"/amount": {"paid": "1"}})
    assert _of(desk.run(), purchase)[0].said
    purchase.say("waybill", "list")
    assert _of(desk.run(), purchase)[0].said
    first, second = _matches(office, purchase)
    assert (len(first["documents"]), len(second["documents"])) == (2, 4)


def test_partial_results_are_said_where_they_are_asked_for(office, tmp_path):
    desk = office.fresh_desk(tmp_path / "partial.db", partial=True)
    purchase = office.purchase().say("order")
    assert _of(desk.run(), purchase)[0].said
    assert [each["outcome"] for each in _matches(office, purchase)] == ["incomplete"]


def test_what_is_recorded_is_what_the_rules_say_of_what_was_seen(office, desk):
    purchase = office.purchase().say(list={"/buyer": {"name": "王五"}})
    desk.run()
    (data,) = _matches(office, purchase)
    documents = {
        source: read_document(source, json.loads(event.body)["data"], purchase.values(source))
        for source, event in purchase.said.items()
    }
    expected = {each.rule: each.outcome for each in match(documents).findings}
    assert {each["rule"]: each["outcome"] for each in data["findings"]} == expected
    assert expected["match.buyer"] == "differs"


def test_an_answer_that_is_lost_leads_to_no_second_event(office, desk):
    purchase = office.purchase().say()
    desk.lose = UnreachableError("answer", came="nothing", expected="a promise")
    with pytest.raises(UnreachableError):
        desk.run()
    desk.lose = None
    done = desk.run()
    assert len(_matches(office, purchase)) == 1
    assert done.sent == 1, "the same bytes again"
    assert desk.sent[0] == desk.sent[1]


def test_an_unreachable_ledger_loses_nothing(office, desk):
    purchase = office.purchase().say()
    desk.fail = UnreachableError("ledger", came="nothing", expected="an answer")
    for _ in range(2):
        with pytest.raises(UnreachableError):
            desk.run()
    assert _matches(office, purchase) == []
    desk.fail = None
    assert desk.run().sent == 1
    assert len(_matches(office, purchase)) == 1


def test_whoever_lost_its_memory_reads_in_the_proof_what_it_said(office, desk, tmp_path):
    purchase = office.purchase().say()
    desk.run()
    other = office.desk(tmp_path / "new.db")
    done = other.run()
    assert [each.said for each in _of(done, purchase)] == [False]
    assert len(_matches(office, purchase)) == 1


def test_a_batch_that_is_refused_as_a_whole_is_said_one_by_one(office, desk):
    purchases = [office.purchase().say() for _ in range(2)]
    desk.fail = MismatchError("events[0]", came="something", expected="something else")
    refused = desk.run()
    assert len(refused.refused) == 1
    desk.fail = None
    desk.run()
    assert [len(each.heads) for each in desk.sent] == [2, 1, 1]
    assert [len(_matches(office, each)) for each in purchases] == [1, 1]


def test_a_refused_event_is_not_said_again_for_the_same_papers(office, desk):
    purchase = office.purchase().say()
    desk.fail = MismatchError("events[0]", came="something", expected="something else")
    assert len(desk.run().refused) == 1
    desk.fail = None
    done = desk.run()
    assert (done.refused, done.sent, _matches(office, purchase)) == ([], 0, [])


def test_whoever_is_no_agency_cannot_follow(office, desk, monkeypatch):
    office.client("seller")
    monkeypatch.setitem(office.keys, "customs", office.keys["seller"])
    office.purchase().say("order")
    with pytest.raises(PrivateError):
        desk.run()


def test_a_memory_is_of_one_issuer_and_one_process(tmp_path):
    first = Memory(tmp_path / "m.db", origin=ORIGIN, issuer=CUSTOMS)
    with pytest.raises(SetupError):
        Memory(tmp_path / "m.db", origin=ORIGIN, issuer=CUSTOMS)
    first.close()
    with pytest.raises(SetupError, match="customs"):
        Memory(tmp_path / "m.db", origin=ORIGIN, issuer="urn:suyuan:agency:window")


@pytest.fixture
def quota_desk(office, tmp_path) -> Desk:
    key = draw_key(CUSTOMS, "quota", 2026, random=lambda size: bytes(range(size)))
    return office.fresh_desk(tmp_path / "quota.db", quota=key)


class Again(Purchase):
    """The same order, declared by another list."""

    @property
    def declaration(self):
        return handle("declaration", f"again {self.seed}")


def dear(number):
    """Return how papers are bent that are one person's, of half a year's limit."""
    person = {"name": "张三", "idType": "1", "idNumber": number}
    cost = {"number": "1", "name": "示例奶粉", "quantity": "1", "price": "13000", "total": "13000", "unit": "142",
            "hsCode": "1901101000"}  # fmt: skip
    return {
        "order": {"/buyer": person, "/lines": {"items": [cost]},
                  "/amounts": {"goods": "13000", "freight": "0", "tax": "0", "paid": "13000"}},
        "payment": {"/payer": person, "/amount": {"paid": "13000"}},
        "list": {"/buyer": person, "/lines": {"packages": "1", "items": [cost]}, "/charges": {"freight": "0"}},
    }  # fmt: skip


def test_what_is_declared_again_uses_the_quota_for_its_own_declaration(office, quota_desk):
    bent, before = dear("110101199001010037"), len(office.recorded("clearance.quota-use"))
    purchase = office.purchase().say(**bent)
    quota_desk.run()
    again = Again(office, purchase.seed).say("list", **bent)
    assert _of(quota_desk.run(), again)[0].said
    assert len(office.recorded("clearance.quota-use")) == before + 2
    assert quota_desk.run().sent == 0


def test_the_years_quota_is_used_once_a_declaration_and_never_above_the_limit(office, quota_desk):
    bent, before = dear("110101199001010029"), len(office.recorded("clearance.quota-use"))
    first = office.purchase().say(**bent)
    assert _of(quota_desk.run(), first)[0].outcome == "agrees"
    assert [len(each.heads) for each in quota_desk.sent] == [2], "the match and the use"
    assert quota_desk.run().sent == 0
    second, third = office.purchase().say(**bent), office.purchase()
    assert _of(quota_desk.run(), second)[0].outcome == "agrees", "26,000 exactly is within the year's limit"
    third.say(**bent)
    (told,) = _of(quota_desk.run(), third)
    assert told.differs == ("match.yearly-limit",)
    assert len(office.recorded("clearance.quota-use")) == before + 2
    assert "110101199001010029" not in json.dumps(office.recorded("clearance.quota-use"))
