"""A ledger that is governed at random: whatever it takes, every other judge takes as well.

Admission judges by the whole registry, a proof by the part of it that it shows, an audit and a replaying witness by
what they are served. Each of them replays the same acts from another side.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace

import pytest

from fixtures.zone.actors import Actor
from ledger.compose.event import ComposedEvent, Draft
from ledger.export.export import export_ledger
from ledger.signing.signer import MemorySigner, generate
from tests.attacks.conftest import examined
from tests.ledger.witness.replay.conftest import Replaying, replaying, template  # noqa: F401 - fixtures
from tests.ledger.witness.replay.prosecuting import accuse
from tests.verifier.judgement.chronicle import (
    admission,
    ending,
    enterprise_admission,
    key_draft,
    key_uri,
    restoration,
    suspension,
)
from tests.verifier.proof import governed
from tests.verifier.proof.audit.forge import source_of
from tests.web.comparing import javascript_says
from tests.world import DAY, ITEM, PARCEL, UNIT, World, handle, now
from verifier.errors import SuyuanError
from verifier.primitives.keys import EDDSA, format_key
from verifier.proof.audit.walk import audit
from verifier.proof.evidence_kinds import confirm_evidence

ROOTS = ("customs", "inspection", "tax", "market", "commerce")
FIRMS = ("seller", "platform", "payer", "carrier", "warehouse")


@dataclass
class Life:
    """What is said at random, and under which keys it could be.

    Attributes:
        world: where.
        chance: decides.
        keys: everybody's, those that ended too.
        subjects: whose registry histories are proved afterwards.
        said: events that can be answered.
        taken: types that the ledger took.
    """

    world: World
    chance: random.Random
    keys: list[tuple[Actor, MemorySigner]] = field(default_factory=list)
    subjects: list[str] = field(default_factory=list)
    said: list[ComposedEvent] = field(default_factory=list)
    taken: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Begin with the keys that there are."""
        cast = self.world.cast
        self.keys = [(cast[name], cast[name].signer) for name in ROOTS + FIRMS]
        self.subjects = [cast[name].uri for name in ROOTS + FIRMS] + [key_uri(each.public) for _, each in self.keys]
        self.said = list(self.world.events.values())

    def act(self) -> None:
        """Let somebody say something, whether it may or not."""
        draft = self.chance.choice([each for each in self._drafts() if each])
        actor, signer = self.chance.choice(self.keys)
        try:
            if draft.type.startswith("registry.") and self.chance.random() < 0.6:
                self._decree(draft)
            else:
                if draft.type in ("registry.mandate", "registry.key"):
                    role = "principal" if draft.type == "registry.mandate" else "holder"
                    held = [each for each in self.keys if each[0].uri == draft.subjects[role]]
                    actor, signer = self.chance.choice(held)
                self._say(actor, draft, signer)
        except SuyuanError:
            return
        self.taken.add(draft.type)

    def _say(self, actor: Actor, draft: Draft, signer: MemorySigner) -> ComposedEvent:
        (event,) = self.world.zone.say(actor, [draft], under=signer)
        self.said.append(event)
        return event

    def _decree(self, draft: Draft) -> None:
        """Let roots propose and approve; of the first, an officer too, who approves orders to erase only."""
        roots = self.chance.sample(ROOTS, 4)
        cast = self.world.cast
        event = self._say(cast[roots[0]], draft, cast[roots[0]].root)
        approval = Draft("registry.approval", now(), about=(event.name,))
        for name in roots[: self.chance.randint(2, 4)]:
            self._say(cast[name], approval, cast[name].root)
        if draft.type == "registry.erasure":
            self._say(governed.officer(self.world), approval, governed.officer(self.world).signer)

    def _drafts(self) -> Iterator[Draft | None]:
        chance, cast = self.chance, self.world.cast
        root, other, firm = cast[chance.choice(ROOTS)], cast[chance.choice(ROOTS)], cast[chance.choice(FIRMS)]
        who, (_, signer) = chance.choice([root, firm]), chance.choice(self.keys)
        fresh, target = generate(EDDSA), chance.choice(self.said)
        since = chance.choice([None, chance.randrange(self.world.ledger.head.edge.size)])
        ended = chance.choice([{"key": key_uri(signer.public)}, {"agency": root.uri}, {"enterprise": firm.uri}])
        self.keys.append((who, fresh))
        self.subjects.append(key_uri(fresh.public))
        named = {"administrators": [format_key(fresh.public)], "administratorThreshold": 1}
        subjects = {"mandate": handle("mandate", str(len(self.keys))), "principal": who.uri, "agent": other.uri}
        until = now() + chance.choice([1, DAY])
        yield key_draft(who.uri, fresh.public)
        yield admission(root, **(named if who is root else {}))
        yield enterprise_admission(firm, gs1Prefixes=["690123456", "69012345"])
        yield ending(ended, since)
        yield restoration(ended)
        yield suspension({"agency": root.uri}, until) if "enterprise" in ended else suspension(ended, until)
        yield Draft("registry.mandate", now(), subjects, {"types": ["*"], "subjects": []}, until=until)
        yield Draft("registry.reattestation", now(), about=(target.name,))
        yield Draft("registry.approval", now(), about=(self.said[-1].name,))
        yield Draft("endorsement.acknowledged", now(), data={"seen": []}, about=(target.name,))
        if chance.random() < 0.2 and root is not other:
            yield Draft("registry.succession", now(), {"agency": root.uri, "successor": other.uri})


