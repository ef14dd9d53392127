"""Disputes, mandates, successions and zones in the proof of a trace, as said on a real ledger."""

from __future__ import annotations

import pytest

from ledger.compose.event import Draft
from ledger.prove.source import EventSource
from tests.verifier.proof.governed import (
    admit,
    compromise,
    end_mandate,
    leaf_of,
    mandate,
    observe,
    reattest,
    renew,
    succeed,
    zone_policy,
)
from tests.verifier.proof.steps.forging import failure, judged, notices, proved, smuggled
from tests.world import ORDER, PRODUCT, UNIT, World, now, uscc
from verifier.errors import NotPermittedError
from verifier.rendering import name_of_speaker, render_verdict, verdict_json

PRODUCT_2, PRODUCT_3 = (f"https://id.gs1.org/01/069012345678{end}" for end in ("85", "78"))


def trace(world: World, subject: str = UNIT, walk: str = "public"):
    """Return the verdict on the proof that the ledger makes."""
    return judged(proved(world, subject, walk), world.standpoint())


def told_of(verdict, name: bytes):
    """Return what is told of one event."""
    (found,) = [each for each in verdict.story.timeline if each.event.name == name]
    return found


# Disputes.


def test_a_record_under_a_compromised_key_is_disputed_until_another_agency_attests_it(world):
    seen = observe(world)
    assert trace(world).outcome == "verified"
    compromise(world, "carrier", leaf_of(world, seen))
    verdict = trace(world)
    assert failure(verdict)[:3] == ("not-recognised", 7, "not-recognised")
    assert notices(verdict).count("notice.disputed.key") == 1
    assert told_of(verdict, seen.name).recognition.outcome == "disputed"
    reattest(world, "market", seen)
    healed = trace(world)
    assert (healed.outcome, [each for each in notices(healed) if "disputed" in each]) == ("verified", [])


def test_a_dispute_reaches_what_a_registrar_introduced(world):
    registered = observe(world)
    compromise(world, "customs", 1)
    verdict = trace(world)
    assert failure(verdict)[:2] == ("not-recognised", 7)
    reasons = {each.code for each in told_of(verdict, registered.name).recognition.reasons}
    assert {"disputed.registration", "disputed.admission"} <= reasons


def test_a_disputed_endorsement_does_not_count_and_sinks_nothing_by_itself(world):
    zone_policy(world, "ningbo", ["filing.product"], {"role": "inspection-quarantine"})
    product = world.events["product"]
    said = world.endorse("tax", product)
    compromise(world, "tax", leaf_of(world, said))
    verdict = trace(world, PRODUCT)
    assert verdict.outcome == "verified", "what tax said was needed by nobody"
    assert "notice.disputed.key" in notices(verdict)
    approving = world.events["product recognised"]
    renew(world, "tax")
    compromise(world, "customs", leaf_of(world, approving))
    verdict = trace(world, PRODUCT)
    assert failure(verdict)[:2] == ("not-recognised", 7)
    assert told_of(verdict, product.name).recognition.recognised_by == ()


@pytest.mark.parametrize("who", ["carrier", "customs"])
def test_nobody_attests_what_rests_on_its_own_suspect_key(world, who):
    seen = observe(world)
    compromise(world, "customs", 1)
    renew(world, "customs")
    if who == "carrier":
        with pytest.raises(NotPermittedError):
            reattest(world, "carrier", seen)
        return
    reattest(world, "customs", seen)
    assert failure(trace(world))[:2] == ("not-recognised", 7)


def test_a_reattestation_that_is_left_out_is_missed_and_so_is_a_revocation(world, monkeypatch):
    seen = observe(world)
    lost = compromise(world, "carrier", leaf_of(world, seen))
    again = reattest(world, "market", seen)
    honest = EventSource.history
    for hidden in (lost.name, again.name):
        with monkeypatch.context() as lying:
            lying.setattr(
                EventSource,
                "history",
                lambda self, pair, hidden=hidden: [each for each in honest(self, pair) if each.name != hidden],
            )
            assert failure(trace(world))[:2] in (("altered", 4), ("incomplete", 6))


# Mandates.


def test_an_event_under_a_mandate_is_told_as_its_principals_said_by_its_agent(world):
    mandate(world, "seller", "payer", ["transport.*"])
    mandate(world, "carrier", "payer", ["transport.*"], "2")
    seen = observe(world, "payer", behalf="carrier")
    verdict = trace(world)
    assert verdict.outcome == "verified"
    told = told_of(verdict, seen.name)
    assert (told.issuer.uri, told.agent.uri) == (world.cast["carrier"].uri, world.cast["payer"].uri)
    assert name_of_speaker(told, "en") == "Example Payment, for Example Carrier"
    (spelt,) = [each for each in verdict_json(verdict, "zh")["story"]["events"] if each["name"] == seen.name.hex()]
    assert spelt["agent"]["uri"] == world.cast["payer"].uri


