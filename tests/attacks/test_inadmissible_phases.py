"""A ledger goes on whose charter has expired, or waits: one file convicts it, and none for a charter."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from ledger.client.logtree import VerifiedTree
from ledger.compose.batch import sign_envelope
from ledger.compose.event import ComposedEvent, Draft
from ledger.witness.replay.convict_act import convict_act
from ledger.witness.replay.convict_statement import convict_statement
from ledger.witness.replay.judge import read_heads
from ledger.witness.replay.lies import INADMISSIBLE, Where
from ledger.witness.replay.past import open_past
from ledger.witness.replay.rows import ReplayRows
from ledger.witness.replay.source import read_batch
from ledger.witness.replay.standing import Sealed
from tests.attacks.conftest import reborn
from tests.attacks.forged import Served, Stage, staged
from tests.attacks.test_foreign_seals import by_root
from tests.verifier.proof.audit.forge import Block, Forge, MemorySource, Said, entries_of
from tests.world import DAY, World, now
from verifier.errors import InconsistentError
from verifier.judgement.replay import Replay
from verifier.ledgerformat.seal import parse_seal
from verifier.ledgerformat.statement import Statement, parse_entry
from verifier.primitives.checkpoint import parse_signed_checkpoint
from verifier.proof.evidence_kinds import INADMISSIBLE_ENVELOPE, confirm_evidence
from verifier.vocabulary import registry_types

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


# Before the founding charter is approved.


def early(stage: Stage, said: Said, *, approvals: int = 0) -> tuple[MemorySource, Stage]:
    """Return a log with one block more behind leaf 0 and so many approvals, and the stage with its charter's parts."""
    place, leaf = 1 + approvals, 2 + 2 * approvals
    assert all(len(block.said) == 1 for block in stage.blocks[:4]), "charter and approvals, a block each"
    later = [replace(block, time=block.time + 1) for block in stage.blocks[place:]]
    before = stage.blocks[:place]
    log = Forge(stage.world).build([*before, Block([said], before[-1].time + 1), *later])  # type: ignore[arg-type]
    moved = tuple(replace(part, leaf=part.leaf + 2 * (part.leaf >= leaf)) for part in stage.charter)
    return log, replace(stage, charter=moved)


def admission(stage: Stage) -> ComposedEvent:
    return stage.world.cast["customs"].compose(
        stage.world.zone._agency(stage.world.cast["tax"]), stage.world.zone.types
    )


def note(stage: Stage) -> Said:
    world = stage.world
    named = {"issuer": world.cast["customs"].uri, "subject": "https://notes.example/1"}
    entry = sign_envelope(bytes(32), world.cast["customs"].signer, **named, audience=[world.ledger.origin])
    return Said(entry, None)


EARLY: dict[str, tuple[Callable[[Stage], Said], str]] = {
    "an event": (lambda stage: stage.said(stage.event(1)), INADMISSIBLE),
    "an act of a root": (lambda stage: by_root(stage, "customs", admission(stage)), INADMISSIBLE),
    "another charter": (lambda stage: by_root(stage, "customs", next_charter(stage)), INADMISSIBLE),
    "a hash envelope": (note, INADMISSIBLE_ENVELOPE),
}


@pytest.mark.parametrize("name", EARLY)
def test_what_is_said_while_the_founding_charter_waits_is_convicted(stage: Stage, name: str):
    tell, kind = EARLY[name]
    for approvals in (0, 2):
        log, told = early(stage, tell(stage), approvals=approvals)
        found, data = told.convicted(log, anew=True)
        assert (found.word, found.where.leaf) == (INADMISSIBLE, 2 + 2 * approvals)
        convicted = confirm_evidence(data, stage.world.standpoint())
        assert (convicted.kind, convicted.facts["reason"]) == (kind, "phase")
        assert convicted.facts["leaf"] == found.where.leaf


def against_the_first_approval(stage: Stage, folder: Path) -> Iterator[bytes]:
    """Yield the files against the approval in leaf 2 of an honest log."""
    log, note_ = Served(stage.source), stage.source.checkpoint()
    checkpoint = parse_signed_checkpoint(note_)[0]
    entries = entries_of(stage.source)
    for convict in (convict_statement, convict_act):
        rows = ReplayRows(folder / f"{convict.__name__}.db")
        blocks = []
        for leaf in (0, 2):
            parsed = parse_entry(entries[leaf])
            assert isinstance(parsed, Statement)
            taken = read_heads(leaf, entries[leaf], parsed, *read_batch(log, leaf, parsed))
            blocks.append(Sealed([taken], parse_seal(entries[leaf + 1])))
        shown = {"note": note_, "tree": VerifiedTree(checkpoint, log.tile), "size": checkpoint.size}
        yield convict(open_past(rows, Replay(registry_types())), blocks, Where(2, 0), **shown)(stage.charter)  # type: ignore[arg-type]
        rows.close()


def test_an_approval_of_the_charter_that_waits_convicts_nobody(stage: Stage, tmp_path: Path):
    files = list(against_the_first_approval(stage, tmp_path))
    for data in files:
        with pytest.raises(InconsistentError, match="no evidence"):
            confirm_evidence(data, stage.world.standpoint())
    assert len(files) == 2
