"""Exports: each rule that the specification gives, what differs, and what it leaves out."""

from __future__ import annotations

from itertools import combinations, permutations

import pytest

from tests.verifier.results.paperwork import EXPORT_FOUR, exported, papers
from verifier.results.findings import format_differences, format_result, parse_result
from verifier.results.matching import match
from verifier.results.rules import EXPORT_RULES, EXPORT_VERSION

ITEM, RETURNED = "list/lines/items/1/{}", "return/lines/items/1/{}"


def judged(**changes):
    return match(exported(**changes), rules=EXPORT_VERSION)


def finding(result, rule):
    return next(each for each in result.findings if each.rule == f"match.export-{rule}")


def differing(result):
    return {
        each.rule.removeprefix("match.export-"): each.fields for each in result.findings if each.outcome == "differs"
    }


def test_papers_of_an_honest_export_agree_in_every_rule():
    result = match(exported(*EXPORT_FOUR, "return"), rules=EXPORT_VERSION)
    assert [each.rule for each in result.findings] == list(EXPORT_RULES)
    assert {each.outcome for each in result.findings} == {"agrees"}
    assert format_differences(result) is None
    assert parse_result(format_result(result)).rules == "export-1"


DEFECTS = [
    ("order-key", {"list": {"numbers__order": "EXPORT-2"}}, ("list/numbers/order", "order/number")),
    ("order-key", {"list": {"platform__code": "1"}}, ("list/platform/code", "order/platform/code")),
    ("seller", {"list": {"seller__code": "1"}}, ("list/seller/code", "order/seller/code")),
    ("seller", {"waybill": {"seller__code": "1"}}, ("order/seller/code", "waybill/seller/code")),
    ("funds", {"funds": {"number": "EXPORT-2"}}, ("funds/number", "order/number")),
    ("funds", {"funds": {"seller__code": "1"}}, ("funds/seller/code", "order/seller/code")),
    ("waybill", {"list": {"numbers__waybill": "EX-WB-2"}}, ("list/numbers/waybill", "waybill/number")),
    ("waybill", {"list": {"carrier__code": "1"}}, ("list/carrier/code", "waybill/carrier/code")),
    ("lines", {"list": {"lines__items__0__number": "2"}},
     ("list/lines/items/1", "list/lines/items/2", "order/lines/items/1", "order/lines/items/2")),
    ("lines", {"order": {"lines__items": []}}, ("order/lines/items",)),
    ("mode", {"list": {"tradeMode": "1039"}}, ("list/tradeMode",)),
    ("mode", {"list": {"tradeMode": "0110"}}, ("list/tradeMode",)),
    ("mode", {"list": {"numbers__licence": "L1"}}, ("list/numbers/licence", "list/statistics")),
    ("mode", {"list": {"tradeMode": "1210"}},
     (ITEM.format("record"), "list/numbers/warehouseCode", "list/numbers/warehouseName", "list/tradeMode")),
    ("mode", {"list": {"tradeMode": "1239", "numbers__warehouseCode": "W", "numbers__warehouseName": "W"}},
     (ITEM.format("record"), "list/tradeMode")),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "changes", "fields"), DEFECTS, ids=[f"{one[0]} {one[1]}" for one in DEFECTS])
def test_a_defect_is_named_by_its_rule_and_by_no_other(rule, changes, fields):
    assert differing(judged(**changes)) == {rule: fields}


@pytest.mark.parametrize(
    "changes",
    [
        {"funds": {"amount__received": "9", "amount__currency": "142"}},
        {"list": {"lines__items__0__quantity": "9", "lines__packages": "7", "lines__items__0__name": "cups"}},
        {"list": {"statistics": "B", "numbers__licence": "L1"}},
        {"funds": {"platform__code": "1"}},
    ],
    ids=str,
)
def test_what_the_specification_does_not_say_is_not_asked(changes):
    assert judged(**changes).outcome == "agrees"


RETURNS = [
    ({"lines__items__0__quantity": "10", "lines__items__0__quantity1": "4.2"}, ()),
    ({"lines__items__0__quantity": "10.00001"}, (ITEM.format("quantity"), RETURNED.format("quantity"))),
    ({"lines__items__0__quantity1": "4.3"}, (ITEM.format("quantity1"), RETURNED.format("quantity1"))),
    ({"lines__items__0__model": "blue"}, (ITEM.format("model"), RETURNED.format("model"))),
    ({"lines__items__0__unit1": "011"}, (ITEM.format("unit1"), RETURNED.format("unit1"))),
    ({"lines__items__0__number": "3"}, ("list/lines/items/3", "return/lines/items/3")),
]


@pytest.mark.parametrize(("change", "fields"), RETURNS, ids=str)
def test_a_return_brings_back_what_left_and_no_more_in_either_unit(change, fields):
    result = match(exported(*EXPORT_FOUR, "return", returned=change), rules=EXPORT_VERSION)
    assert differing(result).get("return", ()) == fields


@pytest.mark.parametrize(("mode", "outcome"), [("9610", "incomplete"), ("1210", "incomplete"), ("9710", "agrees"),
                                               ("9810", "agrees")])  # fmt: skip
def test_funds_are_missed_only_where_the_mode_asks_for_them(mode, outcome):
    without = ("order", "waybill", "list")
    result = match(exported(*without, list={"tradeMode": mode}), rules=EXPORT_VERSION)
    assert finding(result, "funds").outcome == outcome
    assert finding(match(exported("order"), rules=EXPORT_VERSION), "funds").fields == ("list",)


@pytest.mark.parametrize("count", range(4))
def test_rules_that_lack_a_document_say_which(count):
    for there in combinations(EXPORT_FOUR, count):
        result = match(exported(*there) if there else {}, rules=EXPORT_VERSION)
        assert result.outcome == "incomplete"
        for each in result.findings:
            assert set(each.fields) <= set(EXPORT_FOUR) - set(there)


def test_documents_may_arrive_in_any_order_and_what_agreed_or_differed_stays():
    defect = {"waybill": {"number": "EX-WB-2"}, "list": {"numbers__licence": "L1"}}
    whole = {each.rule: each.outcome for each in judged(**defect).findings}
    for order in permutations(EXPORT_FOUR):
        there = {}
        for source in order:
            there[source] = exported(**defect)[source]
            for each in match(there, rules=EXPORT_VERSION).findings:
                assert each.outcome in ("incomplete", whole[each.rule]), (order, source)


def test_imports_are_not_judged_by_the_rules_of_exports():
    assert not {each.rule for each in match(papers()).findings} & set(EXPORT_RULES)
