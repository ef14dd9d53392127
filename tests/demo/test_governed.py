"""What agencies do in the demonstration, as proofs show it that were checked from the pinned hash on."""

from __future__ import annotations

import time

import pytest

from ledger.client.client import LedgerClient
from ledger.endorsing.queue import read_inbox
from ledger.governance.fetching import fetch_evidence, read_evidence
from ledger.governance.state import RegistryState
from ledger.signing.keyfile import load_key
from ledger.signing.signer import MemorySigner
from tests.demo.running import Demo
from verifier.ledgerformat.event import Event
from verifier.ledgerformat.trust_policy import TrustPolicy, parse_trust_policy
from verifier.proof.examination import Standpoint
from verifier.proof.verdict import Story, StoryEvent
from verifier.proof.verify import examine_trace
from verifier.vocabulary import registry_types

pytestmark = pytest.mark.slow
AGENCY = "urn:suyuan:agency:"
OTHER = "https://id.gs1.org/01/09520000000127"  # the product that was filed last
CUSTOMS, MARKET, NEIGHBOUR = f"{AGENCY}customs", f"{AGENCY}market", f"{AGENCY}neighbour"


def trust(demo: Demo) -> TrustPolicy:
    return parse_trust_policy((demo.folder / "trust.policy").read_bytes())


@pytest.fixture(scope="module")
def story(demo: Demo) -> Story:
    """The parcel's story in the file that the demonstration leaves."""
    standpoint = Standpoint(trust(demo), int(time.time()), registry_types())
    verdict = examine_trace((demo.folder / "parcel.trace").read_bytes(), standpoint)
    assert verdict.outcome == "verified"
    assert verdict.story is not None
    return verdict.story


def said(story: Story, kind: str, by: str | None = None) -> list[StoryEvent]:
    events = (each for each in story.timeline if each.event.head.type == kind)
    return [each for each in events if by in (None, each.event.head.principal)]


def registry_of(demo: Demo, *subjects: str) -> RegistryState:
    """Return what the registry walks of some subjects show, whole and checked."""
    client, policy = LedgerClient(demo.url), trust(demo)
    return read_evidence(fetch_evidence(client, policy, subjects), policy, int(time.time() * 1000))


def of_type(state: RegistryState, kind: str) -> list[Event]:
    return [each for each in state.events if each.head.type == kind]


def test_a_filing_is_recognised_by_each_of_two_zones(story: Story) -> None:
    for kind in ("filing.enterprise", "filing.product"):
        (filed,) = said(story, kind)
        assert filed.recognition.zones == {"demonstration": "recognised", "neighbour": "recognised"}
        assert {CUSTOMS, NEIGHBOUR} <= set(filed.recognition.recognised_by)
        (elsewhere,) = (each for each in filed.recognition.endorsements if each.event.head.principal == NEIGHBOUR)
        assert elsewhere.event.head.until is not None, "for a stated term"


def test_a_release_is_recognised_by_two_agencies_together(story: Story) -> None:
    (release,) = said(story, "clearance.release")
    assert release.recognition.outcome == "recognised"
    assert release.recognition.recognised_by == (CUSTOMS, f"{AGENCY}inspection")
    (policy,) = release.recognition.policies
    assert policy.rule.least == len(policy.rule.rules) == 2


def test_what_the_old_key_signed_stands_and_the_new_key_signs_what_comes_later(demo: Demo, story: Story) -> None:
    (release,), (closed,) = (said(story, kind, CUSTOMS) for kind in ("clearance.release", "aftersales.return-closed"))
    old, new = release.event.kid, closed.event.kid
    assert old != new
    keys = [f"urn:suyuan:key:{each.hex()}" for each in (old, new)]
    state = registry_of(demo, CUSTOMS, *keys)
    registry, after = state.replay.registry, closed.event.leaf
    (ended,) = of_type(state, "registry.revocation")
    assert release.event.leaf < ended.leaf < after
    assert registry.key_at(new, after, closed.time).holder == CUSTOMS
    with pytest.raises(Exception, match="revoked"):
        registry.key_at(old, after, closed.time)
    administrators = registry.participant_at(CUSTOMS, after).administrators
    approvals = [each for each in of_type(state, "registry.approval") if ended.name in each.head.about]
    assert {each.kid for each in approvals} <= set(administrators), "nobody else had to vote"
    assert len({each.kid for each in approvals}) == 2


def test_two_founders_suspended_an_agency_and_three_ended_it(demo: Demo) -> None:
    kid = key_left_to(demo, "market").public.kid
    state = registry_of(demo, MARKET, f"urn:suyuan:key:{kid.hex()}")
    (suspended,), (restored,) = of_type(state, "registry.suspension"), of_type(state, "registry.restoration")
    approvals = of_type(state, "registry.approval")
    for event, holders in ((suspended, 2), (restored, 3)):
        approved = [each for each in approvals if event.name in each.head.about]
        assert len({each.head.issuer for each in approved}) == holders
    registry = state.replay.registry
    during, later = max(each.leaf for each in approvals if suspended.name in each.head.about) + 1, state.size
    with pytest.raises(Exception, match="suspended"):
        registry.key_at(kid, during, state.time)
    assert registry.key_at(kid, later, state.time).holder == MARKET


def key_left_to(demo: Demo, name: str) -> MemorySigner:
    """Return a key that the demonstration leaves to whoever wants to go on."""
    return load_key(demo.folder / "keys" / f"{name}.pem", (demo.folder / "passphrase").read_bytes().strip())


@pytest.mark.parametrize("name", ["customs", "inspection"])
def test_an_officer_finds_a_filing_that_waits_and_a_stranger_that_it_is_not_recognised(demo: Demo, name: str) -> None:
    client = LedgerClient(demo.url, request_key=key_left_to(demo, f"{name}.request"))
    (item,) = read_inbox(client, f"{AGENCY}{name}")
    assert item.subjects[0] == OTHER
    standpoint = Standpoint(trust(demo), int(time.time()), registry_types())
    verdict = examine_trace(client.trace(OTHER), standpoint, subject=OTHER)
    assert verdict.outcome == "not-recognised"
    assert verdict.story is not None
    assert item.name in {each.event.name for each in verdict.story.timeline}
