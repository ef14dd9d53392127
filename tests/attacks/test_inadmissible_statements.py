"""A ledger records what could not be said: one file convicts it to everybody, by name, and no other file does."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from fixtures.zone.actors import Actor
from ledger.compose.event import ComposedEvent, Draft
from ledger.signing.signer import generate
from tests.attacks.conftest import bend, fresh_unit, reborn, smuggle
from tests.ledger.client.serving import Service
from tests.ledger.witness.replay.conftest import Replaying
from tests.ledger.witness.replay.prosecuting import accuse
from tests.vectors.cddl import Schema
from tests.verifier.proof import governed
from tests.world import DAY, FIRM, PARCEL, PRODUCT, UNIT, World, handle, now
from verifier.errors import InconsistentError, SuyuanError
from verifier.ledgerformat.head import State
from verifier.ledgerformat.subject import subject_name
from verifier.primitives.keys import EDDSA
from verifier.proof.bundle import RESTRICTED, parse_file
from verifier.proof.evidence import WORD
from verifier.proof.evidence_inadmissible import (
    StatementEvidence,
    confirm_inadmissible,
    format_statement_evidence,
    parse_statement_evidence,
)
from verifier.proof.evidence_kinds import INADMISSIBLE, Convicted, confirm_evidence
from verifier.proof.evidence_reasons import REASONS
from verifier.proof.examination import Standpoint

FORMATS = Path(__file__).parents[2] / "docs/formats.md"
FILED = {"names": {"zh": "示例奶粉", "en": "Example milk powder"}, "hsCode": "1901101000", "origin": "NZ"}
CDDL = re.search(r"```cddl\n(.*?)```", FORMATS.read_text("utf-8"), re.DOTALL)[1]


@dataclass
class Lie:
    """What was smuggled in, and the reason for which it is refused."""

    reason: str
    leaf: int
    data: bytes = b""


@dataclass
class Forged:
    """Signs as somebody else's key."""

    public: object
    signer: object

    def sign(self, message: bytes) -> bytes:
        return self.signer.sign(message)


def sighting(number: int, **changes: object) -> Draft:
    data = {"action": "OBSERVE", "bizStep": "arriving"}
    return replace(Draft("transport.object", now(), {"epcs": [fresh_unit(number)]}, data), **changes)


def said(actor: Actor, world: World, draft: Draft) -> ComposedEvent:
    return actor.compose(draft, world.zone.types)


def lies(world: World, patch: pytest.MonkeyPatch) -> dict[str, Lie]:
    """Let the ledger record one lie of each sort, each in a block of its own."""
    carrier, market, seller, payer = (world.cast[name] for name in ("carrier", "market", "seller", "payer"))
    told: dict[str, Lie] = {}

    def lie(name: str, reason: str, actor: Actor, event: ComposedEvent, origin: str | None = None) -> None:
        told[name] = Lie(reason, smuggle(world, actor, [event], patch, origin))

    stranger = replace(carrier, signer=generate(EDDSA), _sequence={})
    lie("an unknown key", "key", stranger, said(stranger, world, sighting(1)))
    requests = replace(carrier, signer=generate(EDDSA), _sequence={})
    world.zone.say(world.cast["customs"], [_key(world, requests, use="request")])
    lie("a key of another use", "key", requests, said(requests, world, sighting(2)))
    rogue = replace(seller, uri=carrier.uri)
    lie("another's key", "holder", rogue, said(rogue, world, sighting(3)))
    lie("a batch for another ledger", "audience", carrier, said(carrier, world, sighting(4)), "other.test/zone")
    forger = replace(carrier, signer=Forged(carrier.signer.public, generate(EDDSA)))
    lie("a forged signature", "signature", forger, said(carrier, world, sighting(5)))
    lie("another's words", "issuer", carrier, said(replace(seller), world, sighting(6)))
    as_root = replace(market, signer=market.root)
    lie("a root key that says a statement", "use", as_root, said(market, world, sighting(7)))
    event = said(carrier, world, sighting(8))
    lie("links of another body", "links", carrier, bend(event, joins=(("trace", subject_name(fresh_unit(9))),)))
    lie("no mandate", "right", seller, said(seller, world, sighting(10, behalf=carrier.uri)))
    to = "urn:suyuan:agency:nobody"
    lie("a recipient who is nobody", "right", carrier, said(carrier, world, sighting(11, to=to)))
    lie("a role that may not", "right", payer, said(payer, world, sighting(14)))
    lie("a type of nobody", "type", carrier, bend(said(carrier, world, sighting(15)), type="transport.nothing"))
    lie("a term that the type has not", "head", carrier, bend(said(carrier, world, sighting(17)), until=now()))
    lie("another type's body", "body", carrier, bend(_delivery(world), type="transport.object"))
    for name, reason, actor, draft in misplaced(world):
        lie(name, reason, actor, said(actor, world, draft))
    narrow = replace(carrier, signer=generate(EDDSA), _sequence={})
    world.zone.say(world.cast["customs"], [_key(world, narrow, types=["delivery.*"])])
    lie("a type out of scope", "scope", narrow, said(narrow, world, sighting(18)))
    _suspend(world, market)
    lie("a suspended agency", "key", market, said(market, world, sighting(12)))
    governed.compromise(world, "carrier", 0)
    lie("a revoked key", "key", carrier, said(carrier, world, sighting(13)))
    return told


