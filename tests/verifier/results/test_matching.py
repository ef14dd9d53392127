"""Each rule: what agrees, what differs and where, and what cannot be told yet."""

from __future__ import annotations

from decimal import Decimal
from itertools import combinations, permutations

import pytest

from tests.verifier.results.paperwork import FOUR, MILK, paper, papers
from verifier.errors import UnsupportedError
from verifier.results.documents import read_document
from verifier.results.findings import format_differences, format_result
from verifier.results.matching import match
from verifier.results.rules import RULES


def finding(result, rule):
    return next(each for each in result.findings if each.rule == rule)


def differing(result):
    return {each.rule: each.fields for each in result.findings if each.outcome == "differs"}


def test_papers_of_an_honest_parcel_agree_in_every_rule():
    result = match(papers(*FOUR, "tally", "return"), used=Decimal(1_000))
    assert [each.rule for each in result.findings] == list(RULES)
    assert {each.outcome for each in result.findings} == {"agrees"}
    assert result.outcome == "agrees"
    assert format_differences(result) is None


ORDER_ITEM, LIST_ITEM = "order/lines/items/1/{}", "list/lines/items/1/{}"
DEFECTS = [
    ("match.order-key", {"payment": {"number": "ORDER-2"}}, ("order/number", "payment/number")),
    ("match.order-key", {"waybill": {"orderNumber": "ORDER-2"}}, ("order/number", "waybill/orderNumber")),
    ("match.order-key", {"list": {"numbers__order": "ORDER-2"}}, ("list/numbers/order", "order/number")),
    ("match.order-key", {"list": {"platform__code": "1"}}, ("list/platform/code", "order/platform/code")),
    ("match.seller", {"list": {"seller__code": "1"}}, ("list/seller/code", "order/seller/code")),
    ("match.money", {"payment": {"amount__paid": "305.99"}}, ("order/amounts/paid", "payment/amount/paid")),
    ("match.money", {"payment": {"amount__paid": "many"}}, ("order/amounts/paid", "payment/amount/paid")),
    (
        "match.money",
        {"payment": {"amount__paid": "many"}, "order": {"amounts__paid": "many"}},
        ("order/amounts/paid", "payment/amount/paid"),
    ),
    ("match.money", {"payment": {"amount__currency": "502"}}, ("order/amounts/currency", "payment/amount/currency")),
    (
        "match.money",
        {"order": {"amounts__tax": "25.04"}},
        tuple(f"order/amounts/{each}" for each in ("discount", "freight", "goods", "paid", "tax")),
    ),
    (
        "match.money",
        {"order": {"lines__items__0__total": "240"}},
        tuple(ORDER_ITEM.format(each) for each in ("price", "quantity", "total")),
    ),
    (
        "match.money",
        {"list": {"lines__items__0__total": "24e1"}},
        tuple(LIST_ITEM.format(each) for each in ("price", "quantity", "total")),
    ),
    ("match.payment", {"payment": {"transaction": "PAY-2"}}, ("order/payment/transaction", "payment/transaction")),
    ("match.payment", {"payment": {"firm__code": "1"}}, ("order/payment/code", "payment/firm/code")),
    ("match.consignee", {"waybill": {"consignee__name": "赵六"}}, ("order/consignee/name", "waybill/consignee/name")),
    (
        "match.consignee",
        {"waybill": {"consignee__telephone": "13800000002"}},
        ("order/consignee/telephone", "waybill/consignee/telephone"),
    ),
    (
        "match.consignee",
        {"waybill": {"consignee__address": "示例市"}},
        ("order/consignee/address", "waybill/consignee/address"),
    ),
    ("match.waybill", {"list": {"numbers__waybill": "WB-2"}}, ("list/numbers/waybill", "waybill/number")),
    ("match.waybill", {"list": {"carrier__code": "1"}}, ("list/carrier/code", "waybill/carrier/code")),
    ("match.buyer", {"list": {"buyer__idType": "2"}}, ("list/buyer/idType", "order/buyer/idType")),
    ("match.buyer", {"payment": {"payer__idNumber": "1"}}, ("order/buyer/idNumber", "payment/payer/idNumber")),
    (
        "match.lines",
        {"list": {"lines__items__1__name": "soap"}},
        ("list/lines/items/2/name", "order/lines/items/2/name"),
    ),
    ("match.lines", {"list": {"lines__items__1": None}}, ("list/lines/items/2", "order/lines/items/2")),
    ("match.lines", {"list": {"lines__items__1__number": "1"}}, ("list/lines/items",)),
    ("match.lines", {"order": {"lines__items": []}}, ("order/lines/items",)),
    ("match.lines", {"order": {"lines__items": "none"}}, ("order/lines/items",)),
    ("match.packages", {"waybill": {"packages": 2}}, ("waybill/packages",)),
    ("match.packages", {"list": {"lines__packages": "6000"}}, ("list/lines/packages",)),
    ("match.mode", {"list": {"book": "H1"}}, ("list/book", "list/tradeMode")),
    ("match.mode", {"list": {"numbers__voyage": None}}, ("list/numbers/voyage", "list/tradeMode")),
    ("match.mode", {"list": {"tradeMode": "0101"}}, ("list/tradeMode",)),
    ("match.mode", {"list": {"tradeMode": "9810"}}, ("list/tradeMode",)),
    ("match.single-limit", {"list": {"charges__freight": "5000"}}, ("list/lines/items",)),
    ("match.single-limit", {"list": {"charges__freight": "ten"}}, ("list/charges/freight",)),
    ("match.single-limit", {"list": {"declaredOn": "20151231"}}, ("list/declaredOn",)),
]


