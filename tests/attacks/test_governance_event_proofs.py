"""One event by itself, before a registry that leaves out what ended its key."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ledger.compose.event import ComposedEvent, Draft
from ledger.prove.log import shared_path
from ledger.prove.notes import cosigned_note
from ledger.prove.receipt import prove_event
from tests.attacks.conftest import smuggle
from tests.verifier.proof.steps.forging import proved
from tests.world import DAY, ITEM, PARCEL, World, handle, now
from verifier.errors import IncompleteError, NotPermittedError, SuyuanError
from verifier.judgement.participants import key_subject
from verifier.proof.alone import VerifiedEvent, verify_event
from verifier.proof.eventproof import EventProof
from verifier.proof.traceproof import TraceProof


def _proof_of(world: World, event: ComposedEvent) -> EventProof:
    with world.ledger.sources() as sources:
        size = sources.reader.newest_checkpoint(quorum=True).size
        stored, note = sources.reader.find_event(event.name), cosigned_note(sources.reader, size)
        return prove_event(stored, size=size, note=note, body=event.body, sources=sources)


def _believed(world: World, event: ComposedEvent, held: TraceProof) -> VerifiedEvent:
    return verify_event(_proof_of(world, event), held, world.standpoint())


def _revoked(world: World, who: str) -> None:
    key = f"urn:suyuan:key:{world.cast[who].signer.public.kid.hex()}"
    data = {"reason": "stolen", "compromisedSince": None}
    world.zone.decree([Draft("registry.revocation", now(), {"key": key}, data)])


def _grant(world: World) -> ComposedEvent:
    """Return what opens the carrier's records to the seller: it stands in none of the carrier's own histories."""
    subjects = {"grant": handle("grant", "stolen"), "grantee": world.cast["seller"].uri}
    about = world.events["departing"].name
    draft = Draft("registry.grant", now(), subjects, {"fields": ["body"]}, until=now() + 30 * DAY, about=(about,))
    return world.cast["carrier"].compose(draft, world.zone.types, [world.zone.heads[about]])


@pytest.mark.parametrize("walk", ["public", "registry"])
def test_a_registry_that_does_not_know_the_life_of_a_key_proves_no_event_under_it(world: World, monkeypatch, walk):
    """In the registry walk of its holder a key's registration stands, and what ended it does not."""
    _revoked(world, "carrier")
    carrier = world.cast["carrier"]
    event = _grant(world)
    smuggle(world, carrier, [event], monkeypatch)
    held = proved(world, carrier.uri if walk == "registry" else ITEM, walk=walk)
    with pytest.raises((IncompleteError, NotPermittedError)):
        _believed(world, event, held)


def test_a_registry_that_knows_it_proves_one(world: World):
    """Otherwise the one above could be refused for another reason."""
    event = world.events["departing"]
    assert _believed(world, event, proved(world)).event.name == event.name


def test_what_is_missing_is_named(world: World):
    event = world.events["departing"]
    held = proved(world, world.cast["carrier"].uri, walk="registry")
    with pytest.raises(SuyuanError) as refused:
        _believed(world, event, held)
    assert isinstance(refused.value, IncompleteError)
    assert refused.value.todo


def _suspended_for_a_moment(world: World, subjects: dict[str, str]) -> None:
    until = now() + 1
    world.zone.decree([Draft("registry.suspension", now(), subjects, {"reason": "doubt"}, until=until)])
    while world.ledger.head.time <= until:
        world.endorse("customs", world.events["delivery"], "acknowledged")


def _without_seal(world: World, proof: EventProof) -> EventProof:
    with world.ledger.sources() as sources:
        size = sources.reader.newest_checkpoint(quorum=True).size
        path = shared_path(sources.log, size, {proof.statement.leaf})
    return replace(proof, seal=None, path=path)


@pytest.mark.parametrize("what", ["key", "agency"])
def test_an_event_after_a_suspension_is_not_believed_without_the_seal_that_tells_its_time(world: World, what):
    """Whoever leaves out the seal could have it judged by a time at which the suspension had ended."""
    market = world.cast["market"]
    subjects = {"key": key_subject(market.signer.public.kid), "agency": market.uri}
    _suspended_for_a_moment(world, {what: subjects[what]})
    event = world.endorse("market", world.events["delivery"], "acknowledged")
    held = proved(world, PARCEL, walk="parties")
    proof = _proof_of(world, event)
    assert verify_event(proof, held, world.standpoint()).event.name == event.name, "it had ended, and the seal says so"
    with pytest.raises(IncompleteError, match="seal"):
        verify_event(_without_seal(world, proof), held, world.standpoint())


def test_an_event_of_a_key_that_never_was_suspended_is_believed_without_its_seal(world: World):
    held = proved(world)
    proof = _without_seal(world, _proof_of(world, world.events["departing"]))
    assert verify_event(proof, held, world.standpoint()).time is None