def misplaced(world: World) -> list[tuple[str, str, Actor, Draft]]:
    """Return what could be said elsewhere: name, reason, who says it, draft."""
    seller, keeper = world.cast["seller"], world.cast["warehouse"]
    again = Draft("filing.product", now(), {"product": PRODUCT, "enterprise": seller.uri}, FILED)
    return [
        ("a stranger's join", "place", keeper, replace(sighting(0), subjects={"epcs": [UNIT]})),
        ("a root that is none", "state", seller, _summary(seller)),
        ("a product filed again", "order", seller, again),
    ]


def _key(world: World, actor: Actor, **changes: object) -> Draft:
    draft = world.zone._key("registry.enterprise-key", actor)
    return replace(draft, data={**draft.data, **changes})


def _delivery(world: World) -> ComposedEvent:
    draft = Draft("delivery.signed", now(), {"parcel": PARCEL}, {"carrier": FIRM})
    return said(world.cast["carrier"], world, draft)


def _summary(seller: Actor) -> Draft:
    month = f"urn:suyuan:set:lists:{seller.uri.rpartition(':')[2]}:2026-11"
    subjects = {"summary": handle("summary", "1"), "enterprise": seller.uri, "period": month}
    data = {"customs": "2244", "agent": FIRM, "seller": FIRM, "declarant": FIRM, "groupedBy": "1"}
    state = State("member", subject_name(month), 1, bytes(32))
    return Draft("clearance.summary", now(), subjects, data, state=state)


def _suspend(world: World, who: Actor) -> None:
    draft = Draft("registry.suspension", now(), {"agency": who.uri}, {"reason": "drill"}, until=now() + DAY)
    (event,) = world.zone.say(world.zone.agencies[0], [draft], as_root=True)
    world.zone.approve([event.name], 2)


@dataclass
class Court:
    """Every lie with the file that convicts, and somebody to judge."""

    told: dict[str, Lie]
    standpoint: Standpoint

    def judge(self, data: bytes) -> Convicted:
        return confirm_evidence(data, self.standpoint)

    def evidence(self, name: str) -> StatementEvidence:
        return parse_statement_evidence(parse_file(self.told[name].data, WORD))


@pytest.fixture(scope="module")
def court(template: World, tmp_path_factory) -> Iterator[Court]:
    root = tmp_path_factory.mktemp("court")
    world = reborn(template, root / "ledger")
    service = Service(world.ledger)
    with pytest.MonkeyPatch.context() as patch:
        told = lies(world, patch)
        leaves = {lie.leaf: lie for lie in told.values()}
        for each in accuse(Replaying(world, service, root), patch, lambda _, leaf: leaf in leaves):
            leaves[each.where.leaf].data = each.data
    yield Court(told, world.standpoint())
    service.close()
    world.ledger.close()