@pytest.mark.parametrize(("rule", "changes", "fields"), DEFECTS, ids=[f"{one[0]} {one[1]}" for one in DEFECTS])
def test_a_defect_is_named_by_its_rule_and_both_sources(rule, changes, fields):
    result = match(papers(**changes))
    assert differing(result)[rule] == fields
    assert result.outcome == "differs"
    shown = [each for each in format_differences(result)["differences"] if each["rule"] == rule]
    assert {name for each in shown for name in each["values"]} - {"expected"} == set(fields)


def test_a_defect_touches_no_rule_but_those_that_read_it():
    for rule, changes, _ in DEFECTS:
        also = (
            {"match.money", "match.lines", "match.mode", "match.single-limit"}
            if "lines__items" in str(changes)
            else set()
        )
        assert set(differing(match(papers(**changes)))) - {rule} <= also, (rule, changes)


@pytest.mark.parametrize(
    "changes",
    [
        {"waybill": {"consignee__address": "示例市示例区示例路\u3000\uff11\u00a0 号 "}},
        {"payment": {"number": " ORDER-20261102-1"}},
        {"payment": {"amount__paid": "306"}},
        {"payment": {"amount__paid": 306}},
        {"list": {"lines__items__1__name": "\uff25\uff58\uff41\uff4d\uff50\uff4c\uff45  soap"}},
        {"list": {"lines__items__0__quantity": "2.00000"}},
        {"waybill": {"packages": "1"}},
        {"order": {"payment": {}}},
    ],
    ids=str,
)
def test_what_differs_in_writing_only_agrees(changes):
    assert match(papers(**changes)).outcome == "agrees"


@pytest.mark.parametrize(
    "changes", [{"list": {"lines__items__1__name": "example soap"}}, {"list": {"buyer__name": "张 三"}}]
)
def test_case_and_spaces_inside_words_are_not_guessed_away(changes):
    assert match(papers(**changes)).outcome == "differs"


