"""A ledger records what nobody may say in that place: strangers' joins, follows, answers. One file convicts it."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from fixtures.zone.actors import Actor, enterprise
from ledger.compose.event import ComposedEvent, Draft
from ledger.prove.log import Leaves, shared_path
from tests.attacks.conftest import bend, fresh_unit, reborn, smuggle
from tests.ledger.client.serving import Service
from tests.ledger.witness.replay.conftest import Replaying
from tests.ledger.witness.replay.prosecuting import accuse
from tests.vectors.cddl import Schema
from tests.world import DECLARATION, FIRM, ITEM, ORDER, PRODUCT, UNIT, World, handle, now, uscc
from verifier.errors import InconsistentError, SuyuanError
from verifier.ledgerformat.subject import subject_name
from verifier.primitives.checkpoint import parse_signed_checkpoint
from verifier.primitives.merkle import leaf_hash
from verifier.proof.bundle import MISSING, RESTRICTED, StatementPart, parse_file
from verifier.proof.evidence import WORD
from verifier.proof.evidence_inadmissible import (
    StatementEvidence,
    confirm_inadmissible,
    format_statement_evidence,
    parse_statement_evidence,
)
from verifier.proof.evidence_kinds import INADMISSIBLE, Convicted, confirm_evidence
from verifier.proof.examination import Standpoint

FORMATS = Path(__file__).parents[2] / "docs/formats.md"
CDDL = re.search(r"```cddl\n(.*?)```", FORMATS.read_text("utf-8"), re.DOTALL)[1]
OBSERVED = {"action": "OBSERVE", "bizStep": "arriving"}
MADE = {"action": "ADD", "bizStep": "commissioning"}
HONEST = ("transport.packing", "delivery.pick-up", "aftersales.return", "aftersales.return-closed", "clearance.list")
GOVERNING = "registry.policy"
WORDS = {"zh": "过热", "en": "It overheats"}
NOBODYS = "https://id.gs1.org/01/06901234567908"  # a product of the seller's prefix that nobody filed


@dataclass
class Lie:
    """What was smuggled in, the member of its head or body that the refusal names, and the reason."""

    field: str
    leaf: int
    reason: str = "place"
    data: bytes = b""


def sighting(subject: str, **changes: object) -> Draft:
    return replace(Draft("transport.object", now(), {"epcs": [subject]}, OBSERVED), **changes)


def item(number: int) -> str:
    return f"{PRODUCT}/21/P{number:04}"


def commissioning(subject: str, **changes: object) -> Draft:
    product = subject.partition("/21/")[0]
    return replace(Draft("transport.commissioning", now(), {"item": subject, "product": product}, MADE), **changes)


def recall(product: str) -> Draft:
    return Draft("aftersales.recall", now(), {"goods": [product]}, {"hazard": WORDS, "advice": WORDS})


def production(lot: str) -> Draft:
    subjects = {"lot": lot, "product": lot.partition("/10/")[0]}
    return Draft("transport.production", now(), subjects, {"producedOn": "20261101"})


def about(kind: str, *answered: ComposedEvent, **changes: object) -> Draft:
    return replace(Draft(kind, now(), about=tuple(sorted(each.name for each in answered))), **changes)


def said(world: World, who: Actor, draft: Draft) -> ComposedEvent:
    return who.compose(draft, world.zone.types, [world.zone.heads[name] for name in draft.about])


def rivals(world: World) -> Actor:
    """Admit another seller, who has nothing to do with this parcel."""
    made = enterprise(uscc("91330100MA2TEXT77"), "外人", "Rival", ["seller", "platform"], prefixes=["6955"])
    world.zone.admit_enterprises(world.cast["customs"], [made])
    return made


def strangers(world: World) -> Iterator[tuple[str, str, Actor, Draft]]:
    """Yield a lie's name, what refuses it, who says it, and what; whatever goes before is said in between."""
    carrier, payer, warehouse = (world.cast[name] for name in ("carrier", "payer", "warehouse"))
    rival, events = rivals(world), world.events
    yield "a stranger's join", "head.joins", warehouse, sighting(UNIT)
    yield "custody that was passed on", "head.joins", warehouse, sighting(ITEM)
    world.say("seller", commissioning(item(1), to=warehouse.uri))
    world.say("warehouse", Draft("delivery.pick-up", now(), {"item": item(1), "order": ORDER}, {"place": "3301"}))
    yield "custody that ended", "head.joins", warehouse, sighting(item(1))
    yield "a unit of another's prefix", "head.joins", rival, sighting(fresh_unit(31))
    yield "a type that opens nothing", "head.joins", carrier, _sensed(fresh_unit(32))
    yield "a follow of another's product", "head.follows", warehouse, production(f"{PRODUCT}/10/L1")
    yield "a follow of what has not begun", "head.follows", world.cast["seller"], commissioning(f"{NOBODYS}/21/1")
    yield "a case of what has not begun", "head.joins", payer, paid(handle("order", "nobody's"))
    yield "a recall by who does not own it", "head.joins", rival, recall(PRODUCT)
    yield "a recall of what has not begun", "head.joins", world.cast["seller"], recall(NOBODYS)
    yield "an answer to another's event", "head.about", rival, about("aftersales.return-closed", events["return"])
    yield "an answer to what joins no trace", "head.about", rival, about("record.correction", events["payment"])
    same = {"same": [DECLARATION]}
    same_subject = about("record.same-subject", events["waybill"], subjects=same)
    yield "an answer that follows what it does not answer", "head.follows", carrier, same_subject
    yield "a counter of another's set", "body.subjects.stock", rival, _sold(world)


