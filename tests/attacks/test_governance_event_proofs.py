"""One event by itself, before a registry that leaves out what ended its key."""

from __future__ import annotations

import pytest

from ledger.compose.event import ComposedEvent, Draft
from ledger.prove.prover import cosigned_note
from ledger.prove.receipt import prove_event
from tests.attacks.conftest import smuggle
from tests.verifier.proof.steps.forging import proved
from tests.world import DAY, ITEM, World, handle, now
from verifier.errors import IncompleteError, NotPermittedError, SuyuanError
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
