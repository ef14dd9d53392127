"""A ledger records what a rule of order refuses, or a root that is none: a file convicts it, and no other does."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace

import pytest

from ledger.compose.event import ComposedEvent, Draft
from tests.attacks.conftest import reborn, smuggle
from tests.attacks.ruled import ENTRY, INVOICE, MONTH, OTHER, SECOND, Ruled, files, register
from tests.attacks.test_inadmissible_places import CDDL, Court, Lie, about, commissioning, log_of, said, without
from tests.ledger.client.serving import Service
from tests.ledger.witness.replay.conftest import Replaying
from tests.ledger.witness.replay.prosecuting import accuse
from tests.vectors.cddl import Schema
from tests.world import ITEM, ORDER, PARCEL, PRODUCT, World, now
from verifier.errors import InconsistentError, SuyuanError
from verifier.ledgerformat.submission import format_submission
from verifier.ledgerformat.vocabulary import parse_type
from verifier.proof.bundle import RESTRICTED
from verifier.proof.evidence_inadmissible import confirm_inadmissible, format_statement_evidence
from verifier.proof.evidence_kinds import INADMISSIBLE

PAPERS = {"zh": "单证不符", "en": "The papers differ"}
LIFTED = {"basis": PAPERS}
EARLY = 1_700_000_000_000
HELD = LIFTED | {"category": "other"}
NEVER = "urn:suyuan:list:hold:3"
CLAIMS = [INVOICE[:-2] + f"{number:02x}" for number in range(16)]
FIRST = {"test.listed", "test.claimed", "test.held"}  # honest ones that lies rest on are not accused


def linked(ruled: Ruled, type_: str, claim: str, *goods: str) -> ComposedEvent:
    """Return an event about a claim that follows these goods."""
    kind = parse_type(files()[type_].encode())
    return ruled.world.cast["seller"].compose(Draft(type_, now(), {"invoice": claim, "goods": [*goods]}), {type_: kind})


def broken(ruled: Ruled) -> Iterator[tuple[str, str, str, *tuple[ComposedEvent, ...]]]:
    """Yield a lie's name, what refuses it, who says it, and what, the lie first; what goes before is said."""
    world, list_ = ruled.world, ruled.world.events["list"]
    ruled.tell("test.claimed", CLAIMS[0])
    yield "a second claim", "order.claimed-twice", "seller", ruled.event("test.claimed", CLAIMS[0])
    yield "a use of what nobody claimed", "order.not-claimed", "seller", ruled.event("test.used", CLAIMS[1])
    early = [ruled.event(f"test.{word}", CLAIMS[4]) for word in ("used", "claimed")]
    yield "a use before its claim", "order.not-claimed", "seller", *early
    timed = [ruled.event("test.claimed", CLAIMS[5], when=EARLY), ruled.event("test.timed", CLAIMS[5])]
    yield "a time that nobody claims", "order.timed-early", "seller", ruled.event("test.timed", CLAIMS[12])
    yield "a time that is claimed later", "order.timed-early", "seller", *timed[::-1]
    ruled.tell("test.held", ENTRY)
    yield "a release of what is held", "order.held", "seller", ruled.event("test.released", ENTRY)
    yield "an end of nothing", "order.not-held", "seller", ruled.event("test.lifted", NEVER)
    yield "a second end", "order.not-held", "seller", ruled.event("test.lifted", OTHER)
    ruled.tell("test.listed", MONTH)
    ruled.say(ruled.sum())
    yield "a sum of nothing new", "order.not-later", "seller", ruled.sum(back=1)
    one_of_two = linked(ruled, "test.settled", CLAIMS[2], ORDER, PRODUCT)
    yield "one follow of two", "order.not-ordered", "seller", one_of_two
    yield "what nothing leads to", "order.not-released", "seller", linked(ruled, "test.reached", CLAIMS[3], PRODUCT)
    yield "a second commissioning", "order.commissioned-twice", "seller", said(world, world.cast["seller"],
                                                                             commissioning(ITEM))  # fmt: skip
    (first,) = world.say("customs", about("clearance.hold", list_, data=HELD))
    world.say("customs", about("clearance.hold-lifted", first, data=LIFTED))
    world.say("customs", about("clearance.hold", list_, data=HELD))
    older = said(world, world.cast["customs"], about("clearance.hold-lifted", first, data=LIFTED))
    yield "an answer to an older one", "order.lifted-without-hold", "customs", older
    yield "a root that is none", "head.state", "seller", ruled.sum(root=bytes(32))
    yield "a root of what is to come", "head.state", "seller", ruled.sum(SECOND, count=9)
    yield "a root of no entries", "head.state", "seller", ruled.sum(SECOND, count=0)
    yield "a root of another history", "head.state", "seller", ruled.sum(MONTH, joins=(SECOND,))


def honest(ruled: Ruled) -> dict[str, int]:
    """Let be said what the same rules take, of several histories."""
    said_at = {"a first claim": ruled.tell("test.claimed", CLAIMS[8]), "its use": ruled.tell("test.used", CLAIMS[8])}
    ruled.say(ruled.event("test.held", OTHER), ruled.event("test.lifted", OTHER))
    said_at["a release"] = ruled.tell("test.released", OTHER)
    ruled.tell("test.listed", MONTH, SECOND)
    said_at["a sum"] = ruled.say(ruled.sum(SECOND))
    said_at["follows that all hold"] = ruled.say(linked(ruled, "test.settled", CLAIMS[9], ORDER, PARCEL))
    said_at["what another leads to"] = ruled.say(linked(ruled, "test.reached", CLAIMS[10], PARCEL))
    said_at["told once"] = ruled.tell("test.told", CLAIMS[11])
    said_at["told twice"] = ruled.tell("test.told", CLAIMS[11])
    ruled.say(ruled.event("test.claimed", CLAIMS[13], when=EARLY))
    said_at["by time"] = ruled.tell("test.timed", CLAIMS[13])
    return said_at


