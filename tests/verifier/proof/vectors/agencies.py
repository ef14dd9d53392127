"""Recipes of what agencies do to each other's records: disputes, orders to erase, mandates, successions, zones."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from ledger.compose.event import Draft
from tests.verifier.proof.governed import (
    approve,
    compromise,
    leaf_of,
    mandate,
    observe,
    order,
    reattest,
    succeed,
    zone_policy,
)
from tests.verifier.proof.steps.forging import proved, proved_without, smuggled
from tests.verifier.proof.vectors.traces import _spell, _world
from tests.world import ORDER, UNIT, World, now
from verifier.ledgerformat.head import event_name
from verifier.proof.bundle import Erased
from verifier.proof.traceproof import TraceProof

OTHER = "https://id.gs1.org/01/06901234567885"
ALTERED = {"outcome": "altered", "exit_code": 1}
UNRECOGNISED = {"outcome": "not-recognised", "exit_code": 3}


def take_all(writer) -> None:
    """Take every recipe of this module, each upon a world of its own."""
    recipes: list[Callable] = [_disputed, _introduced, _erased, _for_another, _succeeded, _zones]
    for place, recipe in enumerate(recipes):
        with _world(writer, f"agencies-{place}") as world:
            recipe(writer.take, world)


def _disputed(take, world: World) -> None:
    seen = observe(world)
    compromise(world, "carrier", leaf_of(world, seen))
    take(
        "disputed",
        "A record under a key that the roots called compromised from its leaf on.",
        _spell(proved(world, UNIT)),
        world,
        refused=(7, "not-recognised", "transport.object"),
        **UNRECOGNISED,
    )
    again = reattest(world, "market", seen)
    take("attested-again", "The same record, after another agency stood for it.", _spell(proved(world, UNIT)), world)
    with pytest.MonkeyPatch.context() as patch:
        hidden = _spell(proved_without(world, again.name, patch, UNIT))
    take(
        "hidden-reattestation",
        "The re-attestation is left out of the trace.",
        hidden,
        world,
        outcome="incomplete",
        exit_code=3,
        refused=(6, "not-indexed", "index proof"),
    )


def _introduced(take, world: World) -> None:
    compromise(world, "customs", 1)
    take(
        "disputed-through-its-key",
        "The key of the registrar that registered the carrier's key is called compromised since before that.",
        _spell(proved(world, UNIT)),
        world,
        refused=(7, "not-recognised", "filing.enterprise"),
        **UNRECOGNISED,
    )


def _gone(proof: TraceProof, name: bytes, by: bytes) -> bytes:
    """Return the proof with one event's body said to be erased by an order."""
    trace = []
    for part in proof.trace:
        events = [replace(each, body=Erased(by)) if event_name(each.head) == name else each for each in part.events]
        trace.append(replace(part, events=tuple(events)))
    return _spell(replace(proof, trace=tuple(trace)))


def _erased(take, world: World) -> None:
    packing = world.events["packing"].name
    refused = {"refused": (5, "mismatch", "body"), **ALTERED}
    take("erased-without-an-order", "A body that nobody ordered to erase.", _gone(proved(world), packing, bytes(32)),
         world, **refused)  # fmt: skip
    said = order(world, world.events["packing"])
    approve(world, said, by_officer=False)
    lone = _gone(proved(world), packing, said.name)
    take("erased-without-the-officer", "Every root that it takes approved, the privacy officer did not.", lone, world,
         **refused)  # fmt: skip
    other = order(world, world.events["packing"])
    approve(world, other, roots=2)
    few = _gone(proved(world), packing, other.name)
    take("erased-by-too-few", "The privacy officer approved, and one root too few.", few, world, **refused)
    approve(world, said, roots=0)
    take("erased-by-order", "A body erased by an order in force.", _gone(proved(world), packing, said.name), world)


def _for_another(take, world: World) -> None:
    mandate(world, "carrier", "payer", ["transport.*"])
    observe(world, "payer", behalf="carrier")
    take("under-a-mandate-in-force", "An event that one says for another.", _spell(proved(world, UNIT)), world)
    draft = Draft("transport.object", now(), {"epcs": [UNIT]}, {"action": "OBSERVE"}, behalf=world.cast["carrier"].uri)
    with pytest.MonkeyPatch.context() as patch:
        smuggled(world, world.cast["platform"], draft, patch)
    take(
        "under-anothers-mandate",
        "An event said for another by somebody who has no mandate.",
        _spell(proved(world, UNIT)),
        world,
        refused=(5, "not-permitted", "head.behalf"),
        **ALTERED,
    )


def _succeeded(take, world: World) -> None:
    succeed(world, "inspection", "customs")
    data = _spell(proved(world, ORDER, walk="parties"))
    take("succeeded", "What an agency signed that another carries on for now.", data, world)


def _zones(take, world: World) -> None:
    zone_policy(world, "ningbo", ["filing.product"], {"role": "tax"})
    zone_policy(world, "hangzhou", ["filing.product"], {"role": "commerce"})
    names = {"zh": "示例奶粉", "en": "Example milk powder"}
    data = {"names": names, "hsCode": "1901101000", "origin": "NZ"}
    subjects = {"product": OTHER, "enterprise": world.cast["seller"].uri}
    (filed,) = world.say("seller", Draft("filing.product", now(), subjects, data))
    world.endorse("customs", filed)
    take(
        "two-zones-waiting",
        "Recognised by customs, and in neither of two zones.",
        _spell(proved(world, OTHER)),
        world,
        refused=(7, "not-recognised", "filing.product"),
        **UNRECOGNISED,
    )
    world.endorse("commerce", filed)
    take("two-zones", "Recognised in one zone of two: that is enough.", _spell(proved(world, OTHER)), world)
