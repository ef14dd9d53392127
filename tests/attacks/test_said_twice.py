"""A ledger records a number or an id twice: one file convicts it to everybody, and no file convicts an honest one."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path

import pytest

from fixtures.zone.actors import Actor
from ledger.compose.batch import sign_envelope
from ledger.signing.signer import generate
from ledger.witness.replay.lies import INADMISSIBLE
from tests.attacks.accusing import Accuser, bent, flipped, require_refused_or_true
from tests.attacks.conftest import bend, reborn
from tests.attacks.forged import Stage, staged
from tests.ledger.witness.replay.test_convict_statement import live
from tests.vectors.cddl import Schema
from tests.verifier.judgement.chronicle import key_draft
from tests.verifier.proof.audit.forge import Forge, MemorySource, Said, entries_of
from tests.world import World, now
from verifier.errors import InconsistentError, MalformedError, SuyuanError
from verifier.ledgerformat.head import parse_head
from verifier.ledgerformat.seal import is_seal
from verifier.ledgerformat.statement import parse_statement
from verifier.primitives.keys import ES256
from verifier.proof.bundle import parse_file
from verifier.proof.evidence import WORD
from verifier.proof.evidence_kinds import SAID_TWICE, confirm_evidence
from verifier.proof.evidence_twice import REASONS, TwiceEvidence, format_twice_evidence, parse_twice_evidence

FORMATS = Path(__file__).parents[2] / "docs/formats.md"
CDDL = re.search(r"```cddl\n(.*?)```", FORMATS.read_text("utf-8"), re.DOTALL)[1]


@pytest.fixture(scope="module")
def stage(template: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """One log for all: nothing here changes it, each test forges what goes on from it."""
    folder = tmp_path_factory.mktemp("said-twice")
    world = reborn(template, folder / "ledger")
    yield staged(world, folder)
    world.ledger.close()


def number_of(said: Said) -> int:
    return parse_statement(said.entry).first


def again(stage: Stage) -> list[list[Said]]:
    said = stage.said(stage.event(1))
    return [[said], [said]]


def again_in_one_block(stage: Stage) -> list[list[Said]]:
    return [[*again(stage)[0] * 2]]


def overlapping(stage: Stage) -> list[list[Said]]:
    """A batch that begins with the last number of another."""
    batch = stage.said(*(stage.event(number) for number in range(1, 4)))
    return [[batch], [stage.said(stage.event(4), stage.event(5), first=number_of(batch) + 2)]]


def around(stage: Stage) -> list[list[Said]]:
    """A batch that begins before another, and ends behind it."""
    inner = stage.said(stage.event(1), first=5001)
    return [[inner], [stage.said(*(stage.event(number) for number in range(2, 5)), first=5000)]]


def one_id(stage: Stage, number: int = 1) -> tuple[Said, Said]:
    event = stage.event(number)
    other = bend(stage.event(number + 1), id=parse_head(event.head).id)
    return stage.said(event), stage.said(stage.event(number + 2), other)


def id_again(stage: Stage) -> list[list[Said]]:
    return [[each] for each in one_id(stage)]


def id_in_one_block(stage: Stage) -> list[list[Said]]:
    return [[*one_id(stage)]]


def id_in_one_batch(stage: Stage) -> list[list[Said]]:
    event, other = stage.event(1), stage.event(2)
    return [[stage.said(stage.event(3), event, bend(other, id=parse_head(event.head).id))]]


def re_batched(stage: Stage) -> list[list[Said]]:
    """The same event under another number."""
    event = stage.event(1)
    return [[stage.said(event)], [stage.said(stage.event(2), event)]]


def id_of_another_before(stage: Stage) -> list[list[Said]]:
    """Somebody else has the same id, which is nobody's business, between the two."""
    event = stage.event(1)
    same = {"id": parse_head(event.head).id}
    honest = bend(stage.recall(), **same)
    return [[stage.said(event)], [stage.said(honest, who="market"), stage.said(bend(stage.event(3), **same))]]


LIES: dict[Callable[[Stage], list[list[Said]]], tuple[str, dict[str, list[int]]]] = {
    again: ("number", {"leaves": [0, 2]}),
    again_in_one_block: ("number", {"leaves": [0, 1]}),
    overlapping: ("number", {"leaves": [0, 2]}),
    around: ("number", {"leaves": [0, 2], "numbers": [5001, 5001]}),
    id_again: ("id", {"leaves": [0, 2], "positions": [0, 1]}),
    id_in_one_block: ("id", {"leaves": [0, 1], "positions": [0, 1]}),
    id_in_one_batch: ("id", {"leaves": [0, 0], "positions": [1, 2]}),
    re_batched: ("id", {"leaves": [0, 2], "positions": [0, 1]}),
    id_of_another_before: ("id", {"leaves": [0, 3], "positions": [0, 0]}),
}


