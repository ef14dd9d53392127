"""Counters of the vocabulary: the last unit may be taken, and not a hundred-thousandth more."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256

import pytest

from fixtures.examples import read_example
from tests.ledger.vocabulary.telling import altered, refusal
from tests.world import handle
from verifier.ledgerformat.vocabulary import parse_type
from verifier.vocabulary import type_files

IMPORT = read_example("clearance.list.held").event["subjects"]["declaration"]  # which says no total


class Counted:
    """One subject that no example names, and the events that move its counter."""

    def __init__(self, teller, role, subject):
        self._teller, self._role, self.subject = teller, role, subject

    def _changed(self, name, amount, pointer="/quantity", **changes):
        example = read_example(name)
        event = example.event
        members = {"subjects": {**event["subjects"], self._role: self.subject}, **changes}
        where = "disclosed" if pointer in example.event.get("disclosed", {}) else "data"
        key = pointer if where == "disclosed" else pointer[1:]
        return altered(name, **members, **{where: {**event.get(where, {}), key: amount}})

    def say(self, name, amount, *args, **changes):
        example = self._changed(name, amount, *args, **changes)
        for needed in example.after:
            self._teller.tell(needed)
        self._teller.say(example)

    def refused(self, name, amount, *args, **changes):
        return refusal(self._teller, self._changed(name, amount, *args, **changes))


def line(number):
    return f"urn:suyuan:book-line:T9999W000001:{number}"


def test_a_book_line_is_never_overdrawn_and_adjustments_move_the_same_counter(teller):
    book = Counted(teller, "line", line(21))
    assert "counts.book-overdrawn" in book.refused("book.debited", "0.00001")
    book.say("book.credited", "10.00001")
    assert "-10.00002 at 10.00001" in book.refused("book.debited", "10.00002")
    book.say("book.debited", "4")
    assert "counts.book-overdrawn" in book.refused("book.adjusted", "-6.00002", "/difference")
    book.say("book.adjusted", "-6", "/difference")
    book.say("book.adjusted", "2", "/difference")
    book.say("book.debited", "2.00001")
    assert "at least 0" in book.refused("book.debited", "0.00001")


def test_a_debit_below_zero_is_no_credit(teller):
    book = Counted(teller, "line", line(22))
    book.say("book.credited", "1")
    for name in ("book.debited", "book.credited"):
        assert "0 or more" in book.refused(name, "-1")


def test_each_line_of_a_book_has_its_own_counter(teller):
    Counted(teller, "line", line(23)).say("book.credited", "5")
    assert "at 0" in Counted(teller, "line", line(24)).refused("book.debited", "1")


def test_a_years_quota_ends_at_26000_and_what_is_restored_can_be_used_again(teller):
    name = sha256(b"nobody").hexdigest()
    quota = Counted(teller, "quota", f"urn:suyuan:quota:customs:2026:{name}")
    quota.say("clearance.quota-use", "25999.99999", "/amount")
    quota.say("clearance.quota-use", "0.00001", "/amount")
    assert "at most 26000" in quota.refused("clearance.quota-use", "0.00001", "/amount")
    assert "counts.quota-restored-beyond-use" in quota.refused("clearance.quota-restored", "26000.00001", "/amount")
    quota.say("clearance.quota-restored", "26000", "/amount")
    assert "counts.yearly-quota-exceeded" in quota.refused("clearance.quota-use", "26000.00001", "/amount")
    quota.say("clearance.quota-use", "26000", "/amount")


def test_what_a_declaration_used_of_a_quota_is_restored_once(teller):
    quota, other = (declared(teller, each) for each in ("clearance.list.joint", "clearance.list.transit"))
    other("say", "clearance.quota-use", "100")
    quota("say", "clearance.quota-use", "40")
    quota("say", "clearance.quota-restored", "15")
    assert "counts.quota-restored-twice" in quota("refused", "clearance.quota-restored", "25.00001")
    quota("say", "clearance.quota-restored", "25")
    assert "at 0" in quota("refused", "clearance.quota-restored", "0.00001")


def declared(teller, listed):
    """Return how to say, of a list's declaration, what it used of a buyer's year."""
    teller.tell(listed)
    declaration = read_example(listed).event["subjects"]["declaration"]
    counted = Counted(teller, "declaration", declaration)
    quota = f"urn:suyuan:quota:customs:2026:{sha256(b'somebody').hexdigest()}"
    subjects = {"quota": quota, "declaration": declaration}
    return lambda do, name, amount: getattr(counted, do)(name, amount, "/amount", subjects=subjects)


def test_a_reconciliation_states_what_the_counter_holds(teller):
    book = Counted(teller, "line", line(25))
    book.say("book.credited", "10")
    assert "came 9.99999, expected 10" in book.refused("book.reconciled", "9.99999", "/balance")
    assert "counts.reconciled-balance" in book.refused("book.reconciled", "-10", "/balance")
    book.say("book.reconciled", "10", "/balance")
    book.say("book.debited", "4")
    assert "what the counter holds now" in book.refused("book.reconciled", "10", "/balance")
    book.say("book.reconciled", "6", "/balance")


def test_no_more_is_returned_than_a_line_of_the_order_had(teller):
    ordered = Counted(teller, "line", handle("order-line", "of a test"))
    ordered.say("order.line", "5")
    ordered.say("aftersales.export-return", "2")
    assert "counts.returned-more-than-ordered" in ordered.refused("aftersales.export-return", "3.00001")
    ordered.say("aftersales.export-return", "3")
    assert "at 0" in ordered.refused("aftersales.export-return", "0.00001")


def coming_back(teller, name, counted, serial):
    """Return a return's subjects: of what is counted, no line, and an item of its own where it names one."""
    subjects = {**read_example(name).event["subjects"], **counted}
    subjects.pop("line", None)
    if "item" in subjects:
        subjects["item"] = f"https://id.gs1.org/01/09520000000110/21/{serial}"
        made = read_example("transport.commissioning").event["subjects"]
        teller.say(altered("transport.commissioning", subjects={**made, "item": subjects["item"]}))
    return subjects


