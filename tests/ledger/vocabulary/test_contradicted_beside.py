"""Rules beside the flow that do not refuse, since documents arrive in any order: the trace is contradicted by them."""

from __future__ import annotations

import time

import pytest

from tests.ledger.vocabulary.conftest import found
from tests.ledger.vocabulary.telling import altered
from verifier.errors import NotPermittedError
from verifier.ledgerformat.trust_policy import TrustPolicy
from verifier.primitives.merkle import leaf_hash
from verifier.proof.examination import Standpoint
from verifier.proof.verify import examine_trace
from verifier.vocabulary import registry_types

DECLARATION = "urn:suyuan:declaration:7c08d0f6aa838733ffcf68dd01fed439"
ITEM = "https://id.gs1.org/01/09520000000110/21/EX0901"
TOO_EARLY = [
    ("returned-before-departure", "aftersales.export-return", ["clearance.export-list"], {}, DECLARATION),
    (
        "stocked-before-departure",
        "aftersales.overseas-stock",
        ["clearance.export-list", "filing.overseas-warehouse"],
        {},
        DECLARATION,
    ),
    (
        "overseas-returned-before-delivered",
        "aftersales.overseas-returned",
        ["aftersales.overseas-sale"],
        {},
        "urn:suyuan:overseas-sale:5b1e0f8a6c4d47229f3a7d10c8e96b21",
    ),
    (
        "repaired-before-delivered",
        "aftersales.repair",
        ["transport.commissioning.exhibited"],
        {"subjects": {"item": ITEM}},
        ITEM,
    ),
]


@pytest.fixture
def fresh(tmp_path):
    """A ledger on which nothing was told yet, and who tells."""
    ledger, teller = found(tmp_path / "zone")
    yield ledger, teller
    ledger.close()


def verdict_of(ledger, subject):
    """Return what a stranger concludes from the parties' trace of a subject."""
    with ledger.store.read() as reader:
        pinned = leaf_hash(reader.entries(0, 1)[0])
    standpoint = Standpoint(policy=TrustPolicy(pinned), now=int(time.time()), builtin=registry_types())
    return examine_trace(ledger.prover.trace(subject, walk="parties").data, standpoint)


@pytest.mark.parametrize("case", TOO_EARLY, ids=[each[0] for each in TOO_EARLY])
def test_what_came_too_early_is_admitted_and_contradicts_the_trace(fresh, case):
    ledger, teller = fresh
    code, name, before, changes, subject = case
    for each in before:
        teller.tell(each)
    assert verdict_of(ledger, subject).outcome == "verified"
    teller.say(altered(name, **changes))
    verdict = verdict_of(ledger, subject)
    assert verdict.outcome == "contradictory"
    assert code in str(verdict.error)


def test_a_claim_that_was_returned_is_not_decided(fresh):
    _, teller = fresh
    teller.tell("finance.refund-returned")
    with pytest.raises(NotPermittedError) as refused:
        teller.say(altered("finance.refund-decided", about=["finance.refund-claimed.first"]))
    assert refused.value.field == "events[0].order.decided-after-return"
