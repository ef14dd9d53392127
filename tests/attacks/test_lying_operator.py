"""Files made by whoever holds keys that he may hold, to have a stranger believe what is not so."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from fixtures.zone.actors import Actor, enterprise
from ledger.compose.event import ComposedEvent, Draft
from ledger.prove.log import Leaves, shared_path
from ledger.prove.notes import cosigned_note
from ledger.prove.receipt import prove_event
from ledger.signing.signer import generate
from tests.attacks.conftest import examined, failed_step
from tests.attacks.forger import part_of, relogged, size_of
from tests.verifier.judgement.chronicle import key_draft
from tests.verifier.proof.steps.forging import proved
from tests.world import FIRM, UNIT, World, handle, now, uscc
from verifier.errors import MismatchError
from verifier.ledgerformat.head import event_name
from verifier.ledgerformat.statement import parse_statement
from verifier.primitives.keys import ES256, format_key
from verifier.proof.alone import VerifiedEvent, verify_event
from verifier.proof.bundle import MISSING, RESTRICTED, BodyState, Erased, EventPart, StatementPart
from verifier.proof.eventproof import EventProof, format_event_proof, parse_event_proof
from verifier.proof.traceproof import TraceProof, format_trace_proof
from verifier.proof.verify import examine_trace
from verifier.rendering import render_verdict

PLACED = {"platform": FIRM, "seller": FIRM, "lineCount": 1}


def _revoke(world: World, who: str) -> None:
    subjects = {"key": f"urn:suyuan:key:{world.cast[who].signer.public.kid.hex()}"}
    data = {"reason": "stolen", "compromisedSince": None}
    world.say("customs", Draft("registry.revocation", now(), subjects, data))


def _sighting(world: World, who: str = "carrier"):
    return world.cast[who].compose(_draft_of_sighting("OBSERVE"), world.zone.types)


def _draft_of_sighting(action: str) -> Draft:
    return Draft("transport.object", now(), {"epcs": [UNIT]}, {"action": action})


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


# A body that is kept from the reader.


def _shown_as(world: World, name: str, state: BodyState) -> VerifiedEvent:
    """Return what an event proof says whose body somebody took out on the way."""
    held = proved(world, walk="parties")
    with world.ledger.sources() as sources:
        size = sources.reader.newest_checkpoint(quorum=True).size
        stored, note = sources.reader.find_event(world.events[name].name), cosigned_note(sources.reader, size)
        proof = prove_event(stored, size=size, note=note, body=state, sources=sources)
    return verify_event(parse_event_proof(format_event_proof(proof)), held, world.standpoint())


@pytest.mark.parametrize(
    ("name", "state"),
    [("departing", RESTRICTED), ("departing", MISSING), ("waybill", MISSING), ("delivery", RESTRICTED)],
)
def test_an_event_proof_does_not_keep_back_what_is_permanent_or_public(world: World, name: str, state: BodyState):
    """Without its body nobody sees that an event is beyond the scope of its key, or joins what it does not name."""
    with pytest.raises(MismatchError, match="body"):
        _shown_as(world, name, state)


def test_an_event_proof_leaves_open_whether_an_order_erased_the_body(world: World):
    """No order stands in it: whoever believes it nevertheless was told."""
    order = bytes(range(32))
    unchecked = {each.key: each.values for each in _shown_as(world, "payment", Erased(order)).unchecked}
    assert unchecked["unchecked.erasure"] == {"order": order.hex()}
    with pytest.raises(MismatchError, match="permanent"):
        _shown_as(world, "departing", Erased(order))


def test_an_event_proof_that_may_keep_a_body_back_says_so(world: World):
    keys = {each.key for each in _shown_as(world, "payment", RESTRICTED).unchecked}
    assert "unchecked.bodies" in keys


# Acts of agencies, recorded again.


def _readmitted(world: World) -> tuple[Actor, str, TraceProof]:
    """A carrier spoke, and was then admitted as no carrier; return it, what it spoke of, and the proof of that."""
    zone, customs = world.zone, world.cast["customs"]
    shop = enterprise(uscc("91330100MA2TEXT66"), "店", "Shop", ["platform"])
    zone.admit_enterprises(customs, [shop])
    order = handle("order", "of the shop")
    zone.say(shop, [Draft("order.placed", now(), {"order": order}, PLACED)])
    zone.say(customs, [zone._enterprise(replace(shop, roles=("warehouse",)))])
    return shop, order, proved(world, order)


def _again(world: World, shop: Actor, order: str) -> ComposedEvent:
    return shop.compose(Draft("order.placed", now(), {"order": order}, PLACED), world.zone.types)


def _words(part: StatementPart) -> set[bytes]:
    return set(part.events[0].body.split(b'"'))


def test_a_forger_with_every_key_of_the_ledger_makes_files_that_verify(world: World):
    """Otherwise the forgeries below could be refused for the forger's own mistakes."""
    proof, carrier = proved(world, UNIT), world.cast["carrier"]
    forged = relogged(world, proof, trace=[part_of(world, carrier, [_sighting(world)], size_of(proof))])
    verdict = examine_trace(format_trace_proof(forged), world.standpoint())
    assert (verdict.outcome, len(verdict.story.timeline)) == ("verified", len(proof.trace) + 1)