def moved(world: World, patch: pytest.MonkeyPatch) -> dict[str, Lie]:
    """Let answers be logged in stories of others: they do not follow from what is answered."""
    customs, told = world.cast["customs"], {}
    endorsed = about("endorsement.acknowledged", world.events["packing"], data={"seen": []})
    elsewhere = bend(said(world, customs, endorsed), joins=(("trace", subject_name(UNIT)),))
    told["a moved endorsement"] = Lie("head.joins", smuggle(world, customs, [elsewhere], patch), "links")
    (recalled,) = world.say("market", recall(PRODUCT))
    lifted = said(world, customs, about("aftersales.recall-lifted", recalled, subjects={"goods": [PRODUCT]}))
    answer = bend(lifted, about=(world.events["packing"].name,))
    told["an answer to another type"] = Lie("head.about", smuggle(world, customs, [answer], patch), "links")
    return told


def _sensed(unit: str) -> Draft:
    seen = {"measures": "shock", "unit": "g", "minimum": "0", "maximum": "1", "excursion": False}
    return Draft("transport.sensor", now(), {"goods": [unit]}, seen)


def paid(order: str) -> Draft:
    paid = {"/amount": {"paid": "199.00", "currency": "142"}}
    return Draft("order.payment", now(), {"order": order}, {"firm": FIRM}, paid)


def _sold(world: World) -> Draft:
    owner = world.cast["seller"].uri.rsplit(":", 1)[1]
    subjects = {"stock": f"urn:suyuan:set:overseas:{owner}:1", "declarations": [DECLARATION]}
    return Draft("aftersales.overseas-sale", now(), subjects, {"quantity": "1", "unit": "kg", "soldOn": "20261102"})


def log_of(world: World) -> Leaves:
    """Return the whole log, which everybody has."""
    with world.ledger.store.read() as reader:
        return Leaves([leaf_hash(entry) for entry in reader.entries(0, world.ledger.head.edge.size)])


def repathed(evidence: StatementEvidence, log: Leaves) -> StatementEvidence:
    """Return evidence with the path in the log of just what it shows."""
    size = parse_signed_checkpoint(evidence.checkpoint)[0].size
    leaves = {part.leaf for part in evidence.parts} | {part.leaf for part in evidence.seals}
    return replace(evidence, path=shared_path(log, size, leaves))


@dataclass
class Court:
    """Every lie with the file that convicts, honest events with the file that accuses them, and somebody to judge."""

    told: dict[str, Lie]
    honest: dict[str, bytes]
    standpoint: Standpoint
    log: Leaves

    def judge(self, data: bytes) -> Convicted:
        return confirm_evidence(data, self.standpoint)

    def data(self, name: str) -> bytes:
        return self.told[name].data if name in self.told else self.honest[name]

    def evidence(self, name: str) -> StatementEvidence:
        return parse_statement_evidence(parse_file(self.data(name), WORD))

    def require_refused_or_true(self, name: str, place: int, bit: int) -> None:
        """Require of a file with one bit flipped that it convicts of the same, or of nothing."""
        flipped = bytearray(self.data(name))
        flipped[place] ^= 1 << bit
        try:
            found = self.judge(bytes(flipped))
        except SuyuanError:
            return
        assert name in self.told, f"{name}, byte {place}"
        assert found.facts == self.judge(self.data(name)).facts, f"{name}, byte {place}"

    def refuse(self, evidence: StatementEvidence) -> SuyuanError:
        """Return why evidence is none, its path in the log made for whatever it shows."""
        with pytest.raises(SuyuanError) as refused:
            confirm_inadmissible(repathed(evidence, self.log), self.standpoint)
        return refused.value


@pytest.fixture(scope="module")
def court(template: World, tmp_path_factory) -> Iterator[Court]:
    root = tmp_path_factory.mktemp("court")
    world = reborn(template, root / "ledger")
    service = Service(world.ledger)
    with pytest.MonkeyPatch.context() as patch:
        told = {
            name: Lie(field, smuggle(world, actor, [said(world, actor, draft)], patch))
            for name, field, actor, draft in strangers(world)
        }
        told |= moved(world, patch)
        leaves = {lie.leaf: lie for lie in told.values()}
        honest: dict[str, bytes] = {}
        for each in accuse(
            Replaying(world, service, root), patch, lambda kind, leaf: leaf in leaves or kind in {*HONEST, GOVERNING}
        ):
            if each.where.leaf in leaves:
                leaves[each.where.leaf].data = each.data
            else:
                honest[each.type] = each.data
    yield Court(told, honest, world.standpoint(), log_of(world))
    service.close()
    world.ledger.close()