@pytest.mark.parametrize(
    ("ordered", "role", "returned"),
    [
        ("order.placed", "order", "aftersales.return"),
        ("clearance.export-list", "declaration", "aftersales.export-return"),
    ],
)
def test_no_more_is_returned_than_was_ordered_or_listed_though_no_line_is_named(teller, ordered, role, returned):
    teller.tell(returned)
    subject = handle(role, "of a test of totals")
    total = Counted(teller, "total", subject)
    total.say(ordered, "7", subjects={**read_example(ordered).event["subjects"], role: subject, "total": subject})
    for amount, serial in (("2", "TOTAL-A"), ("5", "TOTAL-B")):
        total.say(returned, amount, subjects=coming_back(teller, returned, {role: subject}, serial))
    more = total.refused(returned, "0.00001", subjects=coming_back(teller, returned, {role: subject}, "TOTAL-C"))
    assert "counts.returned-more-than-ordered" in more


@pytest.mark.parametrize(("ordered", "role"), [("order.placed", "order"), ("clearance.export-list", "declaration")])
def test_how_much_may_come_back_is_stated_once(teller, ordered, role):
    subject = handle(role, "of a test of stating")
    total = Counted(teller, "total", subject)
    subjects = {**read_example(ordered).event["subjects"], role: subject, "total": subject}
    total.say(ordered, "7", subjects=subjects)
    assert "counts.total-stated-twice" in total.refused(ordered, "7", subjects=subjects)
    teller.say(altered(ordered, subjects={name: each for name, each in subjects.items() if name != "total"}))


@pytest.mark.parametrize(
    ("ordered", "role", "returned"),
    [
        ("order.placed", "order", "aftersales.return"),
        ("clearance.export-list", "declaration", "aftersales.export-return"),
    ],
)
def test_what_was_to_come_back_and_did_not_may_come_back_later_once_customs_restored_it(
    teller, ordered, role, returned
):
    """Customs refused it, or the buyer changed his mind: the goods are where they were, and may be returned again."""
    teller.tell(returned)
    teller.tell("aftersales.return-restored")
    subject = handle(role, "of a test of restoring")
    counted = Counted(teller, "total", subject)
    counted.say(ordered, "1", subjects={**read_example(ordered).event["subjects"], role: subject, "total": subject})
    back = coming_back(teller, returned, {role: subject}, "RESTORED-A")
    opened = altered(returned, subjects=back)
    again = altered(returned, subjects=coming_back(teller, returned, {role: subject}, "RESTORED-B"))
    ended = answering(teller, "aftersales.return-closed", teller.say(opened).name, data={"outcome": "withdrawn"})
    assert "counts.returned-more-than-ordered" in refusal(teller, again)
    answering(teller, "aftersales.return-restored", ended.name, subjects={role: subject})
    teller.say(again)


def answering(teller, name, about, **changes):
    """Return an example's event about another one than the example's."""
    example = altered(name, **changes)
    (event,) = teller.zone.say(teller.cast[example.by], [replace(teller.draft(example), about=(about,))])
    return event


def test_nobody_but_customs_restores_what_may_come_back(teller):
    """Else a seller would take back more than it sold: its returns would be closed as withdrawn, and counted anew."""
    assert "roles" in refusal(teller, altered("aftersales.return-restored", by="seller"))


