"""What an event moves, and how far: by exact decimals, and of counters only that were shown whole."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.ledger.sequencer.counting import TYPES
from verifier.errors import MalformedError, NotPermittedError
from verifier.judgement.counters import MOST, Recount, check_moves, read_moves
from verifier.ledgerformat.body import Body
from verifier.ledgerformat.event import Event
from verifier.ledgerformat.head import Head
from verifier.ledgerformat.subject import subject_name
from verifier.ledgerformat.type_rules import format_amount, parse_amount
from verifier.ledgerformat.vocabulary import parse_type

UNIT = "https://id.gs1.org/00/069012345000000011"
NAME = subject_name(UNIT)
PAIR = ("trace", NAME)
HEAD = Head("test.sold", bytes(16), "urn:suyuan:enterprise:x", 1, (PAIR,), bytes(32))


def kind(name, *rules):
    made = {**TYPES[f"test.{name}"], "type": f"test.{name}"}
    counts = [{**made["counts"][0], **each} for each in rules] or made["counts"]
    return parse_type(json.dumps({**made, "counts": counts}).encode(), name)


def body(data=(), digests=()):
    return Body({"units": [UNIT]}, dict(data), dict(digests))


def event(data=(), digests=(), *, shown=True):
    return Event(bytes(32), 0, 0, HEAD, body(data, digests) if shown else None, b"")


def changes(name, amount):
    return [each.change for each in read_moves(kind(name), body(), {"/quantity": amount})]


@given(st.integers(-MOST, MOST))
def test_an_amount_is_spelt_as_it_is_read(units):
    spelt = format_amount(units)
    assert parse_amount(spelt, "amount") == units
    assert Decimal(spelt) * 100_000 == units


def test_signs_say_which_way_it_goes():
    assert changes("added", "1.5") == [150_000]
    assert changes("taken", "1.5") == [-150_000]
    assert changes("righted", "-0.00001") == [-1]
    assert changes("righted", "0.00001") == [1]
    for name in ("added", "taken"):
        with pytest.raises(MalformedError, match="0 or more"):
            changes(name, "-0.00001")


def test_an_amount_that_is_committed_to_and_not_shown_is_not_zero():
    (move,) = read_moves(kind("taken"), body(digests={"/quantity": bytes(32)}), {})
    assert move.change is None
    with pytest.raises(MalformedError):
        read_moves(kind("taken"), body(), {})


EQUAL = {"sign": "equals", "amount": "/held"}


def equal(*rules):
    made = {name: each for name, each in TYPES["test.sold"]["counts"][0].items() if name not in ("least", "most")}
    plain = {
        **TYPES["test.sold"],
        "type": "test.sold",
        "counts": [{**made, **EQUAL}, *({**made, **each} for each in rules)],
    }
    return parse_type(json.dumps(plain).encode(), "sold")


def test_what_a_counter_is_said_to_be_moves_nothing_and_has_to_be_so_after_all_that_moves():
    moves = read_moves(equal(), body({"held": "5"}), {})
    assert check_moves(moves, lambda _: 500_000) == {NAME: 500_000}
    with pytest.raises(NotPermittedError, match=r"came 5, expected 5\.00001"):
        check_moves(moves, lambda _: 500_001)
    moving = read_moves(equal({"amount": "/in", "sign": "add"}), body({"held": "5", "in": "2"}), {})
    assert check_moves(moving, lambda _: 300_000) == {NAME: 500_000}
    with pytest.raises(NotPermittedError):
        check_moves(moving, lambda _: 500_000)


def test_what_a_counter_is_said_to_be_without_being_shown_hides_nothing_of_it():
    recount = Recount()
    recount.take(event({"quantity": "1"}), kind("added"), {})
    recount.take(event(digests={"/held": bytes(32)}), equal(), {})
    recount.take(event(shown=False), equal(), {})
    assert (recount.sums, recount.withheld) == ({NAME: 100_000}, set())
    with pytest.raises(NotPermittedError):
        recount.take(event({"held": "2"}), equal(), {})


def test_of_several_rules_each_bound_holds_for_what_all_of_them_make():
    both = kind("sold", {"amount": "/out"}, {"amount": "/in", "sign": "add", "most": "9"})
    moves = read_moves(both, body({"out": "5", "in": "5"}), {})
    assert check_moves(moves, lambda _: 0) == {NAME: 0}
    with pytest.raises(NotPermittedError, match="oversold"):
        check_moves(read_moves(both, body({"out": "5", "in": "4"}), {}), lambda _: 0)
    with pytest.raises(NotPermittedError, match="at most 9"):
        check_moves(read_moves(both, body({"out": "0", "in": "5"}), {}), lambda _: 500_000)


def test_a_recount_finds_the_event_that_took_too_much_and_goes_on():
    found, sold = Recount(), kind("sold")
    with pytest.raises(NotPermittedError, match="oversold"):
        found.take(event({"quantity": "2"}), sold, {})
    found.take(event({"quantity": "-3"}), kind("unbounded"), {})
    assert found.sums == {NAME: -500_000}
    assert found.withheld == set()


@pytest.mark.parametrize(
    "hidden", [event(shown=False), event(digests={"/quantity": bytes(32)})], ids=["no body", "no disclosure"]
)
def test_of_a_counter_of_which_an_amount_was_not_shown_nothing_is_told(hidden):
    found, taken = Recount(), kind("taken")
    found.take(hidden, taken, {})
    assert found.withheld == {NAME}
    found.take(event(), taken, {"/quantity": "1000"})


def test_an_amount_that_is_none_withholds_the_counters_that_it_may_have_moved():
    found = Recount()
    with pytest.raises(MalformedError):
        found.take(event({"quantity": "much"}), kind("sold"), {})
    assert found.withheld == {NAME}


def test_a_body_that_is_not_shown_may_have_moved_counted_kinds_only():
    found = Recount()
    other = replace(event(shown=False), head=replace(HEAD, joins=(("case", bytes(32)), PAIR)))
    found.take(other, kind("sold"), {})
    assert found.withheld == {NAME}
