"""Agencies govern a real ledger: what the registry rules say is what admission, restart, fsck and proofs say."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import pytest

from fixtures.zone.actors import Actor
from ledger.compose.event import ComposedEvent, Draft
from ledger.fsck.check import check_ledger
from ledger.ledger import Ledger
from ledger.signing.ledger_keys import generate_ledger_keys
from ledger.signing.signer import MemorySigner, generate
from ledger.store.sqlite.connection import create
from ledger.store.sqlite.store import SqliteStore
from ledger.tiles.folder import TileFolder
from tests.world import ORIGIN, PRODUCT, World, found_zone, handle, now
from verifier.errors import NotPermittedError
from verifier.judgement.life import DAY, HOUR, LONGEST_SUSPENSION
from verifier.judgement.participants import key_subject
from verifier.ledgerformat.submission import format_submission
from verifier.primitives.keys import EDDSA, format_key
from verifier.proof.verify import examine_trace

NAMES = {"zh": "名", "en": "Name"}


@dataclass
class Clock:
    """The clock of the ledger: that of the machine, and as much as the test sets it forward."""

    ahead: int = 0

    def now(self) -> int:
        return now() + self.ahead


@dataclass
class Governed:
    """A founded world whose ledger's clock the test moves."""

    world: World
    clock: Clock

    def actor(self, name: str) -> Actor:
        return self.world.cast[name]

    def say(self, actor: Actor, *drafts: Draft, as_root: bool = False) -> list[ComposedEvent]:
        return self.world.zone.say(actor, drafts, as_root=as_root)

    def draft(self, kind: str, subjects: dict, data: dict | None = None, **members) -> Draft:
        return Draft(kind, self.clock.now(), subjects, data or {}, **members)

    def approve(self, said: ComposedEvent, *actors: Actor, as_root: bool) -> None:
        for each in actors:
            self.say(each, self.draft("registry.approval", {}, about=(said.name,)), as_root=as_root)

    def key(self, holder: Actor, signer: MemorySigner) -> Draft:
        subjects = {"key": key_subject(signer.public.kid), "holder": holder.uri}
        data = {"use": "statement", "key": format_key(signer.public), "types": ["*"], "subjects": []}
        return self.draft("registry.key" if holder.root else "registry.enterprise-key", subjects, data)

    def revocation(self, signer: MemorySigner) -> Draft:
        subjects = {"key": key_subject(signer.public.kid)}
        return self.draft("registry.revocation", subjects, {"reason": "rotated", "compromisedSince": None})

    def filing(self, who: Actor, **members) -> Draft:
        data = {"names": NAMES, "customsCode": "3301000001"}
        return self.draft("filing.enterprise", {"enterprise": who.uri}, data, **members)

    def reopen(self) -> None:
        self.world.ledger.close()
        self.world.ledger = _open(self.world.folder, self.world.keys, self.clock)


def _open(folder, keys, clock: Clock) -> Ledger:
    return Ledger(
        SqliteStore(folder / "ledger.db"), TileFolder(folder / "tiles"), keys=keys, guard=folder / "guard",
        clock=clock.now, monotonic=time.monotonic,
    )  # fmt: skip


@pytest.fixture(scope="module")
def governed(tmp_path_factory):
    folder, clock = tmp_path_factory.mktemp("governed"), Clock()
    create(folder / "ledger.db")
    keys = generate_ledger_keys(ORIGIN)
    world = found_zone(folder, keys, _open(folder, keys, clock), witnesses=1, quorum=1)
    world.zone.send = lambda data: world.ledger.submit(data).result(timeout=30) and None
    world.zone.clock = clock.now
    yield Governed(world, clock)
    world.ledger.close()


def _under(who: Actor, signer: MemorySigner) -> Actor:
    return replace(who, signer=signer, _sequence={})


def _restarts_and_checks(governed: Governed) -> None:
    """Start again from what is durable, and let fsck replay everything: both come to the same registry."""
    ledger = governed.world.ledger
    before, leaf = ledger.head.replay.registry, ledger.head.edge.size
    governed.reopen()
    after = governed.world.ledger.head.replay.registry
    for name, held in vars(before).items():
        if name != "_builtin":
            assert vars(after)[name] == held, name
    assert governed.world.ledger.head.edge.size == leaf
    checked = check_ledger(governed.world.folder / "ledger.db", governed.world.folder / "tiles")
    assert not checked.damages


