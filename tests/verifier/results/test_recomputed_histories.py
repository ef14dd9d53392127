"""Summaries and balances told only from histories that are proved to be whole, up to where it matters."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from verifier.cli.recompute_report import render_recomputation
from verifier.ledgerformat.body import Body
from verifier.ledgerformat.disclosure import Disclosure
from verifier.ledgerformat.event import Event
from verifier.ledgerformat.head import Head, State
from verifier.ledgerformat.index import history_root
from verifier.ledgerformat.subject import subject_name
from verifier.ledgerformat.vocabulary import parse_type
from verifier.results.recomputation import Input
from verifier.results.recomputed_balances import recompute_balances
from verifier.results.recomputed_summaries import recompute_summaries
from verifier.vocabulary import type_files

LINE = "urn:suyuan:book-line:H2244A000001:1"
PAIR = ("member", subject_name(LINE))
KINDS = ("book.credited", "book.debited", "book.adjusted", "book.reconciled", "clearance.list", "clearance.summary",
         "clearance.list-cancelled")  # fmt: skip
TYPES = {kind: parse_type(type_files()[kind]) for kind in KINDS}


def tell(*rows: tuple[str, dict[str, Any], int | None]) -> list[Input]:
    """Return events of one history: type, what is disclosed, and how many first entries it states, if it does."""
    told: list[Input] = []
    for number, (kind, disclosed, count) in enumerate(rows):
        root = history_root(each.event.entry for each in told[:count]) if count is not None else b""
        state = State(*PAIR, count, root) if count is not None else None
        head = Head(kind, bytes(16), "urn:suyuan:agency:customs", 0, (PAIR,), bytes(32), state=state)
        shown = tuple(Disclosure(each, value, bytes([number]) * 32) for each, value in disclosed.items())
        body = Body(
            {"line": LINE, "period": LINE}, {"unit": "007"}, {each: bytes(32) for each in TYPES[kind].disclosures}
        )
        nothing = tuple(Disclosure(each, None, bytes(32)) for each in TYPES[kind].disclosures if each not in disclosed)
        told.append(Input(Event(bytes([number]) * 32, number, 0, head, body, b""), TYPES[kind], (*shown, *nothing)))
    return told


def quantity(amount: str) -> dict[str, str]:
    return {"/quantity": amount}


BOOK = tell(
    ("book.credited", quantity("100"), None),
    ("book.debited", quantity("30"), None),
    ("book.reconciled", {"/balance": "70"}, 2),
    ("book.debited", quantity("20.5"), None),
)


def told(inputs, starts):
    return [(each.outcome, each.facts.get("amount"), each.missing) for each in recompute_balances(inputs, starts)]


def test_a_whole_line_has_its_reconciliation_confirmed_and_its_balance():
    assert told(BOOK, {PAIR: 0}) == [("confirmed", None, ()), ("unrecorded", "49.5", ())]


def test_of_a_line_that_nobody_proved_whole_no_balance_is_told():
    """The root that a reconciliation states still proves what stands before it."""
    assert told(BOOK, {}) == [("confirmed", None, ())]


@pytest.mark.parametrize("left_out", [0, 1])
def test_where_an_event_before_it_is_not_here_a_reconciliation_cannot_be_told(left_out):
    part = [each for place, each in enumerate(BOOK) if place != left_out]
    assert told(part, {}) == [("untold", None, ("book/state",))]


def test_since_a_reconciliation_the_balance_is_told_from_what_comes_after_its_state():
    assert told(BOOK[2:], {PAIR: 2}) == [("unrecorded", "49.5", ())]
    assert recompute_balances(BOOK[2:], {PAIR: 2})[0].facts["since"] == BOOK[2].event.name.hex()


def test_what_came_between_a_state_and_the_event_that_states_it_counts_after_it():
    late = tell(
        ("book.credited", quantity("100"), None),
        ("book.debited", quantity("30"), None),
        ("book.reconciled", {"/balance": "100"}, 1),
    )
    assert told(late, {PAIR: 0}) == [("confirmed", None, ()), ("unrecorded", "70", ())]
    assert told(late[1:], {PAIR: 1})[-1] == ("unrecorded", "70", ())


def test_a_reconciliation_that_states_something_else_is_refuted():
    wrong = tell(("book.credited", quantity("100"), None), ("book.reconciled", {"/balance": "99"}, 1))
    assert told(wrong, {PAIR: 0}) == [("refuted", None, ()), ("unrecorded", "99", ())]


def test_an_amount_that_is_withheld_is_named_and_the_balance_is_not_told():
    hidden = [replace(BOOK[0], disclosures=()), *BOOK[1:2]]
    assert told(hidden, {PAIR: 0}) == [("unrecorded", None, (f"book/{'00' * 32}",))]
    bare = [replace(BOOK[0], event=replace(BOOK[0].event, body=None)), *BOOK[1:]]
    assert told(bare, {PAIR: 0}) == [("untold", None, ("book/balance",)), ("unrecorded", "49.5", ())]


def test_a_debit_beyond_the_balance_is_shown():
    found = recompute_balances(
        tell(("book.credited", quantity("1"), None), ("book.debited", quantity("2"), None)), {PAIR: 0}
    )
    assert found[-1].result.outcome == "differs"
    assert found[-1].facts["amount"] == "-1"


STOCK = "urn:suyuan:set:overseas-stock:91350100M000100Y43:A"


def test_the_balance_of_a_stock_abroad_is_told_like_that_of_a_book():
    pair, told = ("member", subject_name(STOCK)), []
    for number, (kind, amount) in enumerate((("aftersales.overseas-stock", "5"), ("aftersales.overseas-sale", "2"))):
        type_ = parse_type(type_files()[kind])
        (rule,) = (each for each in type_.counts if each.role == "stock")
        shown = (Disclosure(rule.amount, amount, bytes(32)),)
        head = Head(kind, bytes(16), "urn:suyuan:agency:customs", 0, (pair,), bytes(32))
        body = Body({rule.role: STOCK}, {}, {each: bytes(32) for each in type_.disclosures})
        told.append(Input(Event(bytes([number]) * 32, number, 0, head, body, b""), type_, shown))
    (found,) = recompute_balances(told, {pair: 0})
    assert (found.facts["line"], found.facts["amount"]) == (STOCK, "3")


LISTED = {"/lines": {"grossWeight": "1.5", "items": [{"number": "1", "total": "10"}]}}
SUMMARY = "clearance.summary"


def test_summaries_share_out_the_lists_and_their_totals_follow():
    history = tell(
        ("clearance.list", LISTED, None),
        ("clearance.list", LISTED, None),
        (SUMMARY, {"/totals": {"lists": "2", "goods": "20", "grossWeight": "3"}}, 2),
        ("clearance.list", LISTED, None),
        (SUMMARY, {}, 4),
        (SUMMARY, {"/totals": {}}, 4),
    )
    first, second, third = recompute_summaries(history)
    assert (first.outcome, first.inputs) == ("confirmed", (bytes(32), b"\1" * 32))
    assert (second.outcome, second.inputs) == ("confirmed", (b"\3" * 32,))
    assert (third.outcome, third.rules) == ("refuted", {"summary.coverage": "refuted"})


CANCELLED = "clearance.list-cancelled"


def test_a_cancelled_list_does_not_count_and_one_that_is_cancelled_since_is_told():
    history = tell(
        ("clearance.list", LISTED, None),
        ("clearance.list", LISTED, None),
        (CANCELLED, {}, None),
        (SUMMARY, {"/totals": {"lists": "1", "goods": "10"}}, 3),
        (CANCELLED, {}, None),
    )
    history[2], history[4] = (cancelling(history[at], history[which]) for at, which in ((2, 1), (4, 0)))
    history[3] = stating(history[3], history[:3])
    (found,) = recompute_summaries(history)
    assert (found.outcome, found.inputs) == ("confirmed", (bytes(32),))
    assert found.facts == {"cancelled": (b"\1" * 32).hex(), "cancelledSince": bytes(32).hex()}
    counted = tell(("clearance.list", LISTED, None), (SUMMARY, {"/totals": {"lists": "1"}}, 1))
    assert recompute_summaries(counted)[0].facts == {}


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_what_does_not_count_in_a_summary_is_said_in_words(lang):
    history = tell(
        ("clearance.list", LISTED, None),
        ("clearance.list", LISTED, None),
        ("clearance.list", LISTED, None),
        (CANCELLED, {}, None),
        (SUMMARY, {"/totals": {"lists": "1", "goods": "10"}}, 4),
    )
    history[:2] = [declaring(each, b"one") for each in history[:2]]
    history[3] = cancelling(history[3], history[2])
    history[4] = stating(history[4], history[:4])
    (found,) = recompute_summaries(history)
    assert (found.outcome, found.inputs) == ("confirmed", (b"\1" * 32,))
    assert found.facts == {"cancelled": (b"\2" * 32).hex(), "changed": bytes(32).hex()}
    told = "\n".join(render_recomputation(found, lang))
    assert all(each in told for each in found.facts.values())


def declaring(given: Input, trace: bytes) -> Input:
    head = replace(given.event.head, joins=(PAIR, ("trace", trace * 8)))
    return replace(given, event=replace(given.event, head=head))


def cancelling(given: Input, which: Input) -> Input:
    return replace(given, event=replace(given.event, head=replace(given.event.head, about=(which.event.name,))))


def stating(given: Input, before: list[Input]) -> Input:
    state = State(*PAIR, len(before), history_root(each.event.entry for each in before))
    return replace(given, event=replace(given.event, head=replace(given.event.head, state=state)))


@pytest.mark.parametrize("left_out", [0, 1])
def test_a_summary_whose_lists_are_not_all_here_is_not_told(left_out):
    history = tell(
        ("clearance.list", LISTED, None), ("clearance.list", LISTED, None), (SUMMARY, {}, 2), (SUMMARY, {}, 3)
    )
    part = [each for place, each in enumerate(history) if place != left_out]
    assert [(each.outcome, each.missing) for each in recompute_summaries(part)] == [("untold", ("summary/state",))] * 2


def test_totals_of_lists_that_are_withheld_are_not_told():
    history = tell(("clearance.list", LISTED, None), (SUMMARY, {"/totals": {"goods": "10"}}, 1))
    hidden = [replace(history[0], disclosures=()), history[1]]
    (found,) = recompute_summaries(hidden)
    assert (found.outcome, found.missing) == ("untold", ("summary/totals/goods",))
    bare = [replace(history[0], event=replace(history[0].event, body=None)), history[1]]
    assert recompute_summaries(bare)[0].missing == (f"list/{'00' * 32}",)
    silent = [history[0], replace(history[1], disclosures=())]
    assert recompute_summaries(silent)[0].missing == ("summary/totals",)
