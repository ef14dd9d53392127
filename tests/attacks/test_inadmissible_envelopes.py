"""A ledger records a hash envelope that its key could not sign: a file convicts it, and no honest one."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from fixtures.zone.actors import Actor
from ledger.compose.batch import sign_envelope
from ledger.signing.signer import MemorySigner, generate
from ledger.witness.replay.lies import INADMISSIBLE
from tests.attacks.accusing import Accuser, bent, flipped, require_refused_or_true
from tests.attacks.at_hand import at_hand
from tests.attacks.conftest import reborn
from tests.attacks.forged import Stage, staged
from tests.vectors.cddl import Schema
from tests.verifier.judgement.chronicle import key_draft, revocation
from tests.verifier.proof.audit.forge import Block, Forge, MemorySource, Said
from tests.world import DAY, World, now
from verifier.errors import InconsistentError, SuyuanError
from verifier.primitives.keys import EDDSA
from verifier.proof.bundle import parse_file
from verifier.proof.evidence import WORD
from verifier.proof.evidence_envelope import (
    REASONS,
    confirm_envelope,
    format_envelope_evidence,
    parse_envelope_evidence,
)
from verifier.proof.evidence_kinds import INADMISSIBLE_ENVELOPE, confirm_evidence

FORMATS = Path(__file__).parents[2] / "docs/formats.md"
CDDL = re.search(r"```cddl\n(.*?)```", FORMATS.read_text("utf-8"), re.DOTALL)[1]
NOTES = "https://notes.example/"


@dataclass
class Notary:
    """A log, and who may sign notes in it, may do so no more, or never could."""

    stage: Stage
    keys: dict[str, MemorySigner]

    def note(self, key: str = "clerk", who: str = "customs", subject: str = f"{NOTES}1", **changes: object) -> Said:
        """Return a note in somebody's name under one of the keys."""
        world = self.stage.world
        named = {"issuer": world.cast[who].uri, "subject": subject, "audience": [world.ledger.origin], **changes}
        return Said(sign_envelope(bytes(32), self.keys[key], **named), None)  # type: ignore[arg-type]

    def log(self, said: Said) -> MemorySource:
        return self.stage.forged([said])

    def late(self, said: Said) -> MemorySource:
        """Return a log that goes on after its charter has expired."""
        year = 400 * DAY
        block = Block([said], self.stage.blocks[-1].time + year)
        return Forge(self.stage.world).build([block], onto=self.stage.honest)  # type: ignore[arg-type]


@dataclass
class Forged:
    """Signs as somebody else's key."""

    public: object
    signer: MemorySigner

    def sign(self, message: bytes) -> bytes:
        return self.signer.sign(message)


@pytest.fixture(scope="module")
def notary(template: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Notary]:
    folder = tmp_path_factory.mktemp("envelopes")
    world = reborn(template, folder / "ledger")
    yield noting(world, folder)
    world.ledger.close()


def noting(world: World, folder: Path) -> Notary:
    """Return the log of a ledger in which a key for notes is registered, and another one was revoked."""
    customs, keys = world.cast["customs"], {name: generate(EDDSA) for name in ("clerk", "ended", "stranger")}
    for name in ("clerk", "ended"):
        world.zone.decree([replace(key_draft(customs.uri, keys[name].public, subjects=[NOTES]), time=now())])
    world.zone.decree([replace(revocation(keys["ended"].public), time=now())])
    keys |= {"carrier": world.cast["carrier"].signer, "root": _root(customs)}
    keys["forger"] = Forged(keys["clerk"].public, keys["stranger"])  # type: ignore[assignment]
    return Notary(staged(world, folder), keys)


def _root(actor: Actor) -> MemorySigner:
    assert actor.root
    return actor.root


LIES: dict[str, tuple[str, Callable[[Notary], MemorySource]]] = {
    "an unknown key": ("key", lambda each: each.log(each.note("stranger"))),
    "a revoked key": ("key", lambda each: each.log(each.note("ended"))),
    "another's key": ("holder", lambda each: each.log(each.note("clerk", "market"))),
    "an agency's note under an enterprise's key": ("holder", lambda each: each.log(each.note("carrier"))),
    "a note for another ledger": ("audience", lambda each: each.log(each.note(audience=["other.test/zone"]))),
    "a forged signature": ("signature", lambda each: each.log(each.note("forger"))),
    "a subject out of scope": ("right", lambda each: each.log(each.note(subject="https://elsewhere.example/"))),
    "a key for no notes": ("right", lambda each: each.log(each.note("carrier", "carrier"))),
    "a root key": ("right", lambda each: each.log(each.note("root"))),
    "an expired charter": ("phase", lambda each: each.late(each.note())),
}