@pytest.mark.parametrize("given", ["none", "another type", "ended"])
def test_an_event_for_another_without_a_mandate_in_force_is_refused(world, monkeypatch, given):
    if given != "none":
        mandate(world, "carrier", "payer", ["order.*" if given == "another type" else "transport.*"])
    if given == "ended":
        end_mandate(world, "carrier")
    with pytest.raises(NotPermittedError):
        observe(world, "payer", behalf="carrier")
    smuggled_event(world, monkeypatch)
    assert failure(trace(world)) == ("altered", 5, "not-permitted", "head.behalf")


def smuggled_event(world: World, monkeypatch) -> bytes:
    """Let the ledger record what the payer says for the carrier, whether it may or not."""
    draft = Draft("transport.object", now(), {"epcs": [UNIT]}, {"action": "OBSERVE"}, behalf=world.cast["carrier"].uri)
    return smuggled(world, world.cast["payer"], draft, monkeypatch)


def test_the_end_of_a_mandate_that_is_left_out_is_missed(world, monkeypatch):
    mandate(world, "carrier", "payer", ["transport.*"])
    observe(world, "payer", behalf="carrier")
    over = end_mandate(world, "carrier")
    assert trace(world).outcome == "verified", "it was said before the end"
    honest = EventSource.history
    with monkeypatch.context() as lying:
        lying.setattr(
            EventSource, "history", lambda self, pair: [each for each in honest(self, pair) if each.name != over.name]
        )
        assert failure(trace(world))[:3] == ("altered", 4, "not-indexed")


# Successions.


def test_after_a_succession_old_signatures_verify_and_show_both_names(world):
    succeed(world, "inspection", "customs")
    verdict = trace(world, walk="parties", subject=ORDER)
    story = [each for each in verdict.story.timeline if each.issuer.uri == world.cast["inspection"].uri]
    assert verdict.outcome == "verified"
    assert {each.successor.uri for each in story} == {world.cast["customs"].uri}
    assert "Example Inspection (now Example Customs)" in render_verdict(verdict, "en")


def test_after_a_succession_who_co_signed_is_shown_by_both_names_as_well(world):
    (product,) = world.say("seller", _product())
    world.endorse("inspection", product)
    world.endorse("customs", product)
    succeed(world, "inspection", "customs")
    verdict = trace(world, PRODUCT_2)
    assert "co-signed by Example Inspection (now Example Customs), Example Customs" in render_verdict(verdict, "en")
    told = next(each for each in verdict_json(verdict, "en")["story"]["events"] if each["name"] == product.name.hex())
    customs = {"uri": world.cast["customs"].uri, "name": "Example Customs"}
    assert [each["successor"] for each in told["cosignedBy"]] == [customs, None]


def test_a_successor_satisfies_rules_that_name_its_predecessor(world):
    zone_policy(world, "ningbo", ["filing.product"], {"agency": world.cast["tax"].uri})
    (product,) = world.say("seller", _product())
    world.endorse("customs", product)
    assert failure(trace(world, PRODUCT_2))[:2] == ("not-recognised", 7)
    admit(world, "state-tax", ["tax"])
    succeed(world, "tax", "state-tax")
    world.endorse("state-tax", product)
    verdict = trace(world, PRODUCT_2)
    assert verdict.outcome == "verified"
    assert world.cast["state-tax"].uri in told_of(verdict, product.name).recognition.recognised_by


def _product(product: str = PRODUCT_2) -> Draft:
    names = {"zh": "示例", "en": "Example"}
    data = {"names": names, "hsCode": "1901101000", "origin": "NZ"}
    seller = f"urn:suyuan:enterprise:{uscc('91330100MA2TEXT01')}"
    return Draft("filing.product", now(), {"product": product, "enterprise": seller}, data)


def test_a_successor_takes_back_what_its_predecessor_endorsed_and_nobody_else_does(world):
    (product,) = world.say("seller", _product())
    given = world.endorse("customs", product)
    admit(world, "new-customs", ["customs"])
    succeed(world, "customs", "new-customs")
    assert trace(world, PRODUCT_2).outcome == "verified"
    reason = {"zh": "示例", "en": "Example"}
    withdrawn = Draft("endorsement.withdrawn", now(), data={"reason": reason, "seen": []}, about=(given.name,))
    with pytest.raises(NotPermittedError):
        world.say("inspection", withdrawn)
    world.say("new-customs", withdrawn)
    assert failure(trace(world, PRODUCT_2))[:2] == ("not-recognised", 7)


# Zones.


def test_a_filing_is_recognised_where_one_zone_recognises_it_and_every_zone_is_told(world):
    (product,) = world.say("seller", _product())
    zone_policy(world, "ningbo", ["filing.product"], {"role": "tax"})
    zone_policy(world, "hangzhou", ["filing.product"], {"role": "commerce"})
    later = world.say("seller", _product(PRODUCT_3))[0]
    world.endorse("customs", product)
    world.endorse("customs", later)
    verdict = trace(world, PRODUCT_3)
    assert failure(verdict)[:2] == ("not-recognised", 7)
    world.endorse("commerce", later)
    verdict = trace(world, PRODUCT_3)
    assert verdict.outcome == "verified"
    zones = told_of(verdict, later.name).recognition.zones
    assert zones == {"ningbo": "not yet recognised", "hangzhou": "recognised"}
    assert "zone hangzhou: recognised" in render_verdict(verdict, "en")