@pytest.mark.parametrize("returned", ["aftersales.return", "aftersales.export-return"])
def test_nothing_comes_back_of_what_never_said_how_much_it_was(teller, returned):
    role, name = ("order", "order.placed.held") if returned == "aftersales.return" else ("declaration", "")
    counted = {role: read_example(name).event["subjects"][role]} if name else {role: IMPORT}
    teller.tell("clearance.list.held")
    teller.tell(returned)
    without = Counted(teller, role, counted[role])
    assert "at 0" in without.refused(returned, "1", subjects=coming_back(teller, returned, counted, "TOTAL-D"))


def test_no_more_is_sold_abroad_than_was_stocked(teller):
    stock = Counted(teller, "stock", "urn:suyuan:set:overseas-stock:91000000EXAMPLE02T:OF-A-TEST")
    stock.say("aftersales.overseas-stock", "3")
    sold = abroad("aftersales.overseas-sale", stock=stock.subject, sale=handle("overseas-sale", "of all of it"))
    assert "counts.overseas-oversold" in stock.refused("aftersales.overseas-sale", "3.00001", subjects=sold)
    stock.say("aftersales.overseas-sale", "3", subjects=sold)


def test_no_more_comes_back_from_abroad_than_was_sold_and_what_does_is_in_stock_again(teller):
    name = "urn:suyuan:set:overseas-stock:91000000EXAMPLE02T:COMES-BACK"
    stock, sale = Counted(teller, "stock", name), handle("overseas-sale", "of a test")
    stock.say("aftersales.overseas-stock", "3")
    stock.say("aftersales.overseas-sale", "3", subjects=abroad("aftersales.overseas-sale", stock=name, sale=sale))
    back = abroad("aftersales.overseas-returned", stock=name, sale=sale)
    more = stock.refused("aftersales.overseas-returned", "3.00001", subjects=back)
    assert "counts.overseas-returned-beyond-sale" in more
    stock.say("aftersales.overseas-returned", "2", subjects=back)
    again = abroad("aftersales.overseas-sale", stock=name, sale=handle("overseas-sale", "of the same goods"))
    assert "overseas-oversold" in stock.refused("aftersales.overseas-sale", "2.00001", subjects=again)
    stock.say("aftersales.overseas-sale", "2", subjects=again)


def abroad(name, **subjects):
    return {**read_example(name).event["subjects"], **subjects}


def test_no_more_is_written_off_than_was_filed(teller):
    filed = Counted(teller, "batch", handle("batch", "of a test"))
    filed.say("filing.batch", "500")
    filed.say("filing.batch-written-off", "499.5")
    assert "counts.written-off-beyond-filing" in filed.refused("filing.batch-written-off", "0.50001")
    filed.say("filing.batch-written-off", "0.5")


def test_a_quarantine_permit_is_used_up(teller):
    permit = Counted(teller, "permit", handle("permit", "of a test"))
    permit.say("filing.quarantine-permit", "30")
    assert "counts.permit-exhausted" in permit.refused("filing.permit-used", "30.00001")
    permit.say("filing.permit-used", "30")


def test_no_more_is_drawn_from_a_lot_than_it_had(teller):
    teller.tell("transport.transformation")
    lot = Counted(teller, "lot", "https://id.gs1.org/01/09520000000110/10/MIX-2601")
    lot.say("transport.lot-stated", "12")
    lot.say("transport.lot-drawn", "5")
    assert "counts.lot-overdrawn" in lot.refused("transport.lot-drawn", "7.00001")
    lot.say("transport.lot-drawn", "7")


BROKEN = {
    "book-overdrawn",
    "yearly-quota-exceeded",
    "quota-restored-beyond-use",
    "quota-restored-twice",
    "returned-more-than-ordered",
    "overseas-oversold",
    "overseas-returned-beyond-sale",
    "written-off-beyond-filing",
    "permit-exhausted",
    "lot-overdrawn",
}


def test_every_bound_of_the_vocabulary_is_broken_above():
    types = [parse_type(data, name) for name, data in type_files().items()]
    bounded = {rule.code for each in types for rule in each.counts if (rule.least, rule.most) != (None, None)}
    assert bounded == BROKEN


def test_whose_stock_it_is_moves_it_and_no_other_firm(teller):
    """Everybody may join a set's history, so that the counter needs a right of its own: or a rival spends it."""
    stock = Counted(teller, "stock", "urn:suyuan:set:overseas-stock:91000000EXAMPLE067:A-RIVALS")
    for name in ("aftersales.overseas-stock", "aftersales.overseas-sale"):
        assert "the enterprise that the set names" in stock.refused(name, "1")
