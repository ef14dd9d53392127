"""One told parcel, proved once, for every test of this folder."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from ledger.compose.event import Draft
from tests.world import ITEM, UNIT, World, found_world, now, tell_parcel
from verifier.proof.examination import Standpoint
from verifier.proof.traceproof import TraceProof, parse_trace_proof

STEPS = ("OBSERVE", "OBSERVE", "DELETE")


@dataclass(frozen=True, slots=True)
class Told:
    """A proof of the whole story, and who asks for it at this moment: tests may sign long after it was told."""

    data: bytes
    proof: TraceProof
    world: World

    @property
    def standpoint(self) -> Standpoint:
        return self.world.standpoint()


@pytest.fixture(scope="session")
def story_world(tmp_path_factory) -> Iterator[World]:
    """A world in which one parcel's life was told; tests of this folder only read it."""
    world = found_world(tmp_path_factory.mktemp("story"))
    tell_parcel(world)
    world.say("carrier", *[Draft("transport.object", now(), {"epcs": [UNIT]}, {"action": step}) for step in STEPS])
    yield world
    world.ledger.close()


@pytest.fixture(scope="session")
def told(story_world: World) -> Told:
    """The public proof of the item."""
    data = story_world.trace(ITEM)
    return Told(data, parse_trace_proof(data), story_world)