NAMES = (
    "an unknown key", "a key of another use", "another's key", "a batch for another ledger", "a forged signature",
    "another's words", "a root key that says a statement", "links of another body", "no mandate",
    "a recipient who is nobody", "a role that may not", "a type of nobody",
    "a term that the type has not", "another type's body", "a type out of scope", "a suspended agency", "a revoked key",
    "a stranger's join", "a root that is none", "a product filed again",
)  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_the_file_convicts_by_name(court: Court, name: str):
    lie = court.told[name]
    found = court.judge(lie.data)
    assert (found.kind, found.facts["leaf"], found.facts["reason"]) == (INADMISSIBLE, lie.leaf, lie.reason)
    assert Schema(CDDL).matches("inadmissible-statement-evidence", lie.data)
    assert format_statement_evidence(court.evidence(name)) == lie.data


def test_every_lie_is_tried(court: Court):
    assert set(court.told) == set(NAMES)
    elsewhere = {"phase"}  # test_inadmissible_phases.py
    assert {lie.reason for lie in court.told.values()} | elsewhere == set(REASONS)


# Nothing can be changed in such a file to convict for something else, or somebody honest.


def test_every_byte_counts(court: Court):
    """A sample of the bytes of every file; each bit of one byte."""
    picked = random.Random(7)
    for name, lie in court.told.items():
        for place in picked.sample(range(len(lie.data)), 20):
            flipped = bytearray(lie.data)
            flipped[place] ^= 1 << picked.randrange(8)
            _require_refused_or_true(court, lie, bytes(flipped), f"{name}, byte {place}")


@pytest.mark.soak
@pytest.mark.parametrize("name", NAMES)
def test_every_single_byte_counts(court: Court, name: str):
    lie = court.told[name]
    for place in range(len(lie.data)):
        flipped = bytearray(lie.data)
        flipped[place] ^= 1 << place % 8
        _require_refused_or_true(court, lie, bytes(flipped), f"byte {place}")


def _require_refused_or_true(court: Court, lie: Lie, data: bytes, what: str) -> None:
    try:
        found = court.judge(data)
    except SuyuanError:
        return
    assert found.facts == court.judge(lie.data).facts, what


@pytest.mark.parametrize("name", ["a revoked key", "no mandate", "a type out of scope", "a suspended agency"])
def test_a_registry_event_that_is_left_out_makes_no_evidence(court: Court, name: str):
    evidence = court.evidence(name)
    for left in evidence.registry:
        parts = tuple(part for part in evidence.registry if part is not left)
        with pytest.raises(SuyuanError) as refused:
            confirm_inadmissible(replace(evidence, registry=parts), court.standpoint)
        assert not isinstance(refused.value, InconsistentError)


def test_a_seal_of_an_older_block_makes_no_evidence(court: Court):
    evidence = court.evidence("a forged signature")
    for seals in (evidence.seals[:-1], evidence.seals[1:], ()):
        with pytest.raises(SuyuanError):
            confirm_inadmissible(replace(evidence, seals=seals), court.standpoint)


def test_a_body_that_is_not_shown_speaks_neither_for_nor_against(court: Court):
    """Links follow from the body: without it they are no reason; a key that is not valid is one without it too."""
    for name, convicts in (("links of another body", False), ("an unknown key", True)):
        evidence = court.evidence(name)
        (event,) = evidence.statement.events
        bare = replace(evidence.statement, events=(replace(event, body=RESTRICTED),))
        if convicts:
            assert confirm_inadmissible(replace(evidence, statement=bare), court.standpoint).reason.code == "key"
            continue
        with pytest.raises(InconsistentError):
            confirm_inadmissible(replace(evidence, statement=bare), court.standpoint)
