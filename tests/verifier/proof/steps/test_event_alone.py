"""One event by a registry that the verifier holds: what is established, what is not, and what is refused."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from ledger.compose.event import Draft
from ledger.prove.notes import cosigned_note
from ledger.prove.receipt import prove_bare_event, prove_event
from ledger.signing.signer import generate
from tests.attacks.conftest import bend, smuggle
from tests.verifier.judgement.chronicle import key_draft
from tests.verifier.proof.governed import mandate
from tests.verifier.proof.steps.forging import judged, proved, signed, smuggled
from tests.world import FIRM, ORDER, PARCEL, UNIT, now
from verifier.errors import (
    BadSignatureError,
    IncompleteError,
    MismatchError,
    NotPermittedError,
    SuyuanError,
    UntrustedError,
)
from verifier.ledgerformat.body import body_hash
from verifier.ledgerformat.head import State
from verifier.primitives.checkpoint import Checkpoint, parse_signed_checkpoint
from verifier.primitives.keys import EDDSA
from verifier.proof.alone import VerifiedEvent, verify_event
from verifier.proof.bundle import MISSING, RESTRICTED, Erased, SealPart
from verifier.proof.eventproof import EventProof, format_event_proof, parse_event_proof

QR_CODE = 2_953


def _proof(world, name: bytes, *, bare: bool = False) -> EventProof:
    """Return the proof that this ledger makes of an event, whatever it is worth."""
    world.cosign()
    with world.ledger.sources() as sources:
        size = sources.reader.newest_checkpoint(quorum=True).size
        note = cosigned_note(sources.reader, size)
        stored = sources.reader.find_event(name)
        if bare:
            return prove_bare_event(stored, size=size, note=note, sources=sources)
        return prove_event(stored, size=size, note=note, body=stored.body, sources=sources)


def _verify(world, proof: EventProof, *, held=None, **standpoint) -> VerifiedEvent:
    again = parse_event_proof(format_event_proof(proof))
    return verify_event(again, held or proved(world, walk="parties"), world.standpoint(**standpoint))


def _keys(found: VerifiedEvent) -> set[str]:
    return {each.key for each in found.unchecked}


def test_it_says_who_said_it_and_when_it_was_recorded(world):
    proof = _proof(world, world.events["delivery"].name)
    found = _verify(world, proof)
    assert (found.event.name, found.issuer.uri) == (world.events["delivery"].name, world.cast["carrier"].uri)
    assert (found.time, found.checkpoint.quorum) == (proof.seal.signed.seal.time, True)
    assert _keys(found) == {f"unchecked.{each}" for each in ("authority", "completeness", "recognition", "truth")}


def test_the_smallest_proof_fits_a_qr_code_and_leaves_its_time_unchecked(world):
    proof = _proof(world, world.events["departing"].name, bare=True)
    assert len(format_event_proof(proof)) <= QR_CODE
    found = _verify(world, proof)
    assert (found.time, "unchecked.time" in _keys(found)) == (None, True)


def test_without_a_quorum_it_is_said_that_there_is_none(world):
    proof = _proof(world, world.events["delivery"].name)
    checkpoint = parse_signed_checkpoint(proof.checkpoint)[0]
    found = _verify(world, replace(proof, checkpoint=signed(world, checkpoint, witnesses=1)))
    assert not found.checkpoint.quorum


@pytest.mark.parametrize("body", [RESTRICTED, MISSING])
def test_a_body_that_is_not_shown_is_not_read(world, body):
    proof = _proof(world, world.events["payment"].name)
    events = (replace(proof.statement.events[0], body=body),)
    found = _verify(world, replace(proof, statement=replace(proof.statement, events=events)))
    assert (found.event.body, found.body) == (None, body)


# What is held.


def test_a_registry_older_than_the_event_is_not_enough(world):
    held = proved(world, walk="parties")
    (later,) = world.say("carrier", Draft("transport.object", now(), {"epcs": [UNIT]}, {"action": "OBSERVE"}))
    with pytest.raises(IncompleteError, match="more than leaf"):
        _verify(world, _proof(world, later.name), held=held)


def test_a_registry_that_lacks_the_issuers_key_is_not_enough(world):
    with pytest.raises(IncompleteError, match="no history of"):
        _verify(world, _proof(world, world.events["payment"].name), held=proved(world))


def test_a_held_proof_that_does_not_verify_is_no_registry(world):
    held = proved(world, walk="parties")
    part = held.registry[-1]
    bent = replace(part, signature=bytes([part.signature[0] ^ 1]) + part.signature[1:])
    with pytest.raises(SuyuanError):
        _verify(
            world, _proof(world, world.events["payment"].name), held=replace(held, registry=(*held.registry[:-1], bent))
        )


# What is shown.


def test_another_path_or_seal_is_refused(world):
    proof = _proof(world, world.events["delivery"].name)
    with pytest.raises(MismatchError, match="log root"):
        _verify(world, replace(proof, path=bytes([proof.path[0] ^ 1]) + proof.path[1:]))
    signature = bytes([proof.seal.signed.signature[0] ^ 1]) + proof.seal.signed.signature[1:]
    with pytest.raises(BadSignatureError):
        _verify(world, replace(proof, seal=SealPart(proof.seal.leaf, replace(proof.seal.signed, signature=signature))))


def test_a_seal_that_does_not_cover_the_event_is_refused(world):
    one, other = (_proof(world, world.events[name].name) for name in ("delivery", "departing"))
    with pytest.raises(MismatchError, match="covers"):
        _verify(world, replace(one, seal=other.seal))


def test_a_statement_that_its_key_did_not_sign_is_refused(world):
    proof = _proof(world, world.events["delivery"].name)
    signature = bytes([proof.statement.signature[0] ^ 1]) + proof.statement.signature[1:]
    with pytest.raises((BadSignatureError, MismatchError)):
        _verify(world, replace(proof, statement=replace(proof.statement, signature=signature)))


def test_a_checkpoint_that_the_ledger_did_not_sign_is_refused(world):
    proof = _proof(world, world.events["delivery"].name)
    checkpoint = parse_signed_checkpoint(proof.checkpoint)[0]
    twin = replace(world, keys=replace(world.keys, checkpoint=generate(EDDSA)))
    with pytest.raises(UntrustedError):
        _verify(world, replace(proof, checkpoint=signed(twin, checkpoint)))
    other = Checkpoint("other.test/ledger", checkpoint.size, checkpoint.root)
    with pytest.raises(UntrustedError, match="origin"):
        _verify(world, replace(proof, checkpoint=signed(world, other)))


def test_an_event_states_a_history_only_where_its_type_says_so(world, monkeypatch):
    draft = Draft("delivery.signed", now(), {"parcel": PARCEL}, {"carrier": FIRM})
    state = State("trace", bytes(32), 1, bytes(32))
    name = smuggled(world, world.cast["carrier"], draft, monkeypatch, state=state)
    with pytest.raises(MismatchError, match=r"head\.state"):
        _verify(world, _proof(world, name))


def test_an_event_for_another_is_checked_by_a_registry_that_knows_its_mandates(world, monkeypatch):
    """Otherwise whoever has a key could say what it likes in an agency's name."""
    draft = Draft("delivery.signed", now(), {"parcel": PARCEL}, {"carrier": FIRM}, behalf=world.cast["carrier"].uri)
    elsewhere = _proof(world, smuggled(world, world.cast["payer"], draft, monkeypatch))
    held = proved(world, ORDER, walk="parties")
    with pytest.raises((IncompleteError, NotPermittedError)):
        verify_event(elsewhere, held, world.standpoint())
    mandate(world, "carrier", "payer", ["delivery.*"])
    (signed,) = world.say("payer", replace(draft, time=now()))
    held = proved(world, PARCEL, walk="parties")
    verdict = judged(held, world.standpoint())
    assert verdict.steps[3].passed, verdict.error
    assert verify_event(_proof(world, signed.name), held, world.standpoint()).issuer.uri == world.cast["carrier"].uri
    with pytest.raises(NotPermittedError, match="behalf"):
        verify_event(elsewhere, held, world.standpoint())


