"""Step 4, Keys: registry histories exactly as indexed, each event by who might say it, nothing unheard-of ignored."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ledger.compose.event import Draft
from ledger.prove import trace as prover
from ledger.signing.signer import generate
from tests.verifier.judgement.chronicle import admission, key_draft, key_uri, policy_draft, revocation
from tests.verifier.proof.steps.forging import failure, judged, proved, proved_without, rerooted, said, smuggled
from tests.world import now
from verifier.judgement.needs import registry_needs
from verifier.ledgerformat.head import State
from verifier.ledgerformat.subject import subject_name
from verifier.primitives.keys import EDDSA
from verifier.proof.bundle import MISSING, RESTRICTED, Erased


def _key(world, who: str) -> str:
    return key_uri(world.cast[who].signer.public)


def test_it_says_how_many_histories_and_events(told):
    shown = sum(len(part.events) for part in told.proof.registry)
    found = said(judged(told.proof, told.standpoint), 4)["step4.registry"]
    assert found["events"] == shown
    assert found["histories"] > 10


@pytest.mark.parametrize("section", ["turns", "nodes"])
def test_an_index_proof_that_shows_other_histories_is_refused(told, section):
    whole = getattr(told.proof.registry_index, section)
    bent = replace(told.proof.registry_index, **{section: whole[:-1] + bytes([whole[-1] ^ 0x80])})
    verdict = judged(told.proof, told.standpoint, registry_index=bent)
    assert failure(verdict)[:3] in (("altered", 4, "not-indexed"), ("altered", 4, "malformed"))


def test_a_revocation_that_is_left_out_is_missed(world, monkeypatch):
    (event,) = world.zone.say(world.cast["customs"], [revocation(world.cast["carrier"].signer.public)])
    assert judged(proved(world), world.standpoint()).outcome == "verified"
    bent = proved_without(world, event.name, monkeypatch)
    assert failure(judged(bent, world.standpoint()))[:3] == ("altered", 4, "not-indexed")


def test_a_policy_that_is_left_out_is_missed(world, monkeypatch):
    world.zone.adopt_policy("tax-too", ["clearance.release"], {"role": "tax"}, "税", "Tax")
    named = [name for name, head in world.zone.heads.items() if head.type == "registry.policy"]
    bent = proved_without(world, named[-1], monkeypatch)
    assert failure(judged(bent, world.standpoint()))[:3] == ("altered", 4, "not-indexed")


def test_registry_events_on_which_the_trace_does_not_rest_are_refused(world, monkeypatch):
    stray = ("registry", subject_name("urn:suyuan:agency:commerce"))
    key = ("registry", subject_name(_key(world, "commerce")))

    def needs(events, **how):
        found = registry_needs(events, **how)
        return {**found, stray: how["history_of"](stray), key: how["history_of"](key)}

    monkeypatch.setattr(prover, "registry_needs", needs)
    verdict = judged(proved(world), world.standpoint())
    assert failure(verdict) == ("altered", 4, "mismatch", "registry")


@pytest.mark.parametrize("state", [MISSING, RESTRICTED, Erased(bytes(32))])
def test_bodies_of_the_registry_are_there(told, state):
    """Of the charter they are asked for at step 1 already; here, of the first event behind it and its approvals."""
    place = next(at for at, part in enumerate(told.proof.registry) if part.leaf > 6)
    part = told.proof.registry[place]
    bent = replace(part, events=(replace(part.events[0], body=state), *part.events[1:]))
    registry = (*told.proof.registry[:place], bent, *told.proof.registry[place + 1 :])
    assert failure(judged(told.proof, told.standpoint, registry=registry)) == ("altered", 4, "mismatch", "body")


def test_a_statement_of_the_registry_that_its_key_did_not_sign_is_refused(told, story_world):
    place = next(at for at, part in enumerate(told.proof.registry) if b"registry.enterprise" in part.events[0].head)
    part = told.proof.registry[place]
    bent = replace(part, signature=bytes([part.signature[0] ^ 1]) + part.signature[1:])
    registry = (*told.proof.registry[:place], bent, *told.proof.registry[place + 1 :])
    forged = rerooted(story_world, replace(told.proof, registry=registry))
    assert failure(judged(forged, told.standpoint))[:3] == ("altered", 4, "bad-signature")


# What the ledger lets in, the verifier does not.


def test_what_belongs_to_the_roots_is_refused_under_a_statement_key(world, monkeypatch):
    draft = admission(world.cast["customs"], roles=["customs", "registrar", "inspection-quarantine"])
    smuggled(world, world.cast["customs"], draft, monkeypatch)
    verdict = judged(proved(world), world.standpoint())
    assert failure(verdict) == ("altered", 4, "not-permitted", "registry.agency")


def test_an_enterprise_admits_nobody(world, monkeypatch):
    world.cast["carrier"].prefixes = ("6901",)
    smuggled(world, world.cast["seller"], world.zone._enterprise(world.cast["carrier"]), monkeypatch)
    assert failure(judged(proved(world), world.standpoint()))[:3] == ("altered", 4, "not-permitted")


def test_a_key_with_two_uses_is_refused(world, monkeypatch):
    public = world.cast["payer"].signer.public
    smuggled(world, world.cast["customs"], key_draft(world.cast["seller"].uri, public), monkeypatch)
    verdict = judged(proved(world, walk="parties"), world.standpoint())
    assert failure(verdict) == ("altered", 4, "not-permitted", "key")


def test_a_key_of_another_use_signs_no_statement(world, monkeypatch):
    customs = world.cast["customs"]
    other = generate(EDDSA)
    world.zone.decree([key_draft(customs.uri, other.public, use="request")])
    honest, customs.signer = customs.signer, other
    smuggled(world, customs, world.zone._enterprise(world.cast["carrier"]), monkeypatch)
    customs.signer = honest
    assert failure(judged(proved(world), world.standpoint())) == ("altered", 4, "not-permitted", "key.use")


def test_a_registrars_key_says_what_its_scope_has_and_no_more(world, monkeypatch):
    customs = world.cast["customs"]
    narrow = generate(EDDSA)
    world.zone.decree([key_draft(customs.uri, narrow.public, types=["order.*"])])
    honest, customs.signer = customs.signer, narrow
    smuggled(world, customs, world.zone._enterprise(world.cast["carrier"]), monkeypatch)
    customs.signer = honest
    assert failure(judged(proved(world), world.standpoint())) == ("altered", 4, "not-permitted", "head.type")


def test_a_type_file_that_is_none_is_refused(world, monkeypatch):
    draft = Draft("registry.type", now(), {"type": "urn:suyuan:type:transport.object"}, {"file": "{}"})
    root = world.zone.agencies[0]
    root.signer, statement = root.root, root.signer
    smuggled(world, root, draft, monkeypatch)
    root.signer = statement
    assert failure(judged(proved(world), world.standpoint()))[:3] == ("altered", 4, "malformed")


def test_a_policy_that_makes_no_sense_is_refused(world, monkeypatch):
    root = world.zone.agencies[0]
    root.signer, statement = root.root, root.signer
    smuggled(world, root, policy_draft("x", ["transport.object"], {"nobody": 1}), monkeypatch)
    root.signer = statement
    assert failure(judged(proved(world), world.standpoint()))[:3] == ("altered", 4, "malformed")


# Who may say what it takes more than one to say.

_REASON = {"reason": "lost"}
_BASIS = {"what": ["/x"], "basis": {"zh": "a", "en": "b"}}
LATER = now() + 1_000_000
_AGENCIES = {"agency": "urn:suyuan:agency:customs", "successor": "urn:suyuan:agency:tax"}
OF_ROOTS = {
    "registry.suspension": {"data": _REASON, "until": LATER},
    "registry.restoration": {"data": _REASON},
    "registry.succession": {"subjects": _AGENCIES},
}


@pytest.mark.parametrize("kind", OF_ROOTS)
def test_what_roots_say_together_is_said_by_no_agency_alone(world, monkeypatch, kind):
    draft = Draft(kind, now(), **{"subjects": {"key": _key(world, "carrier")}, **OF_ROOTS[kind]})
    smuggled(world, world.cast["customs"], draft, monkeypatch)
    verdict = judged(proved(world), world.standpoint())
    assert failure(verdict)[:3] == ("altered", 4, "not-permitted")
    assert verdict.story is None


@pytest.mark.parametrize("kind", ["registry.reattestation", "registry.erasure"])
def test_an_enterprise_neither_attests_again_nor_orders_to_erase(world, monkeypatch, kind):
    target = world.events["packing"].name
    data = _BASIS if kind == "registry.erasure" else {}
    smuggled(world, world.cast["carrier"], Draft(kind, now(), data=data, about=(target,)), monkeypatch, target=target)
    assert failure(judged(proved(world), world.standpoint()))[:3] == ("altered", 4, "not-permitted")


def _grant(target: bytes) -> Draft:
    subjects = {"grant": f"urn:suyuan:grant:{'a' * 32}", "grantee": "urn:suyuan:agency:tax"}
    return Draft("registry.grant", now(), subjects, {"fields": ["/lines"]}, about=(target,), until=LATER)


def test_a_grant_stands_in_the_trace_by_the_principal_of_what_it_is_about_and_by_nobody_else(world, monkeypatch):
    target = world.events["packing"].name
    world.say("warehouse", _grant(target))
    assert judged(proved(world), world.standpoint()).outcome == "verified"
    smuggled(world, world.cast["carrier"], _grant(target), monkeypatch, target=target)
    assert failure(judged(proved(world), world.standpoint())) == ("altered", 4, "not-permitted", "head.about")


def test_an_order_about_a_permanent_body_is_refused(world, monkeypatch):
    target, root = world.events["product"].name, world.zone.agencies[0]
    draft = Draft("registry.erasure", now(), data={**_BASIS, "what": ["body"]}, about=(target,))
    root.signer, statement = root.root, root.signer
    smuggled(world, root, draft, monkeypatch, target=target)
    root.signer = statement
    assert failure(judged(proved(world), world.standpoint())) == ("altered", 4, "not-permitted", "head.about")


def test_a_registry_event_states_no_history(world, monkeypatch):
    draft = replace(revocation(world.cast["carrier"].signer.public), time=now())
    smuggled(world, world.cast["customs"], draft, monkeypatch, state=State("trace", bytes(32), 1, bytes(32)))
    assert failure(judged(proved(world), world.standpoint())) == ("altered", 4, "mismatch", "head.state")


def test_a_mandate_in_a_history_that_the_trace_does_not_use_changes_nothing(world, monkeypatch):
    seller, payer = world.cast["seller"].uri, world.cast["payer"].uri
    subjects = {"mandate": f"urn:suyuan:mandate:{'b' * 32}", "principal": seller, "agent": payer}
    draft = Draft("registry.mandate", now(), subjects, {"types": ["order.*"], "subjects": []}, until=LATER)
    smuggled(world, world.cast["seller"], draft, monkeypatch)
    assert judged(proved(world), world.standpoint()).outcome == "verified"