def let_in(world: World, who: str, events: list[ComposedEvent], field: str, patch: pytest.MonkeyPatch) -> int:
    """Let the ledger record what it has just refused for this; return the leaf."""
    actor = world.cast[who]
    with pytest.raises(SuyuanError) as refused:
        world.ledger.submit(format_submission(actor.sign(events, world.ledger.origin))).result()
    assert refused.value.field == f"events[0].{field}"
    return smuggle(world, actor, events, patch)


HONEST = ("a first claim", "its use", "a release", "a sum", "follows that all hold", "what another leads to",
          "told once", "told twice", "by time")  # fmt: skip
NAMES = (
    "a second claim", "a use of what nobody claimed", "a use before its claim",
    "a time that nobody claims", "a time that is claimed later", "a release of what is held",
    "an end of nothing", "a second end",
    "a sum of nothing new", "one follow of two", "what nothing leads to", "a second commissioning",
    "an answer to an older one", "a root that is none", "a root of what is to come", "a root of no entries",
    "a root of another history",
)  # fmt: skip


@pytest.fixture(scope="module")
def court(template: World, tmp_path_factory) -> Iterator[Court]:
    root = tmp_path_factory.mktemp("court")
    world = reborn(template, root / "ledger")
    register(world)
    service, ruled = Service(world.ledger), Ruled(world)
    with pytest.MonkeyPatch.context() as patch:
        taken = honest(ruled)
        told = {
            name: Lie(field, let_in(world, who, events, field, patch), "state" if "head" in field else "order")
            for name, field, who, *events in broken(ruled)
        }
        names = {lie.leaf: name for name, lie in told.items()} | {leaf: name for name, leaf in taken.items()}
        files_ = {
            names[each.where.leaf]: each.data
            for each in accuse(Replaying(world, service, root), patch, lambda _, leaf: leaf in names)
            if each.where.position == 0
        }
    for name, lie in told.items():
        lie.data = files_[name]
    yield Court(told, {name: files_[name] for name in taken}, world.standpoint(), log_of(world))
    service.close()
    world.ledger.close()


@pytest.mark.parametrize("name", NAMES)
def test_the_file_convicts_by_name(court: Court, name: str):
    lie = court.told[name]
    found = court.judge(lie.data)
    assert (found.kind, found.facts["leaf"], found.facts["reason"]) == (INADMISSIBLE, lie.leaf, lie.reason)
    assert str(found.facts["fault"]).startswith(f"{lie.field}: ")
    assert Schema(CDDL).matches("inadmissible-statement-evidence", lie.data)
    assert format_statement_evidence(court.evidence(name)) == lie.data


def test_every_lie_is_tried(court: Court):
    assert (set(court.told), set(court.honest)) == (set(NAMES), set(HONEST))


@pytest.mark.parametrize("name", HONEST)
def test_what_admission_takes_convicts_nobody(court: Court, name: str):
    with pytest.raises(InconsistentError, match="no evidence"):
        court.judge(court.data(name))


@pytest.mark.parametrize("name", [*NAMES, *HONEST])
def test_a_history_that_is_cut_moved_or_anothers_makes_no_evidence(court: Court, name: str):
    evidence = court.evidence(name)
    traces = evidence.traces
    assert traces.ordered
    for left in traces.statements:
        fewer = replace(traces, statements=without(traces.statements, left))
        refused = court.refuse(replace(evidence, traces=fewer))
        assert not isinstance(refused, InconsistentError), refused
    court.refuse(replace(evidence, traces=replace(traces, ordered=False)))
    for other in {"a second claim", "what nothing leads to", "a sum"} - {name}:
        strange = court.evidence(other).traces
        for bent in (strange, replace(traces, proof=strange.proof), replace(traces, statements=strange.statements)):
            court.refuse(replace(evidence, traces=bent))


@pytest.mark.parametrize("name", NAMES)
def test_no_body_is_needed_and_every_history_is(court: Court, name: str):
    evidence = court.evidence(name)
    (event,) = evidence.statement.events
    bare = replace(evidence, statement=replace(evidence.statement, events=(replace(event, body=RESTRICTED),)))
    assert confirm_inadmissible(bare, court.standpoint).reason.code == court.told[name].reason
    court.refuse(replace(evidence, traces=None))


def test_what_stands_later_is_shown_and_says_nothing(court: Court):
    """The claim stands in the history by the seal of the block, behind the use that it does not allow."""
    evidence = court.evidence("a use before its claim")
    (shown,) = evidence.traces.statements
    assert (shown.leaf, shown.events[0].position) == (evidence.statement.leaf, 1)


def test_every_byte_counts(court: Court):
    """A sample of the bytes of every file, of honest events too; a bit of each."""
    picked = random.Random(11)
    for name in (*NAMES, *HONEST):
        for place in picked.sample(range(len(court.data(name))), 8):
            court.require_refused_or_true(name, place, picked.randrange(8))


@pytest.mark.soak
@pytest.mark.parametrize("name", [*NAMES, *HONEST])
def test_one_byte_in_sixteen_counts(court: Court, name: str):
    for place in range(len(name) % 16, len(court.data(name)), 16):
        court.require_refused_or_true(name, place, place % 8)
