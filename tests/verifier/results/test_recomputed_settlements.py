"""Settlements against what was cleared: in parts, for several declarations, and never more than their lists."""

from __future__ import annotations

from typing import Any

import pytest

from verifier.cli.recompute_report import render_recomputation
from verifier.ledgerformat.body import Body
from verifier.ledgerformat.disclosure import Disclosure
from verifier.ledgerformat.event import Event
from verifier.ledgerformat.head import Head
from verifier.ledgerformat.vocabulary import parse_type
from verifier.results.recomputation import Input
from verifier.results.recomputed_settlements import LISTED, SETTLED, recompute_settlements
from verifier.vocabulary import type_files

CANCELLED = "clearance.list-cancelled"
TYPES = {kind: parse_type(type_files()[kind]) for kind in (SETTLED, LISTED, CANCELLED)}
A, B, C = (f"urn:suyuan:declaration:{sign * 32}" for sign in "abc")


class Told:
    """Events in log order."""

    def __init__(self):
        self.inputs: list[Input] = []

    def say(self, kind: str, subjects: dict[str, Any], data: dict[str, Any], disclosed: dict[str, Any], about=()):
        number = len(self.inputs) + 1
        head = Head(kind, bytes(16), "urn:suyuan:agency:customs", 0, (("case", bytes(32)),), bytes(32), about=about)
        body = Body(subjects, data, {each: bytes(32) for each in TYPES[kind].disclosures})
        shown = tuple(Disclosure(each, value, bytes([number]) * 32) for each, value in disclosed.items())
        name = bytes([number]) * 32
        self.inputs.append(Input(Event(name, number, 0, head, body, b""), TYPES[kind], shown))
        return name

    def listed(self, declaration, *totals, currency="502"):
        items = [{"number": str(at), "total": each, "currency": currency} for at, each in enumerate(totals, 1)]
        return self.say(LISTED, {"declaration": declaration}, {}, {"/lines": {"items": items}})

    def settled(self, amount, *declarations, currency="502"):
        disclosed = {"/amounts": {"settled": amount}} if amount is not None else {}
        return self.say(SETTLED, {"declarations": list(declarations)}, {"currency": currency}, disclosed)

    def found(self):
        return [(each.outcome, each.missing) for each in recompute_settlements(self.inputs)]


@pytest.fixture
def told():
    return Told()


def test_what_is_settled_in_parts_is_no_more_than_the_lists_of_all_that_it_is_for(told):
    told.listed(A, "100", "40")
    told.listed(B, "60")
    told.settled("90", A)
    told.settled("60.00", B)
    told.settled("50", A, B)
    assert told.found() == [("confirmed", ())]
    last = told.settled("0.00001", B)
    (found,) = recompute_settlements(told.inputs)
    assert (found.outcome, found.recorded, len(found.inputs)) == ("refuted", last, 4)
    said = "\n".join(render_recomputation(found, "en"))
    assert "200.00001" in said
    assert "at most 200" in said


def test_settlements_that_share_nothing_are_told_by_themselves(told):
    for declaration, cleared, settled in ((A, "10", "10"), (B, "10", "11"), (C, "10", "9")):
        told.listed(declaration, cleared)
        told.settled(settled, declaration)
    assert [each for each, _ in told.found()] == ["confirmed", "refuted", "confirmed"]


def test_a_changed_list_counts_by_its_newest_event_and_a_cancelled_one_not_at_all(told):
    told.listed(A, "100")
    told.listed(A, "70")
    told.settled("70", A)
    told.settled("10", B)
    name = told.listed(B, "10")
    assert told.found() == [("confirmed", ()), ("confirmed", ())]
    told.say(CANCELLED, {}, {}, {}, about=(name,))
    assert [each for each, _ in told.found()] == ["confirmed", "refuted"]


def test_what_is_not_shown_or_in_another_currency_cannot_be_told(told):
    told.settled("5", A)
    assert told.found() == [("untold", ("list",))]
    told.listed(A, "10", currency="142")
    assert told.found() == [("untold", ("list/lines/items/1/currency",))]
    told.inputs.pop()
    told.listed(A, "10")
    told.settled(None, A)
    assert told.found() == [("untold", ("settlement/amounts/settled",))]


@pytest.mark.parametrize(("cleared", "settled"), [("-10", "1"), ("10", "-1"), ("ten", "1")])
def test_no_amount_is_below_zero_or_none(told, cleared, settled):
    told.listed(A, cleared)
    told.settled(settled, A)
    assert [each for each, _ in told.found()] == ["refuted"]