def test_an_erased_body_is_taken_as_such_and_its_order_is_not_checked(world, monkeypatch):
    proof = _proof(world, world.events["packing"].name)
    shown = replace(proof.statement.events[0], body=Erased(bytes(32)))
    found = _verify(world, replace(proof, statement=replace(proof.statement, events=(shown,))))
    assert found.event.body is None
    assert {"unchecked.erasure", "unchecked.bodies"} <= {each.key for each in found.unchecked}


def test_a_body_whose_subjects_are_not_those_of_the_head_is_refused(world, monkeypatch):
    """The head joins one parcel, and the body that people read names another."""
    carrier = world.cast["carrier"]
    draft = Draft("delivery.signed", now(), {"parcel": PARCEL}, {"carrier": FIRM})
    event = carrier.compose(draft, world.zone.types)
    body = json.loads(event.body)
    body["subjects"]["parcel"] = PARCEL[:-1] + ("0" if PARCEL[-1] != "0" else "1")
    spelt = json.dumps(body).encode()
    bent = replace(bend(event, body=body_hash(spelt)), body=spelt)
    smuggle(world, carrier, [bent], monkeypatch)
    with pytest.raises(MismatchError, match=r"head\.joins"):
        _verify(world, _proof(world, bent.name))


def test_a_key_says_what_its_scope_has_and_no_more(world, monkeypatch):
    carrier, signer = world.cast["carrier"], generate(EDDSA)
    draft = replace(key_draft(carrier.uri, signer.public, types=["order.*"]), time=now())
    world.zone.say(world.cast["customs"], [draft])
    carrier.signer = signer
    observed = Draft("transport.object", now(), {"epcs": [UNIT]}, {"action": "OBSERVE"})
    name = smuggled(world, carrier, observed, monkeypatch)
    with pytest.raises(NotPermittedError):
        _verify(world, _proof(world, name))
