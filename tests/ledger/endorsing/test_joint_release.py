"""Joint release, and thousands of endorsements under one signature: over a real service, checked by the verifier."""

from __future__ import annotations

import secrets

import pytest

from ledger.client.client import LedgerClient
from ledger.compose.event import Draft
from ledger.endorsing.case import check_case
from ledger.endorsing.endorse import Decision, compose_endorsements, sign_endorsements
from tests.ledger.client.serving import _Behind
from tests.world import ORDER, ORIGIN, found_world, now, tell_parcel
from verifier.ledgerformat.statement import MAX_BATCH
from verifier.ledgerformat.submission import format_submission
from verifier.proof.verify import examine_trace

CUSTOMS, INSPECTION = {"role": "customs"}, {"role": "inspection-quarantine"}
SEAL = {"agency": "urn:suyuan:agency:commerce"}
NESTED = {"k": 2, "of": [CUSTOMS, {"k": 2, "of": [INSPECTION, {"k": 1, "of": [SEAL, {"role": "tax"}]}]}]}


@pytest.fixture
def world(tmp_path):
    made = found_world(tmp_path / "zone", witnesses=0, quorum=0, policies=False)
    yield made
    made.ledger.close()


@pytest.fixture
def client(world):
    service = _Behind(world.ledger)
    yield LedgerClient(f"http://127.0.0.1:{service._port}")
    service.stop()


def released(world, rule):
    world.zone.adopt_policy("release", ["clearance.release"], rule, "联合放行", "Joint release")
    return tell_parcel(world, until="release")["release"]


def awaited(client, event):
    return [each["uri"].rpartition(":")[2] for each in client.recognition(event.name)["awaited"]]


def outcome(world, event):
    """Return what the verifier makes of an event, out of a trace proof."""
    verdict = examine_trace(world.trace(ORDER), world.standpoint(answering=True), subject=ORDER)
    return next(each.recognition.outcome for each in verdict.story.timeline if each.event.name == event.name)


def test_a_joint_release_needs_customs_and_inspection(world, client):
    release = released(world, {"k": 2, "of": [CUSTOMS, INSPECTION]})
    told = client.recognition(release.name)
    assert (told["outcome"], told["met"], told["needed"]) == ("not yet recognised", 1, 2)
    assert awaited(client, release) == ["inspection"]
    assert outcome(world, release) == "not yet recognised"
    world.endorse("inspection", release)
    assert client.recognition(release.name)["outcome"] == outcome(world, release) == "recognised"


def test_nested_rules_await_whoever_could_meet_what_is_unmet(world, client):
    release = released(world, NESTED)
    assert awaited(client, release) == ["commerce", "inspection", "tax"]
    world.endorse("tax", release)  # meets the innermost: commerce need not answer any more
    assert awaited(client, release) == ["inspection"]
    world.endorse("market", release)  # whom no rule names
    assert (awaited(client, release), outcome(world, release)) == (["inspection"], "not yet recognised")
    world.endorse("inspection", release)
    assert client.recognition(release.name)["outcome"] == outcome(world, release) == "recognised"


def test_one_refusal_of_an_agency_that_the_rule_names_stops_it(world, client):
    release = released(world, NESTED)
    said = world.endorse("commerce", release, "refused", reason={"zh": "不", "en": "no"})
    told = client.recognition(release.name)
    assert (told["outcome"], told["awaited"]) == ("refused", [])
    assert [each["uri"] for each in told["refusedBy"]] == [world.cast["commerce"].uri]
    assert told["endorsements"][0]["reason"] == {"zh": "不", "en": "no"}
    assert outcome(world, release) == "refused"
    data = {"reason": {"zh": "有误", "en": "a mistake"}}
    world.say("commerce", Draft("endorsement.withdrawn", now(), data=data, about=(said.name,)))
    assert awaited(client, release) == ["commerce", "inspection", "tax"]


def test_zones_are_told_apart_and_an_agency_of_another_zone_is_still_awaited(world, client):
    basis = {"zh": "互认", "en": "Mutual recognition"}
    for label, zone, agency in (("hangzhou", "hangzhou", "customs"), ("ningbo", "ningbo", "tax")):
        subjects = {"policy": f"urn:suyuan:policy:{label}", "types": ["urn:suyuan:type:filing.product"]}
        data = {"rule": {"agency": world.cast[agency].uri}, "basis": basis, "zone": zone}
        world.zone.decree([Draft("registry.policy", now(), subjects=subjects, data=data)])
    filed = tell_parcel(world, until="product")["product"]
    assert awaited(client, filed) == ["customs", "tax"]
    world.endorse("customs", filed)
    told = client.filing(filed.name)
    assert told["zones"] == {"hangzhou": "recognised", "ningbo": "not yet recognised"}
    assert (told["outcome"], awaited(client, filed)) == ("recognised", ["tax"])


def test_four_thousand_and_ninety_six_endorsements_stand_under_one_signature(world):
    filed = tell_parcel(world, until="product")["product"]
    types, agency = world.zone.types, world.cast["customs"]
    subject = "https://id.gs1.org/01/06901234567892"
    case = check_case(filed.name, world.trace(subject), world.standpoint(), subject=subject)
    decision = Decision("recognise", {"zh": "批量", "en": "in bulk"})
    cases = [case] * (MAX_BATCH + 1)
    events = compose_endorsements(
        cases, decision, agency=agency.uri, now=now(), types=types, random=secrets.token_bytes
    )
    taken = []

    def take(count):
        taken.append(count)
        return 100_000 + sum(taken[:-1])

    first, second = sign_endorsements(events, agency.signer, agency=agency.uri, audience=ORIGIN, take=take)
    assert taken == [MAX_BATCH, 1]
    before = world.ledger.head.edge.size
    leaf = world.ledger.submit(format_submission(first)).result()
    assert (leaf, world.ledger.head.edge.size) == (before, before + 2)
    assert world.ledger.submit(format_submission(second)).result() == before + 2
