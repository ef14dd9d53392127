"""Step 5, Authentic: each event is what its issuer signed, under a key and with an authority that held there."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from fixtures.zone.actors import Actor
from fixtures.zone.founding import heads_of_one
from ledger.compose.event import Draft
from ledger.prove import trace as prover
from ledger.signing.signer import generate
from tests.attacks.conftest import bend, fresh_unit, smuggle
from tests.verifier.judgement.chronicle import key_draft
from tests.verifier.proof.steps.forging import failure, judged, notices, proved, rerooted, said, smuggled
from tests.world import FIRM, ITEM, PARCEL, PRODUCT, UNIT, now
from verifier.ledgerformat.body import body_hash
from verifier.ledgerformat.disclosure import parse_disclosure
from verifier.ledgerformat.head import State, parse_head
from verifier.ledgerformat.subject import subject_name
from verifier.primitives.keys import EDDSA
from verifier.proof.bundle import RESTRICTED, Erased

OBSERVED = {"action": "OBSERVE"}


def _observe(*units: str) -> Draft:
    return Draft("transport.object", now(), {"epcs": list(units or (UNIT,))}, OBSERVED)


def _with_event(proof, kind: str, **changes):
    """Change one event of a type, as the proof shows it."""
    place = next(at for at, part in enumerate(proof.trace) if kind.encode() in part.events[0].head)
    part = proof.trace[place]
    bent = replace(part, events=(replace(part.events[0], **changes), *part.events[1:]))
    return replace(proof, trace=(*proof.trace[:place], bent, *proof.trace[place + 1 :]))


def test_it_says_how_many_events_and_issuers(told):
    verdict = judged(told.proof, told.standpoint)
    issuers = {each.event.head.issuer for each in verdict.story.timeline}
    assert said(verdict, 5) == {"step5.events": {"events": len(verdict.story.timeline), "issuers": len(issuers)}}


# What the proof shows against what was signed.


def test_a_statement_that_its_key_did_not_sign_is_refused(told, story_world):
    part = told.proof.trace[0]
    bent = replace(part, signature=bytes([part.signature[0] ^ 1]) + part.signature[1:])
    forged = rerooted(story_world, replace(told.proof, trace=(bent, *told.proof.trace[1:])))
    assert failure(judged(forged, told.standpoint)) == ("altered", 5, "bad-signature", "statement signature")


def test_a_body_of_other_bytes_is_refused(told):
    body = told.proof.trace[0].events[0].body
    bent = _with_event(told.proof, "filing.enterprise", body=body[:-1] + b" }")
    assert failure(judged(bent, told.standpoint)) == ("altered", 5, "mismatch", "body")


def test_a_disclosure_of_another_event_is_refused(told):
    stray = "WyJzc3Nzc3Nzc3Nzc3Nzc3Nzc3NzcyIsIi94IiwxXQ"
    bent = _with_event(told.proof, "transport.packing", disclosures=(stray,))
    assert failure(judged(bent, told.standpoint))[:2] == ("altered", 5)


def test_a_disclosure_of_the_event_is_told_and_not_twice(told, story_world):
    text = story_world.events["packing"].disclosures[0]
    verdict = judged(_with_event(told.proof, "transport.packing", disclosures=(text,)), told.standpoint)
    assert verdict.outcome == "verified"
    (shown,) = (each for event in verdict.story.timeline for each in event.disclosures)
    assert shown == parse_disclosure(text)
    twice = _with_event(told.proof, "transport.packing", disclosures=(text, text))
    assert failure(judged(twice, told.standpoint)) == ("altered", 5, "mismatch", "disclosures")


def test_an_event_of_no_history_of_the_trace_is_refused(world, monkeypatch):
    """Honestly said and recorded, by the same carrier, about another unit."""
    (stray,) = world.say("carrier", _observe(fresh_unit(1)))
    with world.ledger.store.read() as reader:
        row = reader.find_event(stray.name)
    honest = prover.statement_parts

    def parts(events, source, body_of):
        extra = [source.event(row)] if isinstance(events, list) else []
        return honest([*events, *extra], source, body_of)

    assert judged(proved(world), world.standpoint()).outcome == "verified"
    monkeypatch.setattr(prover, "statement_parts", parts)
    assert failure(judged(proved(world), world.standpoint())) == ("altered", 5, "mismatch", "trace")


@pytest.mark.parametrize("subject", [PRODUCT, f"{PRODUCT}/21/OTHER"])
def test_a_proof_under_another_subjects_name_is_refused(told, subject):
    assert failure(judged(told.proof, told.standpoint, subject=subject))[:3] == ("altered", 5, "mismatch")


def test_the_body_of_an_event_in_a_public_history_is_not_restricted(told):
    bent = _with_event(told.proof, "transport.packing", body=RESTRICTED)
    assert failure(judged(bent, told.standpoint)) == ("altered", 5, "mismatch", "body")


def test_the_body_of_an_event_in_cases_only_may_be_restricted_and_that_is_noticed(world):
    proof = proved(world, walk="parties")
    bent = _with_event(proof, "order.payment", body=RESTRICTED)
    verdict = judged(bent, world.standpoint())
    assert (verdict.outcome, "notice.restricted" in notices(verdict)) == ("verified", True)
    assert "notice.restricted" not in notices(judged(proof, world.standpoint()))


def test_a_permanent_body_is_there(told):
    for state in (RESTRICTED, 3, Erased(bytes(32))):
        bent = _with_event(told.proof, "filing.product", body=state)
        assert failure(judged(bent, told.standpoint)) == ("altered", 5, "mismatch", "body")


# What a ledger lets in.


def _key_of(world, who: str, **scope) -> Actor:
    """Give somebody a second key of another scope or use, and let it speak with that one."""
    actor = world.cast[who]
    signer = generate(EDDSA)
    world.zone.say(world.cast["customs"], [replace(key_draft(actor.uri, signer.public, **scope), time=now())])
    actor.signer = signer
    return actor


@pytest.mark.parametrize(
    ("scope", "field"),
    [
        ({"types": ["order.*"]}, "head.type"),
        ({"subjects": ["https://id.gs1.org/01/"]}, "body.subjects"),
        ({"use": "request"}, "key.use"),
    ],
)
def test_a_key_says_what_its_scope_has_and_no_more(world, monkeypatch, scope, field):
    carrier = _key_of(world, "carrier", **scope)
    smuggled(world, carrier, _observe(), monkeypatch)
    assert failure(judged(proved(world), world.standpoint())) == ("altered", 5, "not-permitted", field)


def test_a_key_says_nothing_after_its_term(world, monkeypatch):
    carrier = _key_of(world, "carrier", until=now() - 1000)
    smuggled(world, carrier, _observe(), monkeypatch)
    assert failure(judged(proved(world), world.standpoint())) == ("altered", 5, "not-permitted", "statement.kid")


def test_a_root_key_says_nothing_but_registry_events(world, monkeypatch):
    customs = world.cast["customs"]
    customs.signer = customs.root
    smuggled(world, customs, _observe(), monkeypatch)
    assert failure(judged(proved(world), world.standpoint())) == ("altered", 5, "not-permitted", "statement.kid")


def test_an_unregistered_key_says_nothing(world, monkeypatch):
    world.cast["carrier"].signer = generate(EDDSA)
    smuggled(world, world.cast["carrier"], _observe(), monkeypatch)
    assert failure(judged(proved(world), world.standpoint())) == ("altered", 5, "not-permitted", "statement.kid")


def test_a_statement_names_its_keys_holder(world, monkeypatch):
    thief = replace(world.cast["carrier"], uri=world.cast["warehouse"].uri)
    smuggled(world, thief, _observe(), monkeypatch)
    assert failure(judged(proved(world), world.standpoint())) == ("altered", 5, "not-permitted", "statement.iss")


def test_a_head_names_the_statements_issuer(world, monkeypatch):
    carrier = world.cast["carrier"]
    smuggled(world, carrier, _observe(), monkeypatch, issuer=world.cast["warehouse"].uri)
    assert failure(judged(proved(world), world.standpoint())) == ("altered", 5, "mismatch", "head.issuer")


@pytest.mark.parametrize(
    ("changes", "outcome"),
    [
        ({"joins": (("member", bytes(32)), ("trace", subject_name(UNIT)))}, ("altered", "mismatch", "head.joins")),
        ({"joins": (("trace", subject_name(PARCEL)),)}, ("altered", "mismatch", "head.joins")),
        ({"follows": (("trace", subject_name(PRODUCT)),)}, ("altered", "mismatch", "head.follows")),
        ({"about": (bytes(32),)}, ("altered", "not-permitted", "head.about")),
        ({"until": 5}, ("altered", "mismatch", "head.until")),
        ({"behalf": "urn:suyuan:agency:tax"}, ("altered", "not-permitted", "head.issuer")),
        ({"state": State("trace", bytes(32), 1, bytes(32))}, ("altered", "mismatch", "head.state")),
        ({"body": bytes(32)}, ("altered", "mismatch", "body")),
        ({"to": "urn:suyuan:agency:nobody"}, ("altered", "not-permitted", "head.to")),
    ],
)
def test_a_head_carries_what_follows_from_its_body_and_type(world, monkeypatch, changes, outcome):
    smuggled(world, world.cast["carrier"], _observe(), monkeypatch, **changes)
    found = failure(judged(proved(world), world.standpoint()))
    assert found == (outcome[0], 5, *outcome[1:])


def test_an_id_stands_once(world, monkeypatch):
    carrier = world.cast["carrier"]
    one, other = (carrier.compose(_observe(), world.zone.types) for _ in range(2))
    smuggle(world, carrier, [one], monkeypatch)
    world.ledger.writer.call(lambda: _forget_id(world, one.name)).result()
    smuggle(world, carrier, [bend(other, id=parse_head(one.head).id)], monkeypatch)
    assert failure(judged(proved(world), world.standpoint())) == ("altered", 5, "mismatch", "head.id")


def test_an_answer_stands_behind_what_it_answers(world, monkeypatch):
    """The endorsement is recorded first, and only then what it endorses."""
    carrier, customs = world.cast["carrier"], world.cast["customs"]
    later = carrier.compose(_observe(), world.zone.types)
    world.zone.heads[later.name] = heads_of_one(later)
    early = Draft("endorsement.recognised", now(), data={"seen": []}, about=(later.name,))
    smuggled(world, customs, early, monkeypatch, target=later.name)
    smuggle(world, carrier, [later], monkeypatch)
    assert failure(judged(proved(world), world.standpoint())) == ("altered", 5, "mismatch", "head.about")


def test_a_type_answers_only_what_its_file_names(world, monkeypatch):
    """An inspection is about a list, not about a parcel on its way."""
    inspection = world.cast["inspection"]
    honest = world.zone.types
    types = {**honest, "clearance.inspection": _answering_anything(honest["clearance.inspection"])}
    world.zone.types = types
    target = world.events["departing"].name
    draft = Draft("clearance.inspection", now(), data={"result": "conformant"}, about=(target,))
    smuggled(world, inspection, draft, monkeypatch, target=target)
    assert failure(judged(proved(world), world.standpoint())) == ("altered", 5, "not-permitted", "head.about")


def test_a_body_has_the_digests_of_its_type_and_no_value_in_clear(world, monkeypatch):
    carrier = world.cast["carrier"]
    event = carrier.compose(Draft("delivery.signed", now(), {"parcel": PARCEL}, {"carrier": FIRM}), world.zone.types)
    body = json.loads(event.body)
    body["_sd"] = {}
    spelt = json.dumps(body).encode()
    bent = replace(bend(event, body=body_hash(spelt)), body=spelt)
    smuggle(world, carrier, [bent], monkeypatch)
    assert failure(judged(proved(world), world.standpoint())) == ("altered", 5, "mismatch", "body._sd")


def test_authority_is_judged_here_too(world, monkeypatch):
    draft = Draft("transport.packing", now(), {"item": ITEM, "parcel": PARCEL}, {"line": 1})
    smuggled(world, world.cast["warehouse"], draft, monkeypatch)
    assert failure(judged(proved(world), world.standpoint())) == ("altered", 5, "not-permitted", "head.joins")


def _forget_id(world, name: bytes) -> None:
    """Change the id in the event's row, so that the database's constraint lets the same one in again."""
    with world.ledger.store.read() as reader:
        seq = reader.find_event(name).seq
    world.ledger.store.writer()._connection.execute("UPDATE event SET id = ? WHERE seq = ?", (bytes(16), seq))


def _answering_anything(kind):
    return replace(kind, answers=replace(kind.answers, types=("*",)))
