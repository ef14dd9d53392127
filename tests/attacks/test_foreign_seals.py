"""A ledger seals under another key than its charter's: one file convicts it, and no file convicts an honest one."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from ledger.compose.event import ComposedEvent, Draft
from ledger.signing.ledger_keys import LedgerKeys, generate_ledger_keys
from ledger.witness.replay.lies import BROKEN_SEAL
from tests.attacks.accusing import Accuser, bent, flipped, require_refused_or_true
from tests.attacks.at_hand import at_hand
from tests.attacks.conftest import reborn
from tests.attacks.forged import Stage, staged
from tests.vectors.cddl import Schema
from tests.verifier.proof.audit.forge import MemorySource, Said, entries_of
from tests.world import World, now
from verifier.errors import (
    InconsistentError,
    MismatchError,
    NotIndexedError,
    NotPermittedError,
    SuyuanError,
    UntrustedError,
)
from verifier.ledgerformat.batch_answer import SHOWN, AnsweredEvent, format_batch_answer
from verifier.ledgerformat.head import parse_head
from verifier.ledgerformat.seal import SignedSeal, is_seal, parse_seal
from verifier.primitives.keys import format_key
from verifier.primitives.merkle import leaf_hash
from verifier.proof.bundle import parse_file
from verifier.proof.evidence import WORD
from verifier.proof.evidence_foreign_seal import (
    REASONS,
    confirm_foreign_seal,
    format_foreign_seal_evidence,
    parse_foreign_seal_evidence,
)
from verifier.proof.evidence_kinds import FOREIGN_SEAL, confirm_evidence

FORMATS = Path(__file__).parents[2] / "docs/formats.md"
CDDL = re.search(r"```cddl\n(.*?)```", FORMATS.read_text("utf-8"), re.DOTALL)[1]


@pytest.fixture(scope="module")
def stage(template: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """One log for all: nothing here changes it, each test forges what goes on from it."""
    folder = tmp_path_factory.mktemp("foreign-seal")
    world = reborn(template, folder / "ledger")
    yield staged(world, folder)
    world.ledger.close()


def stranger(stage: Stage) -> LedgerKeys:
    return generate_ledger_keys(stage.world.ledger.origin)


def resealed(stage: Stage, log: MemorySource, sign: Callable[[SignedSeal], bytes]) -> MemorySource:
    """Return a log of which the last seal is another."""
    *entries, last = entries_of(log)
    return stage.rewritten([*entries, sign(parse_seal(last))], log)


def said(stage: Stage) -> MemorySource:
    return stage.forged([stage.said(stage.event(1))])


def other_key(stage: Stage) -> MemorySource:
    keys = stranger(stage)
    return resealed(stage, said(stage), lambda seal: keys.sign_seal(seal.seal).entry)


def forged_signature(stage: Stage) -> MemorySource:
    return resealed(stage, said(stage), lambda seal: replace(seal, signature=bytes(64)).entry)


def handed_over(stage: Stage, keys: LedgerKeys) -> list[Said]:
    """Return a charter that hands the seals over to other keys, with its approvals."""
    world, zone = stage.world, stage.world.zone
    draft = zone._charter()
    data = json.loads(json.dumps(dict(draft.data)))
    data["version"], data["previous"] = 2, world.ledger.head.replay.founding.name.hex()
    data["seal"] = format_key(keys.seal.public)
    event = world.cast["customs"].compose(replace(draft, data=data), zone.types)
    approval = Draft("registry.approval", now(), about=(event.name,))
    approvals = [(who, world.cast[who].compose(approval, zone.types, [parse_head(event.head)])) for who in ROOTS]
    return [by_root(stage, who, each) for who, each in (("customs", event), *approvals)]


def by_root(stage: Stage, who: str, event: ComposedEvent) -> Said:
    statement = stage.world.cast[who].sign([event], stage.world.ledger.origin, as_root=True).statement
    return Said(statement, format_batch_answer([AnsweredEvent(event.head, SHOWN, event.body)]))


def not_handed_over(stage: Stage) -> MemorySource:
    """The old key goes on behind a charter that hands the seals over to another."""
    return stage.forged(handed_over(stage, stranger(stage)))


LIES: dict[Callable[[Stage], MemorySource], str] = {
    other_key: "key",
    forged_signature: "signature",
    not_handed_over: "key",
}
ROOTS = ("customs", "inspection", "tax")


@pytest.mark.parametrize("tell", LIES)
def test_a_witness_convicts_by_the_file_alone(stage: Stage, tell):
    log = tell(stage)
    for chunk in (1, 20_000):
        found, data = stage.convicted(log, chunk=chunk)
        assert (found.word, found.where.leaf) == (BROKEN_SEAL, len(entries_of(log)) - 1)
        convicted = confirm_evidence(data, stage.world.standpoint())
        assert (convicted.kind, convicted.origin) == (FOREIGN_SEAL, "ledger.test/zone")
        assert (convicted.facts["reason"], convicted.facts["leaf"]) == (LIES[tell], found.where.leaf)
        assert Schema(CDDL).matches("foreign-seal-evidence", data)
        assert format_foreign_seal_evidence(parse_foreign_seal_evidence(parse_file(data, WORD))) == data


def chained(stage: Stage, before: bytes, entries: list[bytes]) -> Iterator[bytes]:
    """Yield what follows the first seal, every seal over the one before it."""
    for entry in entries[2:]:
        if is_seal(entry):
            before = stage.world.keys.sign_seal(replace(parse_seal(entry).seal, previous=leaf_hash(before))).entry
            yield before
        else:
            yield entry


def test_the_seal_of_the_founding_block_is_convicted_once_the_charter_is_in_force(stage: Stage):
    """Which key had to seal it is known when it is approved: a seal behind it shows the charter."""
    entries, keys = entries_of(stage.source), stranger(stage)
    first = keys.sign_seal(parse_seal(entries[1]).seal).entry
    log = stage.rewritten([entries[0], first, *chained(stage, first, entries)], stage.source)
    found, data = stage.convicted(log, anew=True)
    assert found.where.leaf == 1
    convicted = confirm_evidence(data, stage.world.standpoint())
    assert (convicted.kind, convicted.facts["leaf"], convicted.facts["reason"]) == (FOREIGN_SEAL, 1, "key")


def test_every_reason_is_tried():
    assert set(LIES.values()) == set(REASONS)


# What an honest ledger seals.


def test_no_seal_of_an_honest_log_convicts_it(stage: Stage):
    with at_hand(stage, said(stage)) as hand:
        data = hand.seal()
    with pytest.raises(InconsistentError, match="no evidence"):
        confirm_evidence(data, stage.world.standpoint())


def honestly_handed_over(stage: Stage) -> MemorySource:
    keys = stranger(stage)
    return resealed(stage, stage.forged(handed_over(stage, keys)), lambda seal: keys.sign_seal(seal.seal).entry)


def test_a_file_that_leaves_the_newest_charter_out_convicts_nobody(stage: Stage):
    log = honestly_handed_over(stage)
    assert stage.replayed(log) is None
    with at_hand(stage, log) as hand:
        data = hand.seal()
    standpoint = stage.world.standpoint()
    with pytest.raises(InconsistentError, match="no evidence"):
        confirm_evidence(data, standpoint)
    evidence = parse_foreign_seal_evidence(parse_file(data, WORD))
    leaves = [part.leaf for part in evidence.registry]
    newest = {leaf for leaf in leaves if leaf >= stage.size}
    for left in (newest, *({leaf} for leaf in leaves)):
        fewer = tuple(part for part in evidence.registry if part.leaf not in left)
        kept = {part.leaf for part in fewer} | {part.leaf for part in evidence.seals}
        bent_ = replace(evidence, registry=fewer, path=Accuser(log, stage.charter).path(*kept))
        with pytest.raises((UntrustedError, NotIndexedError, MismatchError, NotPermittedError)):
            confirm_foreign_seal(bent_, standpoint)


def test_no_member_can_be_bent_to_convict_an_honest_ledger(stage: Stage):
    with at_hand(stage, honestly_handed_over(stage)) as hand:
        file = hand.seal()
    picked = random.Random(3)
    for what, data in picked.sample([*bent(file, picked)], 150):
        try:
            found = confirm_evidence(data, stage.world.standpoint())
        except SuyuanError:
            continue
        pytest.fail(f"{what}: {found}")


# No byte of a file that convicts makes it convict of something else.


@pytest.mark.parametrize("tell", [other_key, pytest.param(not_handed_over, marks=pytest.mark.soak)])
def test_every_byte_counts(stage: Stage, tell):
    file = stage.convicted(tell(stage))[1]
    picked = random.Random(5)
    for what, data in (*flipped(file, picked, 40), *picked.sample([*bent(file, picked)], 100)):
        require_refused_or_true(file, data, stage.world.standpoint(), what)


@pytest.mark.soak
@pytest.mark.parametrize("tell", LIES)
def test_every_single_byte_counts(stage: Stage, tell):
    file = stage.convicted(tell(stage))[1]
    for what, data in flipped(file, random.Random(3), len(file)):
        require_refused_or_true(file, data, stage.world.standpoint(), what)
