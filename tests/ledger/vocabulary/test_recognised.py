"""What counts only once several agencies stand behind it, by the founding zone's policies."""

from __future__ import annotations

import time

import pytest

from fixtures.examples import read_example
from fixtures.zone.policies import adopt_books, adopt_joint_release, adopt_transit
from ledger.compose.event import Draft
from tests.ledger.vocabulary.conftest import found
from verifier.ledgerformat.trust_policy import TrustPolicy
from verifier.primitives.merkle import leaf_hash
from verifier.proof.examination import Standpoint
from verifier.proof.verify import examine_trace
from verifier.vocabulary import registry_types


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """A ledger on which these policies are in force."""
    ledger, teller = found(tmp_path_factory.mktemp("recognised") / "zone")
    adopt_joint_release(teller.zone)
    adopt_books(teller.zone)
    adopt_transit(teller.zone, teller.cast["customs"], teller.cast["neighbour"])
    yield ledger, teller
    ledger.close()


def outcome(ledger, subject, name):
    """Return what a stranger makes of an event, out of a trace proof."""
    with ledger.store.read() as reader:
        policy = TrustPolicy(leaf_hash(reader.entries(0, 1)[0]))
    standpoint = Standpoint(policy, int(time.time()), registry_types(), answering=True)
    verdict = examine_trace(ledger.prover.trace(subject, walk="parties").data, standpoint, subject=subject)
    assert verdict.error is None
    return next(each.recognition.outcome for each in verdict.story.timeline if each.event.name == name)


# The example, whose trace tells, and who has to stand behind it besides whoever says it.
@pytest.mark.parametrize(
    ("name", "of", "role", "other"),
    [
        ("clearance.joint-release", "clearance.list.joint", "declaration", "inspection"),
        ("clearance.transit-opened", "clearance.transit-opened", "transit", "neighbour"),
        ("clearance.transit-closed", "clearance.transit-opened.closed", "transit", "customs"),
        ("book.opened", "book.opened", "book", "customs"),
    ],
)
def test_it_counts_once_the_other_stands_behind_it(world, name, of, role, other):
    ledger, teller = world
    event = teller.tell(name)
    subject = read_example(of).event["subjects"][role]
    assert outcome(ledger, subject, event.name) == "not yet recognised"
    recognition = Draft("endorsement.recognised", teller.zone.clock(), data={"seen": []}, about=(event.name,))
    teller.zone.say(teller.cast[other], [recognition])
    assert outcome(ledger, subject, event.name) == "recognised"
