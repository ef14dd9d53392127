"""What the ledger would refuse for its place is convicted by the file, and nothing that it takes."""

from __future__ import annotations

import json
import random
from collections import Counter
from dataclasses import dataclass, field

import pytest

from fixtures.zone.actors import Actor
from ledger.compose.event import ComposedEvent, Draft
from ledger.witness.replay.convict_statement import _Prosecution
from tests.attacks.conftest import fresh_unit, smuggle
from tests.attacks.test_inadmissible_places import (
    OBSERVED,
    about,
    commissioning,
    item,
    paid,
    production,
    recall,
    rivals,
    said,
    sighting,
)
from tests.ledger.witness.replay.conftest import Replaying
from tests.ledger.witness.replay.prosecuting import accuse
from tests.ledger.witness.replay.test_convict_statement import acquitted, one_block
from tests.verifier.proof import governed
from tests.world import ITEM, ORDER, PARCEL, PRODUCT, UNIT, World, handle, now
from verifier.errors import InconsistentError, NotPermittedError
from verifier.ledgerformat.head import parse_head
from verifier.ledgerformat.submission import format_submission
from verifier.ledgerformat.vocabulary import parse_type
from verifier.proof.evidence_kinds import confirm_evidence
from verifier.vocabulary import type_files

PLACES = ("head.joins", "head.follows", "head.about", "body.subjects.")  # what a refusal names for rules 2 to 6 and 9
RULE = "order."  # what it names for a rule of order


@dataclass
class Life:
    """A random life of custody. What the ledger refuses for its place or order is logged all the same."""

    world: World
    rng: random.Random
    patch: pytest.MonkeyPatch
    told: list[ComposedEvent] = field(default_factory=list)
    lies: dict[int, str] = field(default_factory=dict)
    said: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.world.cast["rival"] = rivals(self.world)
        self.told = list(self.world.events.values())
        self.things = [ITEM, UNIT, *(item(number) for number in range(4)), *(fresh_unit(40 + n) for n in range(2))]

    def draft(self) -> Draft:
        rng = self.rng
        thing, number = rng.choice(self.things), rng.randrange(4)
        to = rng.choice([None, None, *(self.world.cast[name].uri for name in ("carrier", "warehouse", "rival"))])
        parents = [each for each in self.things if "/00/" in each]
        packed = {"child": thing, "parent": rng.choice(parents)}
        return rng.choice([
            commissioning(item(number), to=to),
            sighting(thing, to=to),
            sighting(thing, to=to),
            Draft("delivery.pick-up", now(), {"item": item(number), "order": ORDER}, {"place": "3301"}),
            Draft("transport.aggregation", now(), packed, OBSERVED, to=to),
            production(f"{PRODUCT}/10/L{number}"),
            recall(rng.choice([PRODUCT, item(number)])),
            paid(rng.choice([ORDER, handle("order", "nobody's")])),
            about("clearance.status", *rng.sample(self._answerable("order.", "transport.waybill", "clearance.list"), 2),
                  data={"code": "800"}),
            about("record.correction", rng.choice(self._answerable("transport.", "order.")),
                  data={"reason": "incorrect-data"}),
        ])  # fmt: skip

    def live(self, acts: int) -> None:
        """Let things be said, every other one by whoever may say it, if anybody may."""
        names = ["seller", "carrier", "warehouse", "rival", "payer", "customs", "market"]
        for act in range(acts):
            draft = self.draft()
            for name in self.rng.sample(names, len(names) if act % 2 else 1):
                if self._say(self.world.cast[name], draft, lying=not act % 2):
                    break

    def again(self, thing: str) -> None:
        """Let what was commissioned be commissioned again: whatever was drawn, there is one that order refuses."""
        self._say(self.world.cast["seller"], commissioning(thing), lying=True)

    def _say(self, who: Actor, draft: Draft, *, lying: bool) -> bool:
        """Return whether something was logged: what the ledger takes, refuses for order or, lying, for place."""
        world, event = self.world, said(self.world, who, draft)
        try:
            world.ledger.submit(format_submission(who.sign([event], world.ledger.origin))).result()
        except NotPermittedError as refused:
            named = refused.field.rsplit("].", 1)[-1]
            if not named.startswith((*PLACES, RULE) if lying else RULE):
                return False
            self.lies[smuggle(world, who, [event], self.patch)] = named
        world.zone.heads[event.name] = parse_head(event.head)
        self.told.append(event)
        self.said[draft.type] += 1
        return True

    def _answerable(self, *prefixes: str) -> list[ComposedEvent]:
        return [each for each in self.told if self.world.zone.heads[each.name].type.startswith(prefixes)]


