"""Rules that only contradict: what breaks them is recorded, and the trace says so (step 8)."""

from __future__ import annotations

import time

import pytest

from fixtures.examples import read_example
from tests.ledger.vocabulary.conftest import found
from tests.ledger.vocabulary.telling import altered
from verifier.ledgerformat.trust_policy import TrustPolicy
from verifier.primitives.merkle import leaf_hash
from verifier.proof.examination import Standpoint
from verifier.proof.verify import examine_trace
from verifier.vocabulary import registry_types


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """A ledger of its own, for stories that do not hold; each is about subjects that no other is about."""
    ledger, teller = found(tmp_path_factory.mktemp("contradicted") / "zone")
    yield ledger, teller
    ledger.close()


def error(ledger, subject):
    with ledger.store.read() as reader:
        policy = TrustPolicy(leaf_hash(reader.entries(0, 1)[0]))
    proof = ledger.prover.trace(subject, walk="parties").data
    verdict = examine_trace(proof, Standpoint(policy, int(time.time()), registry_types()), subject=subject)
    return verdict.outcome, str(verdict.error)


# Said a second time: rule, example, and the subject whose trace tells.
AGAIN = {
    "paid-twice": ("order.payment", "order"),
    "delivered-twice": ("delivery.pick-up", "item"),
}


@pytest.mark.parametrize("code", AGAIN)
def test_the_second_is_recorded_and_contradicts(world, code):
    ledger, teller = world
    name, role = AGAIN[code]
    example = read_example(name)
    teller.tell(name)
    teller.say(altered(name, by={"delivery.pick-up": "seller"}.get(name, example.by)))
    outcome, why = error(ledger, example.event["subjects"][role])
    assert outcome == "contradictory"
    assert code in why


def test_a_delivery_without_release_is_recorded_and_contradicts(world):
    ledger, teller = world
    teller.tell("transport.waybill.transit")
    parcel = read_example("transport.waybill.transit").event["subjects"]["parcel"]
    teller.say(altered("delivery.signed", subjects={"parcel": parcel}))
    outcome, why = error(ledger, parcel)
    assert outcome == "contradictory"
    assert "delivered-before-released" in why