@dataclass(frozen=True)
class Lie:
    """A file that convicts, and of what."""

    reason: str
    data: bytes


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(
            tell, marks=() if tell in (overlapping, id_again, id_in_one_batch) else pytest.mark.soak, id=tell.__name__
        )
        for tell in LIES
    ],
)
def lie(stage: Stage, request: pytest.FixtureRequest) -> Lie:
    return Lie(LIES[request.param][0], stage.convicted(stage.forged(*request.param(stage)))[1])


TOGETHER = (again, id_again, id_of_another_before)
"""Lies that a witness finds in other places where it has not written the first use down yet."""


@pytest.mark.parametrize(("tell", "chunk"), [*((tell, 1) for tell in LIES), *((tell, 20_000) for tell in TOGETHER)])
def test_a_witness_convicts_by_the_file_alone(stage: Stage, tell, chunk: int):
    reason, where = LIES[tell]
    found, data = stage.convicted(stage.forged(*tell(stage)), chunk=chunk)
    leaves = [stage.size + leaf for leaf in where["leaves"]]
    assert (found.word, found.where.leaf) == (INADMISSIBLE, leaves[1])
    convicted = confirm_evidence(data, stage.world.standpoint())
    assert (convicted.kind, convicted.origin, convicted.facts["reason"]) == (SAID_TWICE, "ledger.test/zone", reason)
    assert {**where, "leaves": leaves}.items() <= convicted.facts.items()
    assert Schema(CDDL).matches("said-twice-evidence", data)
    assert format_twice_evidence(parse_twice_evidence(parse_file(data, WORD))) == data


def test_an_approval_that_is_recorded_twice_before_the_charter_is_in_force(stage: Stage):
    """Nothing is written down so far."""
    founding, approval, *rest = stage.blocks
    blocks = [founding, approval, replace(approval, time=approval.time + 1), *rest]
    log = Forge(stage.world).build([replace(each, time=1000 * at) for at, each in enumerate(blocks, 1)])  # type: ignore[arg-type]
    found = stage.replayed(log, anew=True)
    assert found
    assert found.conviction
    assert found.where.leaf == 4
    charter = [replace(part, leaf=part.leaf + 2 * (part.leaf > 2)) for part in stage.charter]
    convicted = confirm_evidence(found.conviction(charter), stage.world.standpoint())
    assert (convicted.facts["leaves"], convicted.facts["reason"]) == ([2, 4], "number")


@dataclass
class Notary:
    """Somebody who may sign notes, and a log that goes on from there."""

    stage: Stage
    clerk: Actor

    def note(self, subject: str = "1") -> Said:
        named, audience = f"https://notes.example/{subject}", [self.stage.world.ledger.origin]
        entry = sign_envelope(bytes(32), self.clerk.signer, issuer=self.clerk.uri, subject=named, audience=audience)
        return Said(entry, None)

    def accuse(self, *blocks: list[Said]) -> bytes:
        """Return the file about the last two leaves of a log that goes on with these."""
        log = self.stage.forged(*blocks)
        leaves = [leaf for leaf, entry in enumerate(entries_of(log)) if leaf >= self.stage.size and not is_seal(entry)]
        shown = tuple((leaf, entries_of(log)[leaf]) for leaf in leaves[-2:])
        accuser = Accuser(log, self.stage.charter)
        path = accuser.path(*(leaf for leaf, _ in shown))
        return format_twice_evidence(TwiceEvidence(accuser.charter, log.checkpoint(), (), path, shown))


@pytest.fixture
def notary(world: World, tmp_path: Path) -> Notary:
    clerk = replace(world.cast["customs"], signer=generate(ES256), _sequence={})
    register = key_draft(clerk.uri, clerk.signer.public, subjects=["https://notes.example/"])
    world.zone.decree([replace(register, time=now())])
    return Notary(staged(world, tmp_path), clerk)


def test_a_hash_envelope_that_is_recorded_twice_convicts_by_the_file_alone(notary: Notary):
    """Signed once more it is the same: the signature is no part of what it is."""
    stage, note, other = notary.stage, notary.note(), notary.note("2")
    assert stage.replayed(stage.forged([note], [other])) is None
    for chunk in (1, 20_000):
        found, data = stage.convicted(stage.forged([note], [other, notary.note()]), chunk=chunk)
        assert (found.word, found.where.leaf) == (INADMISSIBLE, stage.size + 3)
        convicted = confirm_evidence(data, stage.world.standpoint())
        assert (convicted.kind, convicted.facts["reason"]) == (SAID_TWICE, "envelope")
        assert convicted.facts["leaves"] == [stage.size, stage.size + 3]
        assert Schema(CDDL).matches("said-twice-evidence", data)
        assert format_twice_evidence(parse_twice_evidence(parse_file(data, WORD))) == data


def test_no_two_hash_envelopes_of_an_honest_log_convict_it(notary: Notary):
    _require_acquitted(notary.stage.world, notary.accuse([notary.note(), notary.note("2")]))
    picked = random.Random(1)
    for what, data in bent(notary.accuse([notary.note(), notary.note("2")]), picked):
        try:
            found = confirm_evidence(data, notary.stage.world.standpoint())
        except SuyuanError:
            continue
        pytest.fail(f"{what}: {found}")


