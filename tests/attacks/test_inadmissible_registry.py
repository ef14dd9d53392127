"""A ledger records registry acts that the acts before them do not allow: a file convicts it, and no honest one."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from fixtures.zone.actors import Actor
from fixtures.zone.founding import draft_key
from ledger.compose.event import ComposedEvent, Draft
from ledger.signing.signer import MemorySigner, generate
from ledger.witness.outcome import COSIGNED
from ledger.witness.replay.lies import INADMISSIBLE
from tests.attacks.accusing import Accuser, bent, flipped, require_refused_or_true
from tests.attacks.at_hand import at_hand
from tests.attacks.conftest import reborn, smuggle
from tests.attacks.forged import Stage, staged
from tests.attacks.test_inadmissible_acts import mandate
from tests.attacks.watching import watched
from tests.vectors.cddl import Schema
from tests.verifier.judgement.chronicle import ending, key_draft, restoration, revocation, suspension
from tests.verifier.proof import governed
from tests.verifier.proof.audit.forge import MemorySource, Said
from tests.world import DAY, World, handle, now
from verifier.errors import IncompleteError, InconsistentError, SuyuanError
from verifier.ledgerformat.batch_answer import SHOWN, AnsweredEvent, format_batch_answer
from verifier.ledgerformat.head import parse_head
from verifier.primitives.keys import EDDSA, format_key
from verifier.proof.bundle import parse_file
from verifier.proof.evidence import WORD
from verifier.proof.evidence_inadmissible_act import confirm_act, format_act_evidence, parse_act_evidence
from verifier.proof.evidence_kinds import INADMISSIBLE_ACT, confirm_evidence
from verifier.vocabulary import type_files

FORMATS = Path(__file__).parents[2] / "docs/formats.md"
CDDL = re.search(r"```cddl\n(.*?)```", FORMATS.read_text("utf-8"), re.DOTALL)[1]
WORDS = {"zh": "示例", "en": "Example"}


@dataclass
class Registry:
    """A log, acts in it that wait or were completed, and who signs what.

    Attributes:
        stage: the log.
        administrators: of tax and of market, two each.
        waiting: acts that wait for approvals, by what they are.
        newcomer: a root that only a charter that waits names.
        clone: a key that is registered while another registration of it waits.
    """

    stage: Stage
    administrators: dict[str, list[MemorySigner]]
    waiting: dict[str, ComposedEvent]
    newcomer: Actor
    clone: MemorySigner

    def says(self, who: str | Actor, *drafts: Draft, under: MemorySigner | None = None, root: bool = False) -> Said:
        """Return acts as one statement; each may answer those before it."""
        world = self.stage.world
        actor, heads = world.cast[who] if isinstance(who, str) else who, dict(world.zone.heads)
        acts = []
        for draft in drafts:
            targets = [heads[name] for name in draft.about]
            acts.append(actor.compose(replace(draft, time=now()), world.zone.types, targets))
            heads[acts[-1].name] = parse_head(acts[-1].head)
        signed = actor.sign(acts, world.ledger.origin, as_root=root, under=under)
        answer = format_batch_answer([AnsweredEvent(each.head, SHOWN, each.body) for each in acts])
        return Said(signed.statement, answer)

    def approves(self, what: str | ComposedEvent, who: str | Actor, **how: object) -> Said:
        event = self.waiting[what] if isinstance(what, str) else what
        return self.says(who, Draft("registry.approval", now(), about=(event.name,)), **how)  # type: ignore[arg-type]

    def decides(self, draft: Draft) -> Said:
        return self.says("customs", draft, root=True)

    def uri(self, who: str) -> str:
        return self.stage.world.cast[who].uri

    def told(self, name: str) -> bytes:
        return self.stage.world.events[name].name

    def charter(self, **changes: object) -> Draft:
        return next_charter(self.stage.world, **changes)

    def agency(self, who: str, *administrators: MemorySigner) -> Draft:
        """Return an admission that names administrators."""
        draft = self.stage.world.zone._agency(self.stage.world.cast[who])
        named = {"administrators": [format_key(each.public) for each in administrators], "administratorThreshold": 1}
        return replace(draft, data={**draft.data, **named})


def next_charter(world: World, **changes: object) -> Draft:
    draft = world.zone._charter()
    data = {**json.loads(json.dumps(dict(draft.data))), **changes}
    data["version"], data["previous"] = 2, world.ledger.head.replay.founding.name.hex()
    return replace(draft, data=data)


def grant(number: str, *about: bytes, to: str) -> Draft:
    subjects = {"grant": handle("grant", number), "grantee": to}
    return Draft("registry.grant", now(), subjects, {"fields": ["body"]}, about=about, until=now() + DAY)


def order(target: bytes) -> Draft:
    return Draft("registry.erasure", now(), data={"what": ["body"], "basis": WORDS}, about=(target,))


def succession(registry: Registry, old: str, new: str) -> Draft:
    return Draft("registry.succession", now(), {"agency": registry.uri(old), "successor": registry.uri(new)}, {})


def opened(world: World, folder: Path) -> Registry:
    """Return the log of a ledger in which much waits, and what was done is there to be done again."""
    zone, cast = world.zone, world.cast
    administrators = {who: governed.administered(world, who) for who in ("tax", "market")}
    governed.officer(world)
    key, clone = generate(EDDSA), generate(EDDSA)
    waiting = {
        who: zone.say(cast[who], [draft_key(cast[who].uri, generate(EDDSA).public, now())], under=signers[0])[0]
        for who, signers in administrators.items()
    }
    drafts = {
        "admission": zone._agency(cast["commerce"]),
        "clone": draft_key(cast["tax"].uri, clone.public, now()),
        "order": order(world.events["delivery"].name),
    }
    for name, draft in drafts.items():
        (waiting[name],) = zone.say(cast["customs"], [draft], as_root=True)
    zone.approve([waiting["clone"].name], 2)
    zone.decree([draft_key(cast["customs"].uri, clone.public, now())])
    world.say("carrier", mandate(cast["carrier"].uri, cast["seller"].uri, "1"))
    world.say("carrier", grant("1", world.events["departing"].name, to=cast["seller"].uri))
    zone.decree([replace(key_draft(cast["commerce"].uri, key.public), time=now())])
    zone.decree([replace(revocation(key.public, world.ledger.head.edge.size - 1), time=now())])
    waiting["stolen"] = key  # type: ignore[assignment]
    zone.decree([Draft("registry.succession", now(), {"agency": cast["commerce"].uri, "successor": cast["tax"].uri})])
    newcomer = replace(cast["market"], root=generate(EDDSA))
    roots = json.loads(json.dumps(dict(zone._charter().data)))["roots"]
    for each in roots:
        if each["agency"] == newcomer.uri:
            each["key"] = format_key(newcomer.root.public)
    (waiting["charter"],) = zone.say(cast["customs"], [next_charter(world, roots=roots)], as_root=True)
    return Registry(staged(world, folder), administrators, waiting, newcomer, clone)


@pytest.fixture(scope="module")
def registry(template: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    folder = tmp_path_factory.mktemp("registry")
    world = reborn(template, folder / "ledger")
    yield opened(world, folder)
    world.ledger.close()


Tell = Callable[[Registry], Said]
LIES: dict[str, Tell] = {
    "a root that approves an administrators' act": lambda each: each.approves("tax", "customs", root=True),
    "administrators who approve another agency's act": lambda each: each.approves(
        "market", "tax", under=each.administrators["tax"][1]
    ),
    "administrators who approve what is the roots'": lambda each: each.approves(
        "admission", "tax", under=each.administrators["tax"][1]
    ),
    "a privacy officer who approves an admission": lambda each: each.approves("admission", "privacy"),
    "a root of a charter that waits, which approves an admission": lambda each: each.approves(
        "admission", each.newcomer, root=True
    ),
    "an agency that attests its own event again": lambda each: each.says(
        "customs", Draft("registry.reattestation", now(), about=(each.told("release"),))
    ),
    "a grant about another's event": lambda each: each.says(
        "seller", grant("2", each.told("departing"), to=each.uri("payer"))
    ),
    "an order about an act of the registry's roots": lambda each: each.decides(order(each.waiting["admission"].name)),
    "an order about a permanent body": lambda each: each.decides(order(each.told("enterprise"))),
    "a key that is registered again": lambda each: each.decides(draft_key(each.uri("tax"), each.clone.public, now())),
    "a second registration that is completed": lambda each: each.approves("clone", "tax", root=True),
    "a mandate under a handle that is taken": lambda each: each.says(
        "seller", mandate(each.uri("seller"), each.uri("payer"), "1")
    ),
    "two mandates of one handle in one statement": lambda each: each.says(
        "seller", *[mandate(each.uri("seller"), each.uri(who), "9") for who in ("payer", "carrier")]
    ),
    "a grant under a handle that is taken": lambda each: each.says(
        "carrier", grant("1", each.told("departing"), to=each.uri("payer"))
    ),
    "a key that was compromised before it was": lambda each: each.says(
        "tax", revocation(each.stage.world.cast["tax"].signer.public, each.stage.size + 1)
    ),
    "a mandate that is called compromised": lambda each: each.says(
        "carrier", ending({"mandate": handle("mandate", "1")}, 3)
    ),
    "a compromised key that is restored": lambda each: each.decides(
        restoration({"key": f"urn:suyuan:key:{each.waiting['stolen'].public.kid.hex()}"})
    ),
    "a type that is no newer": lambda each: each.decides(
        Draft(
            "registry.type",
            now(),
            {"type": "urn:suyuan:type:transport.object"},
            {"file": type_files()["transport.object"].decode()},
        )
    ),
    "a second succession": lambda each: each.decides(succession(each, "commerce", "market")),
    "a successor that was succeeded": lambda each: each.decides(succession(each, "market", "commerce")),
    "a root key that is ended": lambda each: each.decides(revocation(each.stage.world.cast["tax"].root.public)),
    "a seal key that is suspended": lambda each: each.decides(
        suspension({"key": f"urn:suyuan:key:{each.stage.world.keys.seal.public.kid.hex()}"}, now() + DAY)
    ),
    "a charter of another ledger before": lambda each: each.decides(
        replace(each.charter(), data={**each.charter().data, "previous": "00" * 32})
    ),
    # These rest on histories that the act does not join: the whole registry is shown.
    "an administrator of two agencies": lambda each: each.decides(
        each.agency("inspection", each.administrators["tax"][0])
    ),
    "an administrator whose key is registered": lambda each: each.decides(each.agency("inspection", each.clone)),
    "a charter with a registered key": lambda each: each.decides(each.charter(seal=format_key(each.clone.public))),
}
POSITIONS = {"two mandates of one handle in one statement": 1}


def some(names: Iterable[str], *quick: str) -> list[object]:
    """Return all names, those that are not quick for long batteries only."""
    return [name if name in quick else pytest.param(name, marks=pytest.mark.soak) for name in names]


QUICK = (
    "a root that approves an administrators' act",
    "a grant about another's event",
    "a second registration that is completed",
    "two mandates of one handle in one statement",
    "an administrator of two agencies",
)


@pytest.mark.parametrize("name", some(LIES, *QUICK))
def test_a_witness_convicts_by_the_file_alone(registry: Registry, name: str):
    stage = registry.stage
    found, data = stage.convicted(stage.forged([LIES[name](registry)]))
    assert (found.word, found.where.leaf) == (INADMISSIBLE, stage.size)
    convicted = confirm_evidence(data, stage.world.standpoint())
    assert (convicted.kind, convicted.origin) == (INADMISSIBLE_ACT, "ledger.test/zone")
    assert (convicted.facts["leaf"], convicted.facts["position"]) == (stage.size, POSITIONS.get(name, 0))
    assert Schema(CDDL).matches("inadmissible-act-evidence", data)
    assert format_act_evidence(parse_act_evidence(parse_file(data, WORD))) == data


def test_a_root_of_a_charter_that_waits_says_nothing_but_approvals(registry: Registry):
    stage, ended = registry.stage, revocation(registry.stage.world.cast["payer"].signer.public)
    for draft in (ended, stage.world.zone._agency(stage.world.cast["commerce"]), registry.charter()):
        _, data = stage.convicted(stage.forged([registry.says(registry.newcomer, draft, root=True)]))
        found = confirm_evidence(data, stage.world.standpoint())
        assert (found.kind, found.facts["reason"]) == (INADMISSIBLE, "right")
    said = stage.said(stage.event(1, registry.newcomer.uri.rsplit(":", 1)[1]), who=under_root(registry.newcomer))
    found = confirm_evidence(stage.convicted(stage.forged([said]))[1], stage.world.standpoint())
    assert (found.kind, found.facts["reason"]) == (INADMISSIBLE, "use")


def under_root(who: Actor) -> Actor:
    """Return a root holder whose root key signs everything."""
    return replace(who, signer=who.root)


def test_a_ledger_that_serves_such_an_act_is_caught(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    customs, signers = world.cast["customs"], governed.administered(world, "tax")
    tax, zone = world.cast["tax"], world.zone
    (waiting,) = zone.say(tax, [draft_key(tax.uri, generate(EDDSA).public, now())], under=signers[0])
    with watched(world, tmp_path / "witness") as watch:
        assert watch.look().word == COSIGNED
        approval = Draft("registry.approval", now(), about=(waiting.name,))
        event = customs.compose(approval, zone.types, [zone.heads[waiting.name]])
        with monkeypatch.context() as lying:
            lying.setattr("verifier.judgement.replay.Replay.apply", lambda *_, **__: None)
            leaf = smuggle(world, under_root(customs), [event], monkeypatch)
        kept = watch.caught(INADMISSIBLE, leaf=leaf, event=0)
    (file,) = (Path(each) for each in kept if each.endswith(".evidence"))
    found = confirm_evidence(file.read_bytes(), world.standpoint())
    assert (found.kind, found.facts["leaf"]) == (INADMISSIBLE_ACT, leaf)


HONEST: dict[str, Tell] = {
    "administrators approve their own act": lambda each: each.approves(
        "tax", "tax", under=each.administrators["tax"][1]
    ),
    "a root approves an admission": lambda each: each.approves("admission", "tax", root=True),
    "a root approves a charter": lambda each: each.approves("charter", "tax", root=True),
    "a root of a charter that waits approves that": lambda each: each.approves("charter", each.newcomer, root=True),
    "a privacy officer approves an order": lambda each: each.approves("order", "privacy"),
    "a root approves an order": lambda each: each.approves("order", "tax", root=True),
    "an agency attests another's event": lambda each: each.says(
        "customs", Draft("registry.reattestation", now(), about=(each.told("departing"),))
    ),
    "a grant": lambda each: each.says("carrier", grant("2", each.told("departing"), to=each.uri("payer"))),
    "an order": lambda each: each.decides(order(each.told("order"))),
    "a mandate that ends another way": lambda each: each.says("carrier", ending({"mandate": handle("mandate", "1")})),
    "a mandate and a grant in one statement": lambda each: each.says(
        "carrier",
        mandate(each.uri("carrier"), each.uri("payer"), "8"),
        grant("8", each.told("departing"), to=each.uri("payer")),
    ),
    "a proposal and its approval in one statement": lambda each: each.decides(
        draft_key(each.uri("tax"), generate(EDDSA).public, now())
    ),
    "a suspension": lambda each: each.decides(suspension({"agency": each.uri("market")}, now() + DAY)),
    "a succession": lambda each: each.decides(succession(each, "market", "inspection")),
    "new administrators": lambda each: each.decides(each.agency("inspection", generate(EDDSA))),
    "the same administrators": lambda each: each.decides(each.agency("tax", *each.administrators["tax"])),
    "a revocation": lambda each: each.decides(revocation(each.clone.public, each.stage.size)),
    "a charter": lambda each: each.decides(each.charter()),
    "a policy": lambda each: each.decides(
        Draft(
            "registry.policy",
            now(),
            {"policy": "urn:suyuan:policy:p", "types": ["urn:suyuan:type:order.placed"]},
            {"rule": {"role": "tax"}, "basis": WORDS},
        )
    ),
}


def files_against(registry: Registry, log: MemorySource, position: int = 0) -> Iterator[bytes]:
    """Yield the files against an event, whatever speaks against it: what decides about it, and the whole registry."""
    for whole in (False, True):
        with at_hand(registry.stage, log) as hand:
            yield hand.act(registry.stage.size, position, whole=whole)


@pytest.mark.parametrize("name", some(HONEST, "a privacy officer approves an order", "a grant"))
def test_a_file_against_an_honest_act_convicts_nobody(registry: Registry, name: str):
    log = registry.stage.forged([HONEST[name](registry)])
    assert registry.stage.replayed(log) is None
    for data in files_against(registry, log):
        with pytest.raises(InconsistentError, match="no evidence"):
            confirm_evidence(data, registry.stage.world.standpoint())


@pytest.mark.soak
def test_what_stands_before_it_in_its_own_statement_is_not_left_out(registry: Registry):
    said = HONEST["a mandate and a grant in one statement"](registry)
    for data in files_against(registry, registry.stage.forged([said]), 1):
        with pytest.raises(InconsistentError, match="no evidence"):
            confirm_evidence(data, registry.stage.world.standpoint())


BENT = (
    "a second registration that is completed",
    "two mandates of one handle in one statement",
    "a grant about another's event",
)


@pytest.mark.parametrize("name", some(BENT, "two mandates of one handle in one statement"))
def test_a_bent_file_convicts_of_nothing_else(registry: Registry, name: str):
    picked, standpoint = random.Random(11), registry.stage.world.standpoint()
    _, data = registry.stage.convicted(registry.stage.forged([LIES[name](registry)]))
    places = list(bent(data, picked))
    for what, changed in [*picked.sample(places, min(40, len(places))), *flipped(data, picked, 10)]:
        require_refused_or_true(data, changed, standpoint, what)


@pytest.mark.parametrize("name", some(BENT, "two mandates of one handle in one statement"))
def test_a_part_that_is_left_out_makes_no_evidence(registry: Registry, name: str):
    stage = registry.stage
    log = stage.forged([LIES[name](registry)])
    evidence = parse_act_evidence(parse_file(stage.convicted(log)[1], WORD))
    for member in ("registry", "answered"):
        for left in getattr(evidence, member):
            fewer = replace(evidence, **{member: tuple(each for each in getattr(evidence, member) if each is not left)})
            kept = {part.leaf for part in fewer.parts}
            covering = {next(seal.leaf for seal in fewer.seals if seal.signed.seal.covers(leaf)) for leaf in kept}
            fewer = replace(fewer, seals=tuple(seal for seal in fewer.seals if seal.leaf in covering))
            leaves = kept | {part.leaf for part in fewer.seals}
            fewer = replace(fewer, path=Accuser(log, stage.charter).path(*leaves))
            with pytest.raises(SuyuanError) as refused:
                confirm_act(fewer, stage.world.standpoint())
            assert isinstance(refused.value, IncompleteError) or refused.value.field != "log path"


@pytest.mark.soak
@pytest.mark.parametrize(
    "name", ["a grant", "a privacy officer approves an order", "administrators approve their own act"]
)
def test_no_place_can_be_bent_to_convict_an_honest_ledger(registry: Registry, name: str):
    log, picked = registry.stage.forged([HONEST[name](registry)]), random.Random(3)
    for file in files_against(registry, log):
        for what, data in picked.sample([*bent(file, picked)], 40):
            try:
                found = confirm_evidence(data, registry.stage.world.standpoint())
            except SuyuanError:
                continue
            pytest.fail(f"{what}: {found}")
