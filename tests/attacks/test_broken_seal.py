"""A ledger breaks the chain of its seals: one file convicts it to everybody, and no file convicts an honest one."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path

import cbor2
import pytest

from ledger.signing.ledger_keys import generate_ledger_keys
from ledger.witness.replay.lies import BROKEN_SEAL
from tests.attacks.accusing import Accuser, bent, flipped, require_refused_or_true
from tests.attacks.conftest import reborn
from tests.attacks.forged import Stage, staged
from tests.ledger.witness.replay.test_convict_statement import live
from tests.vectors.cddl import Schema
from tests.verifier.proof.audit.forge import MemorySource, entries_of
from tests.world import World
from verifier.errors import InconsistentError, MalformedError, SuyuanError, UnsupportedError
from verifier.ledgerformat.seal import Seal, is_seal, parse_seal
from verifier.primitives.cose import Sign1, format_sign1, parse_sign1
from verifier.primitives.merkle import leaf_hash
from verifier.proof.bundle import parse_file
from verifier.proof.evidence import WORD
from verifier.proof.evidence_kinds import BROKEN_SEAL as KIND
from verifier.proof.evidence_kinds import confirm_evidence
from verifier.proof.evidence_seal import REASONS, format_seal_evidence, parse_seal_evidence, reason_against_seal

FORMATS = Path(__file__).parents[2] / "docs/formats.md"
CDDL = re.search(r"```cddl\n(.*?)```", FORMATS.read_text("utf-8"), re.DOTALL)[1]


@pytest.fixture(scope="module")
def stage(template: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """One log for all: nothing here changes it, each test forges what goes on from it."""
    folder = tmp_path_factory.mktemp("broken-seal")
    world = reborn(template, folder / "ledger")
    yield staged(world, folder)
    world.ledger.close()


def sealed(stage: Stage, **changes: Callable[[Seal], object]) -> MemorySource:
    """Return a log that goes on with two blocks of two leaves, the second of which has another seal."""
    leaf = stage.size + 5

    def bends(seal: Seal) -> Seal:
        changed = {name: change(seal) for name, change in changes.items()}
        return replace(seal, **changed) if seal.covered == leaf else seal

    blocks = [[stage.said(stage.event(2 * number)), stage.said(stage.event(2 * number + 1))] for number in (1, 2)]
    return stage.forged(*blocks, bends=bends)


def raw(stage: Stage, change: Callable[[Sign1], Sign1]) -> MemorySource:
    """Return such a log, the bytes of whose last seal are others."""
    log = sealed(stage)
    *entries, last = entries_of(log)
    return stage.rewritten([*entries, format_sign1(change(parse_sign1(last)))], log)


def payload(change: Callable[[list[object]], object]) -> Callable[[Sign1], Sign1]:
    return lambda signed: replace(signed, payload=cbor2.dumps(change(cbor2.loads(signed.payload)), canonical=True))


def header(change: Callable[[dict[int, object]], object]) -> Callable[[Sign1], Sign1]:
    return lambda signed: replace(signed, protected=cbor2.dumps(change(cbor2.loads(signed.protected)), canonical=True))


def never_sealed(stage: Stage) -> MemorySource:
    return stage.forged([stage.said(stage.event(1))], sealed=False)


def of_another_ledger(stage: Stage) -> MemorySource:
    return raw(stage, header(lambda held: {**held, 15: {1: "another.test/zone", 2: held[15][2]}}))


def holding_another(stage: Stage) -> MemorySource:
    """A block that joins up with the seal before the last."""
    older = leaf_hash(entries_of(stage.source)[-1])
    return sealed(stage, first=lambda _: stage.size, previous=lambda _: older)


LIES: dict[str, tuple[Callable[[Stage], MemorySource], str, list[int]]] = {  # leaves from the end of the honest log
    "a checkpoint without a seal": (never_sealed, "last", [0]),
    "a block that ends before it begins": (lambda st: sealed(st, first=lambda seal: seal.covered + 1), "shape", [5]),
    "no seal before, in a later block": (lambda st: sealed(st, previous=lambda _: None), "shape", [5]),
    "a payload that is no CBOR": (lambda st: raw(st, lambda each: replace(each, payload=b"\xff")), "shape", [5]),
    "a payload of seven members": (lambda st: raw(st, payload(lambda held: held[:7])), "shape", [5]),
    "a payload of no member": (lambda st: raw(st, payload(lambda _: [])), "shape", [5]),
    "no payload": (lambda st: raw(st, lambda each: replace(each, payload=None)), "shape", [5]),
    "an unprotected header": (lambda st: raw(st, lambda each: replace(each, unprotected={4: b""})), "shape", [5]),
    "a claim more": (
        lambda st: raw(st, header(lambda held: {**held, 15: {**held[15], 6: 1}})), "shape", [5],
    ),
    "of another ledger": (of_another_ledger, "origin", [5]),
    "leaves that it does not cover": (lambda st: sealed(st, covered=lambda seal: seal.covered + 1), "covered", [5]),
    "a leaf of its block left out": (lambda st: sealed(st, first=lambda seal: seal.first + 1), "first", [3, 5]),
    "a block that begins too early": (lambda st: sealed(st, first=lambda seal: seal.first - 1), "first", [1, 5]),
    "a block that holds the one before": (holding_another, "first", [2, 5]),
    "a first block that is none": (
        lambda st: sealed(st, first=lambda _: 0, previous=lambda _: None), "first", [None, 5],
    ),
    "another seal before": (lambda st: sealed(st, previous=lambda _: bytes(32)), "previous", [2, 5]),
    "the same time": (lambda st: sealed(st, time=lambda seal: seal.time - 1000), "time", [2, 5]),
    "an earlier time": (lambda st: sealed(st, time=lambda seal: seal.time - 1001), "time", [2, 5]),
}  # fmt: skip


@pytest.mark.parametrize("name", LIES)
def test_a_witness_convicts_by_the_file_alone(stage: Stage, name: str):
    make, reason, leaves = LIES[name]
    found, data = stage.convicted(make(stage), chunk=1 if len(name) % 2 else 20_000)
    shown = [1 if leaf is None else stage.size + leaf for leaf in leaves]
    assert (found.word, found.where.leaf) == (BROKEN_SEAL, shown[-1])
    convicted = confirm_evidence(data, stage.world.standpoint())
    assert (convicted.kind, convicted.origin) == (KIND, "ledger.test/zone")
    assert (convicted.facts["reason"], convicted.facts["leaves"]) == (reason, shown)
    assert Schema(CDDL).matches("broken-seal-evidence", data)
    assert format_seal_evidence(parse_seal_evidence(parse_file(data, WORD))) == data


def test_every_reason_is_tried():
    assert {reason for _, reason, _ in LIES.values()} == set(REASONS)


def test_the_first_seal_of_all_is_convicted_before_a_charter_is_in_force(stage: Stage):
    log = stage.rewritten(entries_of(stage.source), stage.source)
    entries = entries_of(log)
    second = parse_seal(entries[3])
    bad = stage.world.keys.sign_seal(replace(second.seal, previous=bytes(32))).entry
    found, data = stage.convicted(stage.rewritten([*entries[:3], bad, *entries[4:]], log), anew=True)
    assert found.where.leaf == 3
    assert confirm_evidence(data, stage.world.standpoint()).facts["leaves"] == [1, 3]


# What no file convicts of.


def other_key(stage: Stage) -> MemorySource:
    log = sealed(stage)
    *entries, last = entries_of(log)
    forger = generate_ledger_keys(stage.world.ledger.origin)
    return stage.rewritten([*entries, forger.sign_seal(parse_seal(last).seal).entry], log)


UNKNOWN = {
    "another version": payload(lambda held: [2, *held[1:]]),
    "another version of another shape": payload(lambda _: [2]),
    "another mapping": payload(lambda held: [*held[:6], 2, held[7]]),
    "another algorithm": header(lambda held: {**held, 1: -49}),
}


@pytest.mark.parametrize("name", UNKNOWN)
def test_a_seal_of_another_version_convicts_nobody(stage: Stage, name: str):
    log = raw(stage, UNKNOWN[name])
    found = stage.replayed(log)
    assert found
    assert (found.word, found.conviction) == (BROKEN_SEAL, None)
    accuser = Accuser(log, stage.charter)
    for leaves in ([5], [2, 5], [3, 5]):
        with pytest.raises(UnsupportedError):
            confirm_evidence(accuser.seal(*(stage.size + leaf for leaf in leaves)), stage.world.standpoint())


def test_a_seal_under_another_key_is_none_that_breaks_the_chain(stage: Stage):
    """Whose key seals follows from the charters, and that is evidence of another kind."""
    _require_none_convicts(other_key(stage), stage)


# What an honest ledger seals.


def _require_none_convicts(log: MemorySource, stage: Stage) -> None:
    """Require that neither one entry nor any two of a log are a reason against it."""
    accuser, origin = Accuser(log, stage.charter), stage.world.ledger.origin
    for leaves in [*combinations(range(len(accuser.entries)), 2), *((leaf,) for leaf in range(len(accuser.entries)))]:
        entries = {leaf: accuser.entries[leaf] for leaf in leaves}
        try:
            reason = reason_against_seal(entries, size=len(accuser.entries), origin=origin)
        except MalformedError:
            assert not is_seal(accuser.entries[leaves[-1]])
            continue
        assert reason is None, leaves


def test_no_entry_of_an_honest_log_convicts_it(stage: Stage):
    _require_none_convicts(stage.source, stage)
    accuser, picked = Accuser(stage.source, stage.charter), random.Random(2)
    seals = [leaf for leaf, entry in enumerate(accuser.entries) if is_seal(entry)]
    for leaf in picked.sample(seals[1:], 8):
        for leaves in ([leaf], [leaf - 1, leaf], [picked.randrange(leaf), leaf]):
            with pytest.raises(InconsistentError, match="no evidence"):
                confirm_evidence(accuser.seal(*leaves), stage.world.standpoint())


def test_every_checkpoint_that_an_honest_ledger_signed_ends_with_a_seal(stage: Stage):
    entries = entries_of(stage.source)
    signed = []
    for size in range(1, len(entries) + 1):
        try:
            stage.world.ledger.prover.checkpoint(size)
        except SuyuanError:
            continue
        signed.append(size)
        one = {size - 1: entries[size - 1]}
        assert reason_against_seal(one, size=size, origin=stage.world.ledger.origin) is None
    assert len(signed) > 20


@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.soak) for seed in range(1, 9))])
def test_no_seal_of_a_random_life_convicts(world: World, tmp_path: Path, seed: int):
    live(world, random.Random(seed), 28)
    stage = staged(world, tmp_path)
    _require_none_convicts(stage.source, stage)


def test_no_member_can_be_bent_to_convict_an_honest_ledger(stage: Stage):
    accuser, standpoint, picked = Accuser(stage.source, stage.charter), stage.world.standpoint(), random.Random(3)
    seals = [leaf for leaf, entry in enumerate(accuser.entries) if is_seal(entry)]
    for leaf in picked.sample(seals[1:], 3):
        for leaves in ([leaf], [leaf - 2, leaf], [leaf - 1, leaf]):
            for what, data in bent(accuser.seal(*leaves), picked):
                try:
                    found = confirm_evidence(data, standpoint)
                except SuyuanError:
                    continue
                pytest.fail(f"{what}: {found}")


# No byte of a file that convicts makes it convict of something else.


@dataclass(frozen=True)
class Lie:
    """A file that convicts."""

    data: bytes


IN_SUITE = ("a checkpoint without a seal", "another seal before", "a leaf of its block left out")


@pytest.fixture(
    scope="module", params=[pytest.param(name, marks=() if name in IN_SUITE else pytest.mark.soak) for name in LIES]
)
def lie(stage: Stage, request: pytest.FixtureRequest) -> Lie:
    return Lie(stage.convicted(LIES[request.param][0](stage))[1])


def test_every_byte_counts(stage: Stage, lie: Lie):
    for what, data in flipped(lie.data, random.Random(7), 40):
        require_refused_or_true(lie.data, data, stage.world.standpoint(), what)


@pytest.mark.soak
def test_every_single_byte_counts(stage: Stage, lie: Lie):
    for what, data in flipped(lie.data, random.Random(3), len(lie.data)):
        require_refused_or_true(lie.data, data, stage.world.standpoint(), what)


def test_a_bent_file_convicts_of_nothing_else(stage: Stage, lie: Lie):
    for what, data in bent(lie.data, random.Random(5)):
        require_refused_or_true(lie.data, data, stage.world.standpoint(), what)