@pytest.mark.parametrize("name", LIES)
def test_a_witness_convicts_by_the_file_alone(notary: Notary, name: str):
    reason, tell = LIES[name]
    found, data = notary.stage.convicted(tell(notary), chunk=1 if len(name) % 2 else 20_000)
    assert (found.word, found.where.leaf, found.where.position) == (INADMISSIBLE, notary.stage.size, None)
    convicted = confirm_evidence(data, notary.stage.world.standpoint())
    assert (convicted.kind, convicted.origin) == (INADMISSIBLE_ENVELOPE, "ledger.test/zone")
    assert (convicted.facts["reason"], convicted.facts["leaf"]) == (reason, notary.stage.size)
    assert Schema(CDDL).matches("inadmissible-envelope-evidence", data)
    assert format_envelope_evidence(parse_envelope_evidence(parse_file(data, WORD))) == data


def test_every_reason_is_tried():
    assert {reason for reason, _ in LIES.values()} == set(REASONS)


# What an honest ledger records.


@pytest.fixture(scope="module")
def honest(notary: Notary) -> bytes:
    """The file against a note that its key may sign."""
    log = notary.log(notary.note())
    assert notary.stage.replayed(log) is None
    with at_hand(notary.stage, log) as hand:
        return hand.envelope(notary.stage.size)


def test_a_note_that_its_key_may_sign_convicts_nobody(notary: Notary, honest: bytes):
    with pytest.raises(InconsistentError, match="no evidence"):
        confirm_evidence(honest, notary.stage.world.standpoint())


def test_a_registry_event_that_is_left_out_makes_no_evidence(notary: Notary, honest: bytes):
    ended = LIES["a revoked key"][1](notary)
    for log, file in ((notary.log(notary.note()), None), (ended, notary.stage.convicted(ended)[1])):
        evidence = parse_envelope_evidence(parse_file(file or honest, WORD))
        accuser = Accuser(log, notary.stage.charter)
        for left in evidence.registry:
            fewer = tuple(part for part in evidence.registry if part is not left)
            kept = {evidence.leaf, *(part.leaf for part in (*fewer, *evidence.seals))}
            bent_ = replace(evidence, registry=fewer, path=accuser.path(*kept) if file else evidence.path)
            with pytest.raises(SuyuanError) as refused:
                confirm_envelope(bent_, notary.stage.world.standpoint())
            assert not isinstance(refused.value, InconsistentError)
            assert refused.value.field != "log path" or not file


def test_no_member_can_be_bent_to_convict_an_honest_ledger(notary: Notary, honest: bytes):
    picked = random.Random(3)
    for what, data in picked.sample([*bent(honest, picked)], 150):
        try:
            found = confirm_evidence(data, notary.stage.world.standpoint())
        except SuyuanError:
            continue
        pytest.fail(f"{what}: {found}")


@pytest.mark.soak
def test_no_place_can_be_bent_to_convict_an_honest_ledger(notary: Notary, honest: bytes):
    for what, data in (*bent(honest, random.Random(3)), *flipped(honest, random.Random(4), len(honest))):
        try:
            found = confirm_evidence(data, notary.stage.world.standpoint())
        except SuyuanError:
            continue
        pytest.fail(f"{what}: {found}")


# No byte of a file that convicts makes it convict of something else.


@pytest.mark.parametrize(
    "name", [name if name == "a revoked key" else pytest.param(name, marks=pytest.mark.soak) for name in LIES]
)
def test_every_byte_counts(notary: Notary, name: str):
    file, picked = notary.stage.convicted(LIES[name][1](notary))[1], random.Random(7)
    for what, data in (*flipped(file, picked, 40), *picked.sample([*bent(file, picked)], 100)):
        require_refused_or_true(file, data, notary.stage.world.standpoint(), what)