def _verdict(governed: Governed, subject: str):
    proof = governed.world.trace(subject)
    return examine_trace(proof, governed.world.standpoint(now=governed.clock.now() // 1000))


def test_an_agency_rotates_its_key_by_its_own_administrators(governed):
    tax, administrators = governed.actor("tax"), [generate(EDDSA) for _ in range(3)]
    old, new = tax.signer, generate(EDDSA)
    data = {"names": dict(tax.names), "roles": list(tax.roles), "jurisdiction": ["demonstration"],
            "administrators": [format_key(each.public) for each in administrators],
            "administratorThreshold": 2}  # fmt: skip
    governed.world.zone.decree([governed.draft("registry.agency", {"agency": tax.uri}, data)])
    speakers = [_under(tax, each) for each in administrators]
    registered, revoked = governed.say(speakers[0], governed.key(tax, new), governed.revocation(old))
    for proposal in (registered, revoked):
        governed.approve(proposal, *speakers[1:], as_root=False)
    mandate = governed.draft(
        "registry.mandate",
        {"mandate": handle("mandate", "tax"), "principal": tax.uri, "agent": governed.actor("market").uri},
        {"types": ["order.*"], "subjects": []},
        until=governed.clock.now() + DAY,
    )
    with pytest.raises(NotPermittedError, match="revoked from leaf"):
        governed.say(tax, mandate)
    tax.signer = new
    governed.say(tax, mandate)
    with pytest.raises(NotPermittedError, match="registry events only"):
        governed.say(speakers[0], governed.filing(governed.actor("carrier")))
    _restarts_and_checks(governed)


def test_what_was_signed_before_and_logged_after_a_revocation_is_refused_and_may_be_signed_again(governed):
    world, payer, customs = governed.world, governed.actor("payer"), governed.actor("customs")
    event = payer.compose(governed.filing(payer), world.zone.types)
    signed_before = format_submission(payer.sign([event], ORIGIN))
    old, payer.signer = payer.signer, generate(EDDSA)
    governed.say(customs, governed.key(payer, payer.signer))
    (revoked,) = governed.say(customs, governed.revocation(old))
    with pytest.raises(NotPermittedError) as refused:
        world.ledger.submit(signed_before).result(timeout=30)
    assert f"by {revoked.name.hex()}" in refused.value.came
    assert refused.value.todo == "Sign the batch again with a key that is valid."
    world.ledger.submit(format_submission(payer.sign([event], ORIGIN))).result(timeout=30)
    verdict = _verdict(governed, payer.uri)
    assert all(step.passed is not False for step in verdict.steps[:6]), verdict
    _restarts_and_checks(governed)


def test_a_suspension_by_two_roots_holds_72_hours_of_ledger_time(governed):
    inspection, market = governed.actor("inspection"), governed.actor("market")
    until = governed.clock.now() + 365 * DAY
    draft = governed.draft("registry.suspension", {"agency": inspection.uri}, {"reason": "doubt"}, until=until)
    (said,) = governed.say(governed.actor("customs"), draft, as_root=True)
    governed.approve(said, governed.actor("customs"), governed.actor("tax"), as_root=True)
    mandate = governed.draft(
        "registry.mandate",
        {"mandate": handle("mandate", "2"), "principal": inspection.uri, "agent": market.uri},
        {"types": ["order.*"], "subjects": []},
        until=until,
    )
    with pytest.raises(NotPermittedError, match="suspended until ledger time"):
        governed.say(inspection, mandate)
    _restarts_and_checks(governed)
    governed.world.cosign()
    governed.clock.ahead += LONGEST_SUSPENSION + HOUR
    governed.say(inspection, mandate)
    _restarts_and_checks(governed)


def test_a_broker_files_for_an_enterprise_under_a_mandate_and_the_proof_shows_whose_it_is(governed):
    world, seller, broker = governed.world, governed.actor("seller"), governed.actor("platform")
    governed.say(seller, governed.filing(seller))
    filing = governed.draft(
        "filing.product",
        {"product": PRODUCT, "enterprise": seller.uri},
        {"names": NAMES, "hsCode": "1901101000", "origin": "NZ"},
        behalf=seller.uri,
    )
    with pytest.raises(NotPermittedError, match=r"a mandate of \S+ in force"):
        governed.say(broker, filing)
    subject = handle("mandate", "broker")
    mandate = governed.draft(
        "registry.mandate",
        {"mandate": subject, "principal": seller.uri, "agent": broker.uri},
        {"types": ["filing.*"], "subjects": []},
        until=governed.clock.now() + DAY,
    )
    governed.say(seller, mandate)
    (said,) = governed.say(broker, filing)
    verdict = _verdict(governed, PRODUCT)
    assert all(step.passed is not False for step in verdict.steps[:6]), verdict
    assert world.ledger.prover.trace(PRODUCT, walk="public").data.count(subject.encode()), "the proof has the mandate"
    governed.say(
        seller,
        governed.draft("registry.revocation", {"mandate": subject}, {"reason": "over", "compromisedSince": None}),
    )
    again = replace(filing, subjects={**filing.subjects, "product": "https://id.gs1.org/01/06901234567908"})
    with pytest.raises(NotPermittedError, match=r"a mandate of \S+ in force"):
        governed.say(broker, again)
    verdict = _verdict(governed, PRODUCT)
    assert all(step.passed is not False for step in verdict.steps[:6]), "what was said under it stands"
    assert said.name
    _restarts_and_checks(governed)