@pytest.mark.parametrize("count", range(4))
def test_rules_that_lack_a_document_say_which_and_no_rule_says_more_than_it_knows(count):
    for there in combinations(FOUR, count):
        result = match(papers(*there) if there else {})
        assert result.outcome == "incomplete"
        for each in result.findings:
            assert each.outcome in ("agrees", "incomplete")
            assert set(each.fields) <= set(FOUR) - set(there)


def test_documents_may_arrive_in_any_order_and_what_agreed_or_differed_stays():
    defect = {"waybill": {"consignee__name": "赵六"}, "list": {"book": "H1"}}
    whole = {each.rule: each for each in match(papers(**defect)).findings}
    for order in permutations(FOUR):
        there = {}
        for source in order:
            there[source] = papers(**defect)[source]
            for each in match(there).findings:
                if each.outcome == "agrees":
                    assert whole[each.rule].outcome == "agrees", (order, source)
                if each.outcome == "differs":
                    assert whole[each.rule].outcome == "differs", (order, source)


def test_what_is_withheld_is_missing_and_never_agrees():
    documents = papers() | {"order": paper("order", withheld=("/buyer", "/payment"))}
    result = match(documents)
    assert finding(result, "match.buyer").fields == ("order/buyer/idNumber", "order/buyer/idType", "order/buyer/name")
    assert finding(result, "match.payment").fields == ("order/payment/code", "order/payment/transaction")
    assert result.outcome == "incomplete"
    listed = papers() | {"list": paper("list", withheld=("/numbers",))}
    assert finding(match(listed), "match.mode").outcome == "incomplete"


def test_a_charge_that_is_not_stated_leaves_the_limit_open():
    many = {"lines__items__0__total": "12000", "charges__freight": None}
    found = finding(match(papers(list=many)), "match.single-limit")
    assert (found.outcome, found.fields) == ("incomplete", ("list/charges/freight",))


def test_a_bonded_list_needs_its_book_warehouse_and_records():
    bonded = {"tradeMode": "1210", "book": "H1", "numbers__warehouseCode": "W1"}
    items = {f"lines__items__{place}__record": "R1" for place in (0, 1)}
    assert match(papers(list=bonded | items)).outcome == "agrees"
    assert differing(match(papers(list=bonded)))["match.mode"] == (
        "list/lines/items/1/record", "list/lines/items/2/record", "list/tradeMode",
    )  # fmt: skip
    assert differing(match(papers(list={"tradeMode": "1239"} | items)))["match.mode"] == (
        "list/book", "list/numbers/warehouseCode", "list/tradeMode",
    )  # fmt: skip


TALLIES = [
    ({}, ()),
    ({"number": "WB-2"}, ("list/numbers/waybill", "tally/number")),
    ({"carrier__code": "1"}, ("list/carrier/code", "tally/carrier/code")),
    ({"direction": "E"}, ("tally/direction",)),
    ({"direction": None}, ()),
]


@pytest.mark.parametrize(("change", "fields"), TALLIES, ids=str)
def test_a_tally_counts_the_waybill_of_the_list_and_is_asked_only_where_there_is_one(change, fields):
    result = match(papers(*FOUR, "tally", tally=change))
    assert differing(result).get("match.tally", ()) == fields
    assert "match.tally" not in [each.rule for each in match(papers()).findings]
    assert finding(match(papers("order", "tally")), "match.tally").fields == ("list",)


UNITS = ("list/lines/items/1/unit", "order/lines/items/1/unit")


def test_quantities_in_different_units_cannot_be_compared_and_nobody_guesses():
    other = match(papers(list={"lines__items__0__unit": "035", "lines__items__0__quantity": "0.9"}))
    assert (finding(other, "match.lines").outcome, finding(other, "match.lines").fields) == ("incomplete", UNITS)
    none = match(papers(order={"lines__items__0__unit": None}))
    assert finding(none, "match.lines").fields == ("order/lines/items/1/unit",)
    named = match(papers(list={"lines__items__0__unit": "035", "lines__items__0__name": "soap"}))
    assert differing(named)["match.lines"] == ("list/lines/items/1/name", "order/lines/items/1/name")