def _require_audit(world: World, folder: Path) -> None:
    world.cosign()
    with world.ledger.store.read() as reader:
        export_ledger(reader, folder)
    report = audit(source_of(SimpleNamespace(export=folder)), world.standpoint())
    assert (report.outcome, report.findings) == ("verified", ())


@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.soak) for seed in range(1, 9))])
def test_what_a_ledger_takes_is_taken_by_proofs_audit_witness_and_restart(replaying: Replaying, tmp_path, seed: int):  # noqa: F811
    world = replaying.world
    life = Life(world, random.Random(seed))
    for _ in range(80):
        life.act()
    assert len(life.taken) >= 5, "or nothing was tried"
    for subject, walk in ((ITEM, "public"), (UNIT, "public"), (PARCEL, "parties")):
        assert examined(world, subject, walk).outcome in ("verified", "not-recognised")
    for subject in life.subjects:
        verdict = examined(world, subject, "registry")
        assert verdict.outcome in ("verified", "not-recorded"), (subject, verdict.error)
    _require_audit(world, tmp_path / "export")
    replaying.advance(replaying.open())
    before = world.ledger.head.replay.registry.participants
    world.reopen()
    assert world.ledger.head.replay.registry.participants == before


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(4))
def test_what_a_ledger_takes_convicts_it_of_nothing(replaying: Replaying, monkeypatch, tmp_path, seed: int):  # noqa: F811
    """Of no act, by what decides about it or by all of the registry, in neither implementation."""
    since = replaying.world.ledger.head.edge.size
    life = Life(replaying.world, random.Random(seed))
    for _ in range(60):
        life.act()
    accused = accuse(replaying, monkeypatch, lambda kind, leaf: leaf >= since and "registry." in kind, lambda _: True)
    assert len(accused) > 60
    standpoint = replaying.world.standpoint()
    for each in accused:
        with pytest.raises(SuyuanError) as refused:
            print(each.type, confirm_evidence(each.data, standpoint))
        assert refused.value.code == "inconsistent", (each.type, refused.value)
    said = javascript_says(replaying.world, [each.data for each in accused], tmp_path)
    assert {(each["error"]["code"], each["error"]["field"]) for each in said} <= {
        ("inconsistent", "act"), ("inconsistent", "statement"),
    }  # fmt: skip
