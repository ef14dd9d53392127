"""Counters in an audit: recounted from amounts in clear; of others it is said that they were not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fixtures.zone.actors import all_types
from ledger.compose.event import Draft
from tests.verifier.proof.audit.forge import Block, Forge, Said, blocks_of, source_of
from tests.world import DECLARATION, handle, now
from verifier.ledgerformat.batch_answer import RESTRICTED, SHOWN, AnsweredEvent, format_batch_answer
from verifier.proof.audit.saved import load_audit, save_audit
from verifier.proof.audit.walk import Audit, audit

WAREHOUSE = handle("overseas-warehouse", "1")


@pytest.fixture
def seller(rich):
    """The seller, whose sequence numbers a test may use up."""
    actor = rich.cast["seller"]
    return replace(actor, _sequence=dict(actor._sequence))


def stock(seller):
    return f"urn:suyuan:set:overseas-stock:{seller.uri.rpartition(':')[2]}:SKU"


def stocked(seller, quantity):
    subjects = {"stock": stock(seller), "warehouse": WAREHOUSE, "declaration": DECLARATION}
    data = {"quantity": quantity, "unit": "piece", "arrivedOn": "20261101"}
    return Draft("aftersales.overseas-stock", now(), subjects, data)


def sold(seller, quantity):
    data = {"quantity": quantity, "unit": "piece", "soldOn": "20261102"}
    return Draft("aftersales.overseas-sale", now(), {"stock": stock(seller), "declarations": [DECLARATION]}, data)


def filed(seller):
    data = {"names": {"zh": "示例海外仓", "en": "Example overseas warehouse"}, "country": "DE", "kind": "leased"}
    return Draft("filing.overseas-warehouse", now(), {"warehouse": WAREHOUSE, "enterprise": seller.uri}, data)


def said(rich, seller, *drafts, hidden=()):
    """Return what the seller says in one batch; the bodies at some places are not shown."""
    events = [seller.compose(draft, all_types()) for draft in drafts]
    answered = [
        AnsweredEvent(each.head, RESTRICTED) if place in hidden else AnsweredEvent(each.head, SHOWN, each.body)
        for place, each in enumerate(events)
    ]
    return Said(seller.sign(events, rich.keys.origin).statement, format_batch_answer(answered))


def source(rich, *more):
    blocks = blocks_of(source_of(rich))
    block = Block(list(more), blocks[-1].time + 1000)
    return Forge(rich).build([*blocks, block])


def faults(report):
    return [(each.place.leaf, each.place.position, each.field) for each in report.findings if each.weight == "fault"]


def unchecked(report):
    return [each.values["count"] for each in report.unchecked if each.key == "audit.unchecked.counters"]


def test_what_is_spent_exactly_is_no_fault(rich, seller):
    more = said(rich, seller, filed(seller), stocked(seller, "5"), sold(seller, "3"), sold(seller, "2"))
    assert faults(audit(source(rich, more), rich.standpoint)) == []


def test_a_ledger_that_let_too_much_be_taken_is_found_at_the_event_that_took_it(rich, seller):
    first = said(rich, seller, filed(seller), stocked(seller, "5"), sold(seller, "3"))
    second = said(rich, seller, sold(seller, "2.00001"), sold(seller, "0"))
    found = faults(audit(source(rich, first, second), rich.standpoint))
    assert found == [(rich.size + 1, place, "counts.overseas-oversold") for place in (0, 1)]


def test_an_amount_that_is_none_is_a_fault(rich, seller):
    more = said(rich, seller, filed(seller), stocked(seller, "05"))
    assert faults(audit(source(rich, more), rich.standpoint)) == [(rich.size, 1, "counts.overseas-stock")]


def test_where_a_body_is_not_shown_its_counter_is_not_checked_and_that_is_said(rich, seller):
    more = said(rich, seller, filed(seller), stocked(seller, "1"), sold(seller, "9"), hidden=[1])
    report = audit(source(rich, more), rich.standpoint)
    assert faults(report) == []
    assert unchecked(report) == [3], "this one, and those of the order and its line, whose amounts are disclosures"


def test_an_amount_that_is_a_disclosure_is_not_checked_and_that_is_said(rich):
    assert unchecked(audit(source_of(rich), rich.standpoint)) == [2]


def test_an_audit_that_is_put_down_keeps_its_counters(rich, seller):
    first = said(rich, seller, filed(seller), stocked(seller, "5"), sold(seller, "3"))
    second = said(rich, seller, sold(seller, "2.5"))
    log = source(rich, first, second)
    walk = Audit(log, rich.standpoint)
    for progress in walk.run():
        if progress.leaves > rich.size:
            break
    walk = load_audit(save_audit(walk), log, rich.standpoint)
    for _ in walk.run():
        pass
    assert faults(walk.report()) == [(rich.size + 1, 0, "counts.overseas-oversold")]
    assert unchecked(walk.report()) == [2]