@pytest.mark.parametrize("seed", [1, *(pytest.param(seed, marks=pytest.mark.soak) for seed in range(2, 14))])
def test_in_a_random_life_of_custody_exactly_what_the_ledger_refuses_is_convicted(
    replaying: Replaying, monkeypatch, seed: int
):
    world = replaying.world
    life = Life(world, random.Random(seed), monkeypatch)
    first = world.ledger.head.edge.size
    life.live(36)
    life.again(ITEM)
    accused = accuse(replaying, monkeypatch, lambda _, leaf: leaf >= first)
    assert len(life.said) > 5
    assert len({named for named in life.lies.values() if named.startswith(PLACES)}) > 1, "of more than one rule"
    assert any(named.startswith(RULE) for named in life.lies.values())
    assert len(accused) - len(life.lies) > 8, "honest ones are among them"
    for each in accused:
        _judge(each.data, world, life.lies.get(each.where.leaf), each.type)


def _judge(data: bytes, world: World, lie: str | None, what: str) -> None:
    if lie is None:
        with pytest.raises(InconsistentError, match="no evidence"):
            print(what, confirm_evidence(data, world.standpoint()).facts)
        return
    facts = confirm_evidence(data, world.standpoint()).facts
    assert facts["reason"] == ("order" if lie.startswith(RULE) else "place"), what
    assert str(facts["fault"]).startswith(lie), what


def test_custody_that_passes_in_the_same_block_or_batch_counts_from_its_place_on(replaying: Replaying, monkeypatch):
    world = replaying.world
    first = world.ledger.head.edge.size
    carrier, warehouse = (world.cast[name].uri for name in ("carrier", "warehouse"))
    with one_block(world):
        world.say("carrier", sighting(ITEM), sighting(ITEM, to=warehouse))
        world.say("warehouse", sighting(ITEM), sighting(ITEM, to=carrier))
        world.say("carrier", sighting(ITEM))
    with one_block(world):
        world.say("seller", commissioning(item(1), to=warehouse), sighting(item(1)))
        world.say("warehouse", sighting(item(1)))
    assert acquitted(replaying, monkeypatch, lambda _, leaf: leaf >= first) == 8


def test_who_carries_on_for_an_agency_answers_for_it(replaying: Replaying, monkeypatch):
    world = replaying.world
    governed.admit(world, "next", ["customs"])
    governed.admit(world, "heir", ["customs"])
    said_before = world.endorse("customs", world.events["delivery"], "acknowledged")
    first = world.ledger.head.edge.size
    governed.succeed(world, "customs", "next")
    governed.succeed(world, "next", "heir")
    reason = {"zh": "有误", "en": "It was wrong"}
    world.say("heir", about("endorsement.withdrawn", said_before, data={"reason": reason}))
    assert acquitted(replaying, monkeypatch, lambda kind, leaf: leaf >= first and kind.startswith("endorsement")) == 1


def test_an_answer_is_not_judged_where_what_it_answers_is_left_out(replaying: Replaying, monkeypatch):
    """What it answers stands in no trace here: nothing else in the file would tell that it is missing."""
    world, linked = replaying.world, "record.case-linked"
    file = json.loads(type_files()["record.same-subject"])
    file |= {"type": linked, "answers": {"types": ["order.payment"], "most": 1, "by": ["principal"]}}
    file["subjects"]["same"]["follows"] = ["case"]
    text = json.dumps(file, ensure_ascii=False)
    world.zone.decree([Draft("registry.type", now(), {"type": f"urn:suyuan:type:{linked}"}, {"file": text})])
    world.zone.types = {**world.zone.types, linked: parse_type(text.encode())}
    world.say("payer", about(linked, world.events["payment"], subjects={"same": [ORDER]}))
    assert acquitted(replaying, monkeypatch, lambda kind, _: kind == linked) == 1
    (replaying.root / "replay.db").unlink()
    touched = _Prosecution._touched
    monkeypatch.setattr(
        _Prosecution,
        "_touched",
        lambda self, judged, pairs: [
            each for each in touched(self, judged, pairs) if each.name not in judged.head.about
        ],
    )
    assert acquitted(replaying, monkeypatch, lambda kind, _: kind == linked) == 1


def test_what_is_answered_before_it_was_said_is_not_judged(replaying: Replaying, monkeypatch):
    """That is a lie as well, and none that a file shows: what follows from such a target says no rule."""
    world, carrier = replaying.world, replaying.world.cast["carrier"]
    subjects = {"seal": handle("seal", "1"), "goods": [PARCEL]}
    later = said(world, carrier, Draft("transport.sealed", now(), subjects, {}))
    world.zone.heads[later.name] = parse_head(later.head)
    answer = said(world, carrier, about("record.correction", later, data={"reason": "incorrect-data"}))
    leaf = smuggle(world, carrier, [answer, later], monkeypatch)
    assert acquitted(replaying, monkeypatch, lambda _, place: place == leaf) == 2
