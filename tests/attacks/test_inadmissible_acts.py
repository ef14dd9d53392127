"""A ledger records registry acts by those who may not say them: a file convicts it, and no honest one."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from fixtures.zone.founding import draft_key
from ledger.compose.event import Draft
from ledger.signing.signer import MemorySigner, generate
from ledger.witness.replay.lies import INADMISSIBLE
from tests.attacks.accusing import bent, flipped, require_refused_or_true
from tests.attacks.at_hand import at_hand
from tests.attacks.conftest import reborn
from tests.attacks.forged import Stage, staged
from tests.verifier.judgement.chronicle import revocation
from tests.verifier.proof.audit.forge import MemorySource, Said
from tests.verifier.proof.governed import administered
from tests.world import DAY, World, handle, now
from verifier.errors import InconsistentError, SuyuanError
from verifier.ledgerformat.batch_answer import SHOWN, AnsweredEvent, format_batch_answer
from verifier.primitives.keys import EDDSA
from verifier.proof.bundle import RESTRICTED, parse_file
from verifier.proof.evidence import WORD
from verifier.proof.evidence_inadmissible import confirm_inadmissible, parse_statement_evidence
from verifier.proof.evidence_kinds import confirm_evidence

GIVEN = handle("mandate", "1")


@dataclass
class Office:
    """A log, and who signs what in it."""

    stage: Stage
    administrators: list[MemorySigner]  # the tax agency's

    def says(self, who: str, *drafts: Draft, under: MemorySigner | None = None, as_root: bool = False) -> MemorySource:
        """Return the log with these acts as one statement of its own block."""
        world = self.stage.world
        heads = world.zone.heads
        acts = [
            world.cast[who].compose(replace(each, time=now()), world.zone.types, [heads[name] for name in each.about])
            for each in drafts
        ]
        signed = world.cast[who].sign(acts, world.ledger.origin, as_root=as_root, under=under)
        answer = format_batch_answer([AnsweredEvent(each.head, SHOWN, each.body) for each in acts])
        return self.stage.forged([Said(signed.statement, answer)])

    def uri(self, who: str) -> str:
        return self.stage.world.cast[who].uri

    def admission(self, who: str = "payer") -> Draft:
        return self.stage.world.zone._enterprise(self.stage.world.cast[who])

    def ending(self, who: str) -> Draft:
        return revocation(self.stage.world.cast[who].signer.public)

    def end(self, role: str, subject: str) -> Draft:
        return Draft("registry.revocation", now(), {role: subject}, {"reason": "drill", "compromisedSince": None})

    def restoration(self) -> Draft:
        return Draft("registry.restoration", now(), {"enterprise": self.uri("seller")}, {"reason": "drill"})

    def approval(self) -> Draft:
        """Return an approval of the founding charter."""
        name = self.stage.world.ledger.head.replay.founding.name
        return Draft("registry.approval", now(), about=(name,))

    def charter(self) -> Draft:
        draft = self.stage.world.zone._charter()
        data = json.loads(json.dumps(dict(draft.data)))
        data["version"], data["previous"] = 2, self.stage.world.ledger.head.replay.founding.name.hex()
        return replace(draft, data=data)


def mandate(principal: str, agent: str, number: str = "2") -> Draft:
    subjects = {"mandate": handle("mandate", number), "principal": principal, "agent": agent}
    return Draft("registry.mandate", now(), subjects, {"types": ["*"], "subjects": []}, until=now() + DAY)


def key_of(holder: str, use: str = "statement", kind: str = "registry.key") -> Draft:
    return draft_key(holder, generate(EDDSA).public, now(), kind=kind, use=use)


def opened(world: World, folder: Path) -> Office:
    """Return the log of a ledger in which an agency has administrators, and a mandate was given."""
    administrators = administered(world, "tax")
    world.say("carrier", mandate(world.cast["carrier"].uri, world.cast["seller"].uri, "1"))
    return Office(staged(world, folder), administrators)


@pytest.fixture(scope="module")
def office(template: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    folder = tmp_path_factory.mktemp("acts")
    world = reborn(template, folder / "ledger")
    yield opened(world, folder)
    world.ledger.close()


def administered_by(office: Office, draft: Draft) -> MemorySource:
    return office.says("tax", draft, under=office.administrators[0])


def same_batch(office: Office) -> MemorySource:
    """A registrar ends a key in the statement that registers it: at its leaf nothing is known of that key."""
    fresh = generate(EDDSA).public
    draft = draft_key(office.uri("seller"), fresh, now(), kind="registry.enterprise-key")
    return office.says("customs", draft, revocation(fresh))


LIES: dict[str, Callable[[Office], MemorySource]] = {
    "an enterprise that admits another": lambda office: office.says("seller", office.admission()),
    "an agency that is no registrar": lambda office: office.says("tax", office.admission()),
    "an agency that admits another": lambda office: office.says(
        "tax", office.stage.world.zone._agency(office.stage.world.cast["commerce"])
    ),
    "a root that admits an enterprise": lambda office: office.says("customs", office.admission(), as_root=True),
    "a root that gives a mandate": lambda office: office.says(
        "customs", mandate(office.uri("customs"), office.uri("seller")), as_root=True
    ),
    "a charter of no root": lambda office: office.says("customs", office.charter()),
    "an approval of no privacy officer": lambda office: office.says("tax", office.approval()),
    "a key of another agency": lambda office: office.says("tax", office.ending("customs")),
    "a key of an enterprise that no registrar ends": lambda office: office.says("tax", office.ending("carrier")),
    "an enterprise that ends its own key": lambda office: office.says("carrier", office.ending("carrier")),
    "an agency that ends another": lambda office: office.says("customs", office.end("agency", office.uri("tax"))),
    "a mandate that another ends": lambda office: office.says("payer", office.end("mandate", GIVEN)),
    "a mandate in another's name": lambda office: office.says(
        "seller", mandate(office.uri("carrier"), office.uri("seller"))
    ),
    "an enterprise restored by no registrar": lambda office: office.says("tax", office.restoration()),
    "a key for oneself": lambda office: office.says("tax", key_of(office.uri("tax"))),
    "an act for another": lambda office: office.says(
        "customs", replace(office.admission(), behalf=office.uri("carrier"))
    ),
    "administrators of another agency": lambda office: administered_by(office, key_of(office.uri("customs"))),
    "administrators who name a seal key": lambda office: administered_by(office, key_of(office.uri("tax"), "seal")),
    "administrators who end another's key": lambda office: administered_by(office, office.ending("customs")),
    "administrators who admit": lambda office: administered_by(office, office.admission()),
    "a key that is ended in its own statement": same_batch,
}


@pytest.mark.parametrize("name", LIES)
def test_a_witness_convicts_by_the_file_alone(office: Office, name: str):
    stage = office.stage
    found, data = stage.convicted(LIES[name](office))
    assert (found.word, found.where.leaf) == (INADMISSIBLE, stage.size)
    convicted = confirm_evidence(data, stage.world.standpoint())
    assert (convicted.kind, convicted.facts["reason"]) == (INADMISSIBLE, "right")
    assert convicted.facts["leaf"] == stage.size


HONEST: dict[str, tuple[Callable[[Office], MemorySource], int]] = {
    "a registrar admits": (lambda office: office.says("customs", office.admission()), 0),
    "an agency ends its own key": (lambda office: office.says("tax", office.ending("tax")), 0),
    "a registrar ends an enterprise's key": (lambda office: office.says("customs", office.ending("carrier")), 0),
    "who gave a mandate ends it": (lambda office: office.says("carrier", office.end("mandate", GIVEN)), 0),
    "a registrar ends a mandate": (lambda office: office.says("customs", office.end("mandate", GIVEN)), 0),
    "a mandate": (lambda office: office.says("seller", mandate(office.uri("seller"), office.uri("carrier"))), 0),
    "a registrar restores": (lambda office: office.says("customs", office.restoration()), 0),
    "administrators register a key": (lambda office: administered_by(office, key_of(office.uri("tax"))), 0),
    "administrators end a key": (lambda office: administered_by(office, office.ending("tax")), 0),
    "a root's charter": (lambda office: office.says("customs", office.charter(), as_root=True), 0),
    "a root's approval": (lambda office: office.says("customs", office.approval(), as_root=True), 0),
    "a root ends a key": (lambda office: office.says("customs", office.ending("tax"), as_root=True), 0),
}


@pytest.mark.parametrize("name", HONEST)
def test_a_file_against_an_honest_act_convicts_nobody(office: Office, name: str):
    tell, position = HONEST[name]
    log = tell(office)
    assert office.stage.replayed(log) is None
    with at_hand(office.stage, log) as hand:
        data = hand.statement(office.stage.size, position)
    with pytest.raises(InconsistentError, match="statement"):
        confirm_evidence(data, office.stage.world.standpoint())


BENT = ("a mandate that another ends", "administrators who end another's key", "an agency that is no registrar")


@pytest.mark.parametrize("name", BENT)
def test_a_bent_file_convicts_of_nothing_else(office: Office, name: str):
    picked, standpoint = random.Random(11), office.stage.world.standpoint()
    _, data = office.stage.convicted(LIES[name](office))
    places = list(bent(data, picked))
    for what, changed in [*picked.sample(places, min(60, len(places))), *flipped(data, picked, 20)]:
        require_refused_or_true(data, changed, standpoint, what)


@pytest.mark.parametrize("name", BENT)
def test_a_registry_history_that_is_left_out_makes_no_evidence(office: Office, name: str):
    standpoint = office.stage.world.standpoint()
    _, data = office.stage.convicted(LIES[name](office))
    evidence = parse_statement_evidence(parse_file(data, WORD))
    for left in evidence.registry:
        parts = tuple(part for part in evidence.registry if part is not left)
        with pytest.raises(SuyuanError) as refused:
            confirm_inadmissible(replace(evidence, registry=parts), standpoint)
        assert not isinstance(refused.value, InconsistentError)


def test_a_body_that_is_not_shown_speaks_neither_for_nor_against(office: Office):
    _, data = office.stage.convicted(LIES["an agency that is no registrar"](office))
    evidence = parse_statement_evidence(parse_file(data, WORD))
    (event,) = evidence.statement.events
    bare = replace(evidence.statement, events=(replace(event, body=RESTRICTED),))
    with pytest.raises(InconsistentError):
        confirm_inadmissible(replace(evidence, statement=bare), office.stage.world.standpoint())
