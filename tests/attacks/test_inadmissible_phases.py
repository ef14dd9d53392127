"""A ledger whose charter has expired goes on: one file convicts it, and what brings about the next charter does not."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest

from ledger.compose.event import ComposedEvent, Draft
from ledger.witness.replay.lies import INADMISSIBLE
from tests.attacks.conftest import reborn
from tests.attacks.forged import Stage, staged
from tests.attacks.test_foreign_seals import by_root
from tests.verifier.proof.audit.forge import Block, Forge, MemorySource, Said
from tests.world import DAY, World, now
from verifier.proof.evidence_kinds import confirm_evidence

LATE = 400 * DAY


@pytest.fixture(scope="module")
def stage(template: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    folder = tmp_path_factory.mktemp("phases")
    world = reborn(template, folder / "ledger")
    yield staged(world, folder)
    world.ledger.close()


def late(stage: Stage, *said: Said) -> MemorySource:
    """Return a log that goes on after its charter has expired."""
    block = Block([*said], stage.blocks[-1].time + LATE)
    return Forge(stage.world).build([block], onto=stage.honest)  # type: ignore[arg-type]


def next_charter(stage: Stage) -> ComposedEvent:
    draft = stage.world.zone._charter()
    data = json.loads(json.dumps(dict(draft.data)))
    data["version"], data["previous"] = 2, stage.world.ledger.head.replay.founding.name.hex()
    return stage.world.cast["customs"].compose(replace(draft, data=data), stage.world.zone.types)


def revocation(stage: Stage) -> ComposedEvent:
    key = f"urn:suyuan:key:{stage.world.cast['carrier'].signer.public.kid.hex()}"
    draft = Draft("registry.revocation", now(), {"key": key}, {"reason": "lost", "compromisedSince": None})
    return stage.world.cast["customs"].compose(draft, stage.world.zone.types)


LIES = {
    "an event": (lambda stage: late(stage, stage.said(stage.event(1))), 0, 0),
    "the second of two": (lambda stage: late(stage, stage.said(stage.event(1), stage.event(2))), 0, 0),
    "an act of the registry": (lambda stage: late(stage, stage.said(revocation(stage), who="customs")), 0, 0),
    "an event behind a charter": (
        lambda stage: late(stage, by_root(stage, "customs", next_charter(stage)), stage.said(stage.event(1))), 1, 0,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", LIES)
def test_a_witness_convicts_by_the_file_alone(stage: Stage, name: str):
    tell, leaf, position = LIES[name]
    found, data = stage.convicted(tell(stage))
    assert (found.word, found.where.leaf) == (INADMISSIBLE, stage.size + leaf)
    convicted = confirm_evidence(data, stage.world.standpoint())
    assert (convicted.kind, convicted.facts["reason"]) == (INADMISSIBLE, "phase")
    assert (convicted.facts["leaf"], convicted.facts["position"]) == (stage.size + leaf, position)


def test_the_next_charter_is_cosigned(stage: Stage):
    assert stage.replayed(late(stage, by_root(stage, "customs", next_charter(stage)))) is None