def test_statements_shown_as_hash_envelopes_make_no_evidence(notary: Notary):
    stage = notary.stage
    with pytest.raises(MalformedError):
        confirm_evidence(notary.accuse([stage.said(stage.event(1))] * 2), stage.world.standpoint())


def test_every_reason_is_tried():
    assert {reason for reason, _ in LIES.values()} | {"envelope"} == set(REASONS)


# What an honest ledger records.


def test_numbers_that_touch_and_ids_of_others_are_cosigned(stage: Stage):
    first = stage.said(stage.event(1), stage.event(2), first=7000)
    touching = stage.said(stage.event(3), first=7002)
    gap = stage.said(stage.event(4), first=6000)
    event = stage.event(5)
    of_another = bend(stage.recall(), id=parse_head(event.head).id)
    more = [[first, touching], [gap, stage.said(event)], [stage.said(of_another, who="market")]]
    assert stage.replayed(stage.forged(*more), chunk=1) is None


def test_no_two_things_of_an_honest_log_convict_it(stage: Stage):
    accuser = Accuser(stage.source, stage.charter)
    accused = 0
    for one, other in combinations(accuser.statements, 2):
        if accuser.alike(one, other):
            accused += 1
            _require_acquitted(stage.world, accuser.twice(one, other))
    assert accused > 100
    for leaf in accuser.statements:
        if accuser.count(leaf) > 1:
            _require_acquitted(stage.world, accuser.twice(leaf, leaf))


@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.soak) for seed in range(1, 9))])
def test_no_two_things_of_a_random_life_convict_it(world: World, tmp_path: Path, seed: int):
    live(world, random.Random(seed), 28)
    stage = staged(world, tmp_path)
    accuser = Accuser(stage.source, stage.charter)
    pairs = [pair for pair in combinations(accuser.statements, 2) if accuser.alike(*pair)]
    assert len(pairs) > 200
    for pair in random.Random(seed).sample(pairs, 60):
        _require_acquitted(world, accuser.twice(*pair))


def _require_acquitted(world: World, data: bytes) -> None:
    with pytest.raises(InconsistentError, match="no evidence"):
        confirm_evidence(data, world.standpoint())


def test_no_member_can_be_bent_to_convict_an_honest_ledger(stage: Stage):
    """One event shown as two, one statement at two leaves, other numbers, keys, issuers, paths."""
    accuser = Accuser(stage.source, stage.charter)
    picked = random.Random(11)
    pairs = [pair for pair in combinations(accuser.statements, 2) if accuser.alike(*pair)]
    standpoint = stage.world.standpoint()
    for pair in picked.sample(pairs, 8):
        for what, data in bent(accuser.twice(*pair), picked):
            try:
                found = confirm_evidence(data, standpoint)
            except SuyuanError:
                continue
            pytest.fail(f"{what}: {found}")


# No byte of a file that convicts makes it convict of something else.


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


def in_anothers_name(stage: Stage) -> MemorySource:
    event = stage.event(1)
    named = bend(stage.event(2, who="seller"), id=parse_head(event.head).id, issuer=stage.world.cast["carrier"].uri)
    return stage.forged([stage.said(event)], [stage.said(named, who="seller")])


def test_what_another_says_in_somebodys_name_convicts_of_no_id(stage: Stage):
    """A head that names another issuer than its statement is no use of that issuer's id."""
    accuser = Accuser(in_anothers_name(stage), stage.charter)
    _require_acquitted(stage.world, accuser.twice(stage.size, stage.size + 2))


@pytest.mark.parametrize("chunk", [1, 20_000])
def test_an_id_used_again_in_anothers_name_convicts_by_the_name(stage: Stage, chunk: int):
    """Where the first use is not written down yet, the id is what is refused first; the head names another anyhow."""
    event = stage.event(1)
    named = bend(stage.event(2, who="seller"), id=parse_head(event.head).id)
    log = stage.forged([stage.said(event)], [stage.said(stage.event(3), named)])
    found, data = stage.convicted(log, chunk=chunk)
    assert (found.word, found.where.leaf) == (INADMISSIBLE, stage.size + 2)
    assert found.cause.field == ("head.issuer" if chunk == 1 else "head.id")
    convicted = confirm_evidence(data, stage.world.standpoint())
    assert (convicted.kind, convicted.facts["reason"], convicted.facts["position"]) == (INADMISSIBLE, "issuer", 1)


def test_one_id_of_two_issuers_convicts_nobody(stage: Stage):
    event = stage.event(1)
    other = bend(stage.recall(), id=parse_head(event.head).id)
    accuser = Accuser(stage.forged([stage.said(event)], [stage.said(other, who="market")]), stage.charter)
    _require_acquitted(stage.world, accuser.twice(stage.size, stage.size + 2))
