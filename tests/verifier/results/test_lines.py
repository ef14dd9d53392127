"""Lines, money and returns against slow models over drawn papers, and whatever a hostile discloser may state."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from tests.verifier.results.paperwork import FOUR, papers
from verifier.results.documents import SOURCES, read_document
from verifier.results.findings import OUTCOMES, format_differences, format_result, parse_result
from verifier.results.matching import match

quantities = st.sampled_from(["1", "1.0", "2", "2.5"])
prices = st.sampled_from(["1", "1.00", "9.99", "10"])
items = st.fixed_dictionaries({
    "number": st.sampled_from(["1", "2", "3"]),
    "name": st.sampled_from(["示例", "示例 ", "其他"]),
    "quantity": quantities,
    "price": prices,
    "total": st.sampled_from(["1", "2", "9.99", "19.98", "24.975", "25"]),
    "unit": st.just("1"),
    "hsCode": st.sampled_from(["1901101000", "3401110000"]),
})  # fmt: skip
lines = st.lists(items, min_size=1, max_size=3, unique_by=lambda each: each["number"])


def finding(documents, rule):
    return next(each for each in match(documents).findings if each.rule == rule)


@given(lines, lines)
def test_lines_agree_exactly_where_each_has_its_twin(ordered, listed):
    found = finding(papers(order={"lines__items": ordered}, list={"lines__items": listed}), "match.lines")
    twins = {
        (each["number"], each["name"].strip(), Fraction(each["quantity"]), Fraction(each["price"])) for each in ordered
    }
    others = {
        (each["number"], each["name"].strip(), Fraction(each["quantity"]), Fraction(each["price"])) for each in listed
    }
    assert found.outcome == ("agrees" if twins == others else "differs")
    assert {field.split("/")[3] for field in found.fields} == {each[0] for each in twins ^ others}


@given(lines)
def test_each_total_is_price_times_quantity(listed):
    found = finding(papers(list={"lines__items": listed}), "match.money")
    wrong = {each["number"] for each in listed
             if Fraction(each["price"]) * Fraction(each["quantity"]) != Fraction(each["total"])}  # fmt: skip
    assert {field.split("/")[3] for field in found.fields if field.startswith("list/lines")} == wrong


@given(lines, lines)
def test_a_return_holds_exactly_where_each_line_was_listed_in_full(returned, listed):
    documents = papers(*FOUR, "return", list={"lines__items": listed}, returned={"lines__items": returned})
    by_number = {each["number"]: each for each in listed}
    holds = all(
        each["number"] in by_number
        and each["name"].strip() == by_number[each["number"]]["name"].strip()
        and each["hsCode"] == by_number[each["number"]]["hsCode"]
        and Fraction(each["quantity"]) <= Fraction(by_number[each["number"]]["quantity"])
        for each in returned
    )
    assert finding(documents, "match.return").outcome == ("agrees" if holds else "differs")


words = st.sampled_from(["items", "number", "paid", "name"])
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=8,
)
pointers = st.sampled_from(["/number", "/amounts", "/amount", "/lines", "/buyer", "/payer", "/numbers", "/charges"])


@given(
    st.dictionaries(st.sampled_from(sorted(SOURCES)), st.dictionaries(pointers, json_values, max_size=4), max_size=6)
)
def test_whatever_is_disclosed_gets_a_result_that_an_event_can_state(disclosed):
    documents = {source: read_document(source, {"tradeMode": "9610"}, values) for source, values in disclosed.items()}
    result = match(documents)
    assert {each.outcome for each in result.findings} <= set(OUTCOMES)
    read = parse_result(format_result(result))
    assert [(each.rule, each.outcome, each.fields) for each in read.findings] == [
        (each.rule, each.outcome, each.fields) for each in result.findings
    ]
    assert (format_differences(result) is None) == (not any(each.differences for each in result.findings))


@given(lines, st.sampled_from(["1", "2", "3", "4.5", "7.5"]))
def test_how_many_pieces_may_come_back_are_those_of_all_lines_together(ordered, stated):
    documents = {
        "order": read_document("order", {}, {"/lines": {"items": ordered}, "/quantity": stated}),
        "list": read_document("list", {}, {"/lines": {"items": ordered}}),
    }
    made = sum(Fraction(each["quantity"]) for each in ordered)
    assert (finding(documents, "match.lines").outcome == "agrees") == (made == Fraction(stated))