def test_what_an_enterprise_lost_does_not_come_back_with_an_old_admission(world: World):
    shop, order, proof = _readmitted(world)
    size = size_of(proof)
    spoken = part_of(world, shop, [_again(world, shop, order)], size)
    refused = examine_trace(format_trace_proof(relogged(world, proof, trace=[spoken])), world.standpoint())
    assert (refused.outcome, failed_step(refused), refused.error.code) == ("altered", 5, "not-permitted")
    (old,) = (part for part in proof.registry if {b"Shop", b"platform"} <= _words(part))
    forged = relogged(world, proof, registry=[replace(old, leaf=size)], trace=[replace(spoken, leaf=size + 1)])
    verdict = examine_trace(format_trace_proof(forged), world.standpoint())
    assert (verdict.outcome, failed_step(verdict), verdict.error.field) == ("altered", 3, "statement.first")


def test_a_registry_event_in_two_statements_has_no_effect_twice(world: World):
    shop, order, proof = _readmitted(world)
    (old,) = (part for part in proof.registry if {b"Shop", b"platform"} <= _words(part))
    event = ComposedEvent(event_name(old.events[0].head), old.events[0].head, old.events[0].body, (), ())
    again = part_of(world, world.cast["customs"], [event], size_of(proof))
    spoken = part_of(world, shop, [_again(world, shop, order)], size_of(proof) + 1)
    forged = relogged(world, proof, registry=[again], trace=[spoken])
    verdict = examine_trace(format_trace_proof(forged), world.standpoint())
    assert (verdict.outcome, failed_step(verdict), verdict.error.field) == ("altered", 4, "event")


def test_one_batch_recorded_twice_does_not_say_one_thing_now_and_the_other_later(world: World):
    """An operator could put off what it does not like: a revocation, a refusal, the end of a story."""
    carrier = world.cast["carrier"]
    events = world.say("carrier", *[_draft_of_sighting(action) for action in ("OBSERVE", "DELETE")])
    proof = proved(world, UNIT)
    size, names = size_of(proof), [event.name for event in events]
    whole = proof.trace[-1]
    halves = [
        replace(whole, path=shared_path(Leaves(names), 2, [place]), events=(whole.events[place],)) for place in (0, 1)
    ]
    halved = replace(proof, trace=(*proof.trace[:-1], halves[0]))
    later = part_of(world, carrier, [_sighting(world)], size + 1)
    forged = relogged(world, halved, trace=[replace(halves[1], leaf=size), later])
    verdict = examine_trace(format_trace_proof(forged), world.standpoint())
    assert (verdict.outcome, failed_step(verdict), verdict.error.field) == ("altered", 3, "statement.first")


# One root holder alone.


def test_a_waiting_charter_that_claims_a_key_for_another_makes_no_honest_proof_look_altered(world: World):
    """The key waits for its registration, so that nobody but the charter that waits as well has it yet."""
    zone, customs = world.zone, world.cast["customs"]
    fresh = replace(customs, signer=generate(ES256), _sequence={})
    registration = replace(key_draft(customs.uri, fresh.signer.public), time=now())
    (waiting,) = zone.say(customs, [registration], as_root=True)
    draft = zone._charter()
    data = json.loads(json.dumps(dict(draft.data)))
    data["version"], data["previous"] = 2, world.ledger.head.replay.founding.name.hex()
    data["roots"][4] |= {"agency": "urn:suyuan:agency:impostor", "key": format_key(fresh.signer.public)}
    zone.say(world.cast["tax"], [replace(draft, data=data)], as_root=True)
    zone.approve([waiting.name])
    shop = enterprise(uscc("91330100MA2TEXT66"), "店", "Shop", ["platform"])
    zone.admit_enterprises(fresh, [shop])
    order = handle("order", "of the shop")
    zone.say(shop, [Draft("order.placed", now(), {"order": order}, PLACED)])
    assert examined(world, order).outcome == "verified"


# A name that a registrar wrote down as it was asked to.


def _verdict_under(world: World, name: str) -> tuple[str, str]:
    """Return what is told of an order of an enterprise that is admitted under a name; and who it is."""
    shop = enterprise(uscc("91330100MA2TEXT66"), name, name, ["platform"])
    world.zone.admit_enterprises(world.cast["customs"], [shop])
    order = handle("order", "of the shop")
    world.zone.say(shop, [Draft("order.placed", now(), {"order": order}, PLACED)])
    return render_verdict(examined(world, order), "en"), shop.uri


def test_an_enterprise_that_bears_an_agencys_name_is_told_apart_from_it(world: World):
    told, uri = _verdict_under(world, "Example Customs")
    (line,) = (line for line in told.split("\n") if "issued by Example Customs" in line)
    assert line.endswith(f"({uri})")


@pytest.mark.parametrize("blank", [" ", "\N{HANGUL FILLER}", "\N{BRAILLE PATTERN BLANK}"])
def test_a_name_does_not_reach_the_next_row_of_a_terminal_through_blanks(world: World, blank: str):
    told, _ = _verdict_under(world, "Shop" + 40 * blank + "co-signed by Example Customs · recognised")
    assert f"Shop{blank}{blank}" not in told
    assert "co-signed by Example Customs" in told, "what stands behind them is told"