def test_the_platform_of_the_payment_is_that_of_the_order():
    other = {"payment": {"platform": {"code": "3301960009", "name": "示例"}}}
    documents = papers()
    documents["payment"] = read_document("payment", {"firm": {"code": "31222699S7"}}, {
        "/number": "ORDER-20261102-1", "/platform": other["payment"]["platform"]})  # fmt: skip
    assert differing(match(documents))["match.order-key"] == ("order/platform/code", "payment/platform/code")
    documents["payment"] = read_document("payment", {}, {"/number": "ORDER-20261102-1"}, ("/number", "/platform"))
    assert finding(match(documents), "match.order-key").fields == ("payment/platform/code",)


RETURNS = [
    ({"lines__items__0__quantity": "2"}, ()),
    ({"lines__items__0__quantity": "2.00001"}, ("list/lines/items/1/quantity", "return/lines/items/1/quantity")),
    ({"lines__items__0__quantity": "0"}, ("list/lines/items/1/quantity", "return/lines/items/1/quantity")),
    ({"lines__items__0__hsCode": "1"}, ("list/lines/items/1/hsCode", "return/lines/items/1/hsCode")),
    ({"lines__items__0__unit": "1"}, ("list/lines/items/1/unit", "return/lines/items/1/unit")),
    ({"lines__items__0__number": "3"}, ("list/lines/items/3", "return/lines/items/3")),
]


@pytest.mark.parametrize(("change", "fields"), RETURNS, ids=str)
def test_a_return_brings_back_what_was_listed_and_no_more_of_it(change, fields):
    result = match(papers(*FOUR, "return", returned=change))
    assert differing(result).get("match.return", ()) == fields


def test_arithmetic_is_exact_unless_the_rules_say_otherwise():
    near = {"order": {"amounts__tax": "30"}}
    assert differing(match(papers(**near))).keys() == {"match.money"}
    assert match(papers(**near), rules="1-within-5-percent").outcome == "agrees"
    assert match(papers(order={"amounts__tax": "45"}), rules="1-within-5-percent").outcome == "differs"
    other = {"payment": {"amount__paid": "306.01"}}
    assert match(papers(**other), rules="1-within-5-percent").outcome == "differs", "two statements are never near"
    with pytest.raises(UnsupportedError):
        match(papers(), rules="2")


def test_the_year_is_asked_only_where_what_was_used_is_known():
    assert "match.yearly-limit" not in [each.rule for each in match(papers()).findings]
    used = Decimal(26_000) - Decimal("280.97")
    assert finding(match(papers(), used=used), "match.yearly-limit").outcome == "agrees"
    assert finding(match(papers(), used=used + Decimal("0.01")), "match.yearly-limit").outcome == "differs"


def test_one_single_item_above_the_single_limit_is_let_through_and_two_are_not():
    dear = {"number": "1", "name": "示例", "price": "6000", "hsCode": "9102110000", "unit": "001"}
    one, two = ({**dear, "quantity": each, "total": total} for each, total in (("1", "6000"), ("2", "12000")))
    assert finding(match(papers(list={"lines__items": [one]})), "match.single-limit").outcome == "agrees"
    assert finding(match(papers(list={"lines__items": [two]})), "match.single-limit").outcome == "differs"
    assert (
        finding(match(papers(list={"lines__items": [one, {**MILK, "number": "2"}]})), "match.single-limit").outcome
        == "differs"
    )


def test_a_result_in_clear_holds_no_value_of_any_document():
    result = match(papers(list={"buyer__name": "赵六"}, waybill={"number": "WB-SECRET"}))
    spelt = str(format_result(result))
    assert not any(secret in spelt for secret in ("赵六", "张三", "WB-SECRET", "WB-1", "110101"))
    assert "WB-SECRET" in str(format_differences(result))
