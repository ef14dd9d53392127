"""Files made by whoever holds keys that he may hold, to have a stranger believe what is not so."""

from __future__ import annotations

import pytest

from ledger.compose.event import Draft
from ledger.prove.log import shared_path
from ledger.prove.prover import cosigned_note
from tests.verifier.proof.steps.forging import proved
from tests.world import UNIT, World, now
from verifier.errors import MismatchError
from verifier.ledgerformat.statement import parse_statement
from verifier.proof.alone import verify_event
from verifier.proof.bundle import EventPart, StatementPart
from verifier.proof.eventproof import EventProof, format_event_proof, parse_event_proof


def _revoke(world: World, who: str) -> None:
    subjects = {"key": f"urn:suyuan:key:{world.cast[who].signer.public.kid.hex()}"}
    data = {"reason": "stolen", "compromisedSince": None}
    world.say("customs", Draft("registry.revocation", now(), subjects, data))


def _sighting(world: World, who: str = "carrier"):
    draft = Draft("transport.object", now(), {"epcs": [UNIT]}, {"action": "OBSERVE"})
    return world.cast[who].compose(draft, world.zone.types)


# An event that was never recorded.


def _unrecorded(world: World) -> tuple[EventProof, int]:
    """Return a proof of an event that the ledger never saw, which stands where a genuine seal stands."""
    carrier, event = world.cast["carrier"], _sighting(world)
    statement = parse_statement(carrier.sign([event], world.ledger.origin).statement)
    seal = proved(world).seals[-1]
    with world.ledger.sources() as sources:
        size = sources.reader.newest_checkpoint(quorum=True).size
        note = cosigned_note(sources.reader, size)
        path = shared_path(sources.log, size, {seal.leaf})
    shown = (EventPart(0, event.head, event.body),)
    part = StatementPart(seal.leaf, statement.protected, statement.first, 1, statement.signature, b"", shown)
    return EventProof(note, part, seal, path), seal.leaf


def test_an_event_in_the_place_of_the_seal_that_covers_it_is_not_recorded(world: World):
    """Whoever stole a key could say, after it was revoked, anything at any earlier time, without the ledger."""
    forged, leaf = _unrecorded(world)
    _revoke(world, "carrier")
    held = proved(world)
    assert leaf < held.seals[-1].leaf
    with pytest.raises(MismatchError, match="two entries"):
        verify_event(parse_event_proof(format_event_proof(forged)), held, world.standpoint())
