"""Registry acts that a ledger recorded: both implementations refuse and convict of the same ones, and of no others."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from fixtures.zone.actors import Actor
from fixtures.zone.founding import draft_key
from ledger.compose.event import ComposedEvent, Draft
from ledger.signing.signer import generate
from tests.attacks import test_inadmissible_phases as phases
from tests.attacks import test_inadmissible_registry as registries
from tests.attacks.conftest import proof_of, reborn, smuggle, template  # noqa: F401 - a fixture
from tests.attacks.test_inadmissible_registry import Registry, files_against
from tests.verifier.judgement.chronicle import revocation
from tests.verifier.proof import governed
from tests.web.comparing import javascript_says, python_confirms, python_says
from tests.world import ITEM, World, now
from verifier.ledgerformat.head import parse_head
from verifier.primitives.keys import EDDSA


@pytest.fixture(scope="module")
def registry(template: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:  # noqa: F811
    folder = tmp_path_factory.mktemp("registry")
    made = reborn(template, folder / "ledger")
    yield registries.opened(made, folder)
    made.ledger.close()


@pytest.fixture
def world(template: World, tmp_path: Path) -> Iterator[World]:  # noqa: F811
    made = reborn(template, tmp_path / "ledger")
    yield made
    made.ledger.close()


def alike(registry: Registry, folder: Path, lies: Iterable[str], honest: Iterable[str]) -> None:
    """Require that both convict of these lies and of no honest act, and say the same of each file."""
    stage = registry.stage
    files = [stage.convicted(stage.forged([registries.LIES[name](registry)]))[1] for name in lies]
    told = len(files)
    for name in honest:
        files += files_against(registry, stage.forged([registries.HONEST[name](registry)]))
    said = javascript_says(stage.world, files, folder)
    assert said == [python_confirms(file, stage.world.standpoint()) for file in files]
    assert [next(iter(each)) for each in said] == ["facts"] * told + ["error"] * (len(files) - told)


def test_both_convict_of_the_same_acts(registry: Registry, tmp_path: Path):
    alike(registry, tmp_path, registries.QUICK[:3], ["a privacy officer approves an order"])


@pytest.mark.soak
def test_both_convict_of_the_same_acts_whatever_they_are(registry: Registry, tmp_path: Path):
    alike(registry, tmp_path, registries.LIES, registries.HONEST)


def test_both_convict_of_what_is_said_while_the_founding_charter_waits(registry: Registry, tmp_path: Path):
    stage, files = registry.stage, []
    for tell, _ in phases.EARLY.values():
        log, told = phases.early(stage, tell(stage), approvals=1)
        files.append(told.convicted(log, anew=True)[1])
    convicting = len(files)
    files += phases.against_the_first_approval(stage, tmp_path)
    said = javascript_says(stage.world, files, tmp_path)
    assert said == [python_confirms(file, stage.world.standpoint()) for file in files]
    assert ["facts" in each for each in said] == [True] * convicting + [False] * (len(files) - convicting)


# Proofs of a ledger that records what it must refuse.


def refused_by_both(world: World, folder: Path, subject: str = ITEM, walk: str = "public") -> list[str]:
    """Return code and field for which both refuse, in step 4, the proof that a ledger makes."""
    data = proof_of(world, subject, walk)
    (said,) = javascript_says(world, [data], folder, "mutant")
    assert said["facts"] == json.loads(json.dumps(python_says(data, world.standpoint())))
    assert (said["facts"]["outcome"], said["facts"]["steps"].index(False)) == ("altered", 3)
    return said["facts"]["error"]


def smuggled(world: World, who: Actor, events: list[ComposedEvent], monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the ledger record what its own replay would refuse."""
    with monkeypatch.context() as lying:
        lying.setattr("verifier.judgement.replay.Replay.apply", lambda *_, **__: None)
        smuggle(world, who, events, monkeypatch)


def test_both_refuse_an_act_that_answers_a_later_one(world: World, tmp_path: Path, monkeypatch):
    zone, customs = world.zone, world.cast["customs"]
    root = replace(customs, signer=customs.root)
    draft = Draft("registry.jurisdiction", now(), {"agency": customs.uri}, {"jurisdiction": ["demonstration"]})
    act = root.compose(draft, zone.types)
    approval = root.compose(Draft("registry.approval", now(), about=(act.name,)), zone.types, [parse_head(act.head)])
    for event in (approval, act):
        smuggled(world, root, [event], monkeypatch)
    assert refused_by_both(world, tmp_path) == ["mismatch", "head.about"]


def test_both_refuse_to_end_a_key_in_the_statement_that_registers_it(world: World, tmp_path: Path, monkeypatch):
    customs, fresh = world.cast["customs"], generate(EDDSA).public
    registration = draft_key(world.cast["seller"].uri, fresh, now(), kind="registry.enterprise-key")
    drafts = (registration, replace(revocation(fresh), time=now()))
    smuggled(world, customs, [customs.compose(each, world.zone.types) for each in drafts], monkeypatch)
    code, _ = refused_by_both(world, tmp_path, f"urn:suyuan:key:{fresh.kid.hex()}", "registry")
    assert code == "not-permitted"


def test_both_take_a_roots_approval_of_what_administrators_completed(world: World, tmp_path: Path):
    """What has taken effect takes no approval, and an approval of it has no effect."""
    tax, signers = world.cast["tax"], governed.administered(world, "tax")
    fresh = generate(EDDSA).public
    (act,) = world.zone.say(tax, [draft_key(tax.uri, fresh, now())], under=signers[0])
    approval = Draft("registry.approval", now(), about=(act.name,))
    for signer in signers:
        world.zone.say(tax, [approval], under=signer)
    world.zone.say(world.cast["customs"], [approval], as_root=True)
    data = proof_of(world, f"urn:suyuan:key:{fresh.kid.hex()}", "registry")
    (said,) = javascript_says(world, [data], tmp_path, "mutant")
    assert said["facts"] == json.loads(json.dumps(python_says(data, world.standpoint())))
    assert said["facts"]["outcome"] == "verified"