NAMES = (
    "a stranger's join", "custody that was passed on", "custody that ended", "a unit of another's prefix",
    "a type that opens nothing", "a follow of another's product", "a follow of what has not begun",
    "a case of what has not begun", "a recall by who does not own it", "a recall of what has not begun",
    "an answer to another's event", "an answer to what joins no trace",
    "an answer that follows what it does not answer", "a counter of another's set", "a moved endorsement",
    "an answer to another type",
)  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_the_file_convicts_by_name(court: Court, name: str):
    lie = court.told[name]
    found = court.judge(lie.data)
    assert (found.kind, found.facts["leaf"], found.facts["reason"]) == (INADMISSIBLE, lie.leaf, lie.reason)
    assert str(found.facts["fault"]).startswith(f"{lie.field}: ")
    assert Schema(CDDL).matches("inadmissible-statement-evidence", lie.data)
    assert format_statement_evidence(court.evidence(name)) == lie.data


def test_every_lie_is_tried(court: Court):
    assert set(court.told) == set(NAMES)


# A file that shows less, or more, or something else convicts nobody.


def without(parts: tuple[StatementPart, ...], left: StatementPart) -> tuple[StatementPart, ...]:
    return tuple(part for part in parts if part is not left)


@pytest.mark.parametrize("name", HONEST)
def test_no_trace_part_that_is_bent_convicts_anybody(court: Court, name: str):
    honest = court.evidence(name)
    traces = honest.traces
    assert isinstance(court.refuse(honest), InconsistentError)
    court.refuse(replace(honest, traces=None))
    for left in traces.statements:
        fewer = replace(traces, statements=without(traces.statements, left))
        assert not isinstance(court.refuse(replace(honest, traces=fewer)), InconsistentError)
    for other in ("transport.packing", "a stranger's join", "an answer to what joins no trace"):
        strange = court.evidence(other).traces
        for bent in (strange, replace(traces, proof=strange.proof), replace(traces, statements=strange.statements)):
            court.refuse(replace(honest, traces=bent))


@pytest.mark.parametrize("name", NAMES)
def test_a_history_that_is_cut_makes_no_evidence(court: Court, name: str):
    evidence = court.evidence(name)
    for left in evidence.traces.statements:
        fewer = replace(evidence.traces, statements=without(evidence.traces.statements, left))
        court.refuse(replace(evidence, traces=fewer))
    for left in evidence.registry:
        refused = court.refuse(replace(evidence, registry=without(evidence.registry, left)))
        assert not isinstance(refused, InconsistentError)
    court.refuse(replace(evidence, traces=None))


def test_a_trace_part_shows_heads_of_what_is_touched_and_nothing_else(court: Court):
    evidence = court.evidence("a stranger's join")
    part, *others = evidence.traces.statements
    (event,) = part.events
    missing = replace(part, events=(replace(event, body=MISSING),))
    court.refuse(replace(evidence, traces=replace(evidence.traces, statements=(missing, *others))))
    last = evidence.statement.leaf
    later = [part for part in court.evidence("custody that ended").traces.statements if part.leaf > last]
    assert later
    for each in later:
        more = replace(evidence.traces, statements=(*evidence.traces.statements, each))
        assert "touches or answers" in str(court.refuse(replace(evidence, traces=more)))


def test_no_registry_event_is_judged_by_traces(court: Court):
    honest, traces = court.evidence(GOVERNING), court.evidence("a stranger's join").traces
    assert honest.traces is None
    assert "no trace" in str(court.refuse(replace(honest, traces=traces)))


@pytest.mark.parametrize("name", NAMES)
def test_a_body_that_is_not_shown_convicts_only_of_what_heads_tell(court: Court, name: str):
    evidence = court.evidence(name)
    (event,) = evidence.statement.events
    bare = replace(evidence, statement=replace(evidence.statement, events=(replace(event, body=RESTRICTED),)))
    if name in {"a unit of another's prefix", "a counter of another's set", "a moved endorsement"}:
        assert isinstance(court.refuse(bare), InconsistentError)
    else:
        assert confirm_inadmissible(bare, court.standpoint).reason.code == court.told[name].reason


def test_every_byte_counts(court: Court):
    """A sample of the bytes of every file, of honest events too; a bit of each."""
    picked = random.Random(7)
    for name in (*NAMES, *HONEST):
        size = len(court.data(name))
        for place in picked.sample(range(size), 12):
            court.require_refused_or_true(name, place, picked.randrange(8))


@pytest.mark.soak
@pytest.mark.parametrize("name", [*NAMES, *HONEST])
def test_every_single_byte_counts(court: Court, name: str):
    for place in range(len(court.data(name))):
        court.require_refused_or_true(name, place, place % 8)
