"""Events of one statement that look alike are judged by what they have in common, and each by what is its own.

`Run` lets audit and replay judge a later event of the same shape by fewer rules. It may never decide otherwise than
without it: every batch is judged both ways, by both.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fixtures.zone.actors import Actor
from ledger.client.client import LedgerClient
from ledger.compose.event import ComposedEvent, Draft
from ledger.export.export import export_ledger
from ledger.signing.signer import generate
from ledger.witness.replay import judge as replaying_module
from ledger.witness.replay.judge import judge, read_heads
from ledger.witness.replay.lies import LieFoundError
from ledger.witness.replay.replayer import Replayer
from tests.attacks.conftest import bend, reborn
from tests.attacks.watching import publish
from tests.ledger.client.serving import Service
from tests.verifier.proof.audit.forge import MemorySource
from tests.world import ITEM, PRODUCT, World, now
from verifier.cli.sources import FolderSource
from verifier.ledgerformat.batch_answer import RESTRICTED, SHOWN, AnsweredEvent, format_batch_answer
from verifier.ledgerformat.body import body_hash
from verifier.ledgerformat.statement import parse_statement
from verifier.ledgerformat.subject import subject_name
from verifier.primitives.checkpoint import parse_signed_checkpoint
from verifier.primitives.keys import EDDSA, format_key
from verifier.proof.audit import statements
from verifier.proof.audit.events import Run, judge_event
from verifier.proof.audit.known import Known
from verifier.proof.audit.statements import take_entry
from verifier.proof.audit.walk import Audit

UNFILED = "https://id.gs1.org/01/06901234567885"  # in the key's scope, and nobody's
OUTSIDE = "https://id.gs1.org/01/06901234567878"  # filed, and out of the key's scope
NOBODY = "urn:suyuan:agency:nobody"
SERIALS = count(1)
HONEST, HIDDEN = "honest", "a body that is kept back"


@dataclass(frozen=True)
class Tried:
    """An event with how its body is served."""

    event: ComposedEvent
    state: int = SHOWN

    @property
    def answered(self) -> AnsweredEvent:
        body = self.event.body if self.state == SHOWN else None
        return AnsweredEvent(self.event.head, self.state, body)


@dataclass(repr=False)
class Bench:
    """One log, as an audit and a replay know it, and who says more."""

    world: World
    actor: Actor
    known: Known
    replayer: Replayer
    size: int

    def say(self, product: str = PRODUCT, item: str | None = None) -> ComposedEvent:
        item = item or f"{product}/21/L{next(SERIALS):05}"
        subjects = {"item": item, "product": product}
        draft = Draft("transport.commissioning", now(), subjects, {"action": "ADD"})
        return self.actor.compose(draft, self.world.zone.types)

    def audit(self, batch: Sequence[Tried]) -> list[tuple[object, ...]]:
        """Return what an audit finds of a batch: position, check and first reason, the rest of the log being clean."""
        entry, leaf = self._sign(batch), self.size
        known = deepcopy(self.known, {id(self.known.source): None})
        known.source = MemorySource({f"batches/{leaf}": format_batch_answer([each.answered for each in batch])})
        take_entry(known, leaf, entry, now())
        found = known.findings.sorted()
        return [(each.place.position, each.check, each.code, each.field, each.came, each.expected) for each in found]

    def replay(self, batch: Sequence[Tried]) -> tuple[object, ...] | None:
        """Return where and for what a replay stops, None where it goes on."""
        entry, leaf = self._sign(batch), self.size
        answered, names = [each.answered for each in batch], [each.event.name for each in batch]
        taken = read_heads(leaf, entry, parse_statement(entry), answered, names)
        with self.replayer.scratch(5) as past:
            past.index.load(sorted(taken.touched()))
            try:
                judge(taken, now(), past)
            except LieFoundError as lie:
                return lie.where.position, lie.cause.code, lie.cause.field, lie.cause.came, lie.cause.expected
        return None

    def _sign(self, batch: Sequence[Tried]) -> bytes:
        return self.actor.sign([each.event for each in batch], self.world.ledger.origin).statement


def told_in_clear(event: ComposedEvent) -> ComposedEvent:
    """Return the event with a body that says openly what its type keeps for disclosures."""
    body = json.dumps({**json.loads(event.body), "data": {"action": "ADD", "details": "told"}}).encode()
    return bend(replace(event, body=body), body=body_hash(body))


def astray(event: ComposedEvent) -> ComposedEvent:
    """Return the event with links as they would be of another item."""
    joins = (("member", subject_name(PRODUCT)), ("trace", subject_name(f"{PRODUCT}/21/NOBODY")))
    return bend(event, joins=joins)


SORTS: dict[str, tuple[str, Callable[[Bench], Tried]]] = {
    HONEST: ("", lambda bench: Tried(bench.say())),
    "subjects out of the key's scope": ("body.subjects", lambda bench: Tried(bench.say(OUTSIDE))),
    "links of another body": ("head.joins", lambda bench: Tried(astray(bench.say()))),
    "a body that its type does not allow": ("body.data/details", lambda bench: Tried(told_in_clear(bench.say()))),
    "an order that is broken": ("order.commissioned-twice", lambda bench: Tried(bench.say(item=ITEM))),
    "no right at its subject": ("head.follows", lambda bench: Tried(bench.say(UNFILED))),
    "a recipient who is nobody": ("head.to", lambda bench: Tried(bend(bench.say(), to=NOBODY))),
    "the words of somebody else": ("head.issuer", lambda bench: Tried(bend(bench.say(), issuer=NOBODY))),
    "a term that the type does not have": ("head.until", lambda bench: Tried(bend(bench.say(), until=now()))),
    "a type that nobody registered": ("head.type", lambda bench: Tried(bend(bench.say(), type="transport.nothing"))),
    "a principal who gave no mandate": (
        "head.behalf",
        lambda bench: Tried(bend(bench.say(), behalf=bench.world.cast["warehouse"].uri)),
    ),
    HIDDEN: ("body", lambda bench: Tried(bench.say(), RESTRICTED)),
}
LIES = [each for each in SORTS if each != HONEST]
REPLAYED = [each for each in SORTS if each != HIDDEN]  # what is kept back is not judged: the replay waits for it


@pytest.fixture(scope="module")
def bench(template: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    root = tmp_path_factory.mktemp("alike")
    world = reborn(template, root / "ledger")
    actor = replace(world.cast["seller"], signer=generate(EDDSA), _sequence={})
    subjects = {"key": f"urn:suyuan:key:{actor.signer.public.kid.hex()}", "holder": actor.uri}
    data = {"use": "statement", "key": format_key(actor.signer.public), "types": ["*"], "subjects": [PRODUCT, UNFILED]}
    world.say("customs", Draft("registry.enterprise-key", now(), subjects, data))
    names = {"zh": "示例", "en": "Example"}
    filed = {"names": names, "hsCode": "1901101000", "origin": "NZ"}
    world.say("seller", Draft("filing.product", now(), {"product": OUTSIDE, "enterprise": actor.uri}, filed))
    world.cosign()
    publish(world)
    service = Service(world.ledger)
    client = LedgerClient(service.url)
    replayer = Replayer(root / "replay.db", client, world.standpoint().policy)
    note = client.checkpoint()
    replayer.advance_to(parse_signed_checkpoint(note)[0], note)
    with world.ledger.store.read() as reader:
        size = export_ledger(reader, root / "export").size
    walk = Audit(FolderSource(root / "export"), world.standpoint())
    for _ in walk.run():
        pass
    assert (walk.report().outcome, walk.reached) == ("verified", size)
    assert replayer.size == size
    yield Bench(world, actor, walk.known, replayer, size)
    replayer.close()
    service.close()
    world.ledger.close()


def judge_alone(*given: object, run: Run, **named: object) -> None:
    """Judge an event by every rule, whatever stands before it."""
    judge_event(*given, **named)


def both_ways(judged: Callable[[], object]) -> tuple[object, object]:
    """Return what is found with what events have in common, and without."""
    with_run = judged()
    with pytest.MonkeyPatch.context() as patch:
        for module in (statements, replaying_module):
            patch.setattr(module, "judge_event", judge_alone)
        return with_run, judged()


@pytest.mark.parametrize("lie", LIES)
def test_a_later_event_of_the_same_shape_is_refused_for_what_is_its_own(bench: Bench, lie: str):
    field, make = SORTS[lie]
    batch = [SORTS[HONEST][1](bench), make(bench), SORTS[HONEST][1](bench)]
    (found,) = bench.audit(batch)
    assert (found[0], found[1], found[3].startswith(field)) == (1, "event", True), found
    if lie in REPLAYED:
        position, _, stopped, *_ = bench.replay(batch)
        assert (position, stopped.startswith(field)) == (1, True)


def test_honest_events_of_one_shape_are_let_through(bench: Bench):
    batch = [SORTS[HONEST][1](bench) for _ in range(4)]
    assert bench.audit(batch) == []
    assert bench.replay(batch) is None


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(sorted(SORTS)), min_size=2, max_size=6))
def test_an_audit_finds_the_same_of_a_batch_as_of_its_events_alone(bench: Bench, sorts: list[str]):
    batch = [SORTS[each][1](bench) for each in sorts]
    together, alone = both_ways(lambda: bench.audit(batch))
    assert together == alone
    lies = [place for place, each in enumerate(sorts) if each != HONEST]
    assert [each[0] for each in together] == lies


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(sorted(REPLAYED)), min_size=2, max_size=6))
def test_a_replay_stops_at_the_same_event_of_a_batch_as_of_its_events_alone(bench: Bench, sorts: list[str]):
    batch = [SORTS[each][1](bench) for each in sorts]
    together, alone = both_ways(lambda: bench.replay(batch))
    assert together == alone
    lies = [place for place, each in enumerate(sorts) if each != HONEST]
    assert (together[0] if together else None) == (lies[0] if lies else None)
