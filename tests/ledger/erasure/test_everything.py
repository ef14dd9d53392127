"""Every body that may be erased is erased: the ledger replays, proofs verify, and no byte of a value is left."""

from __future__ import annotations

import json
import logging

import pytest

from fixtures.zone.founding import Zone
from ledger.client.client import LedgerClient
from ledger.client.transport import Patience
from ledger.compose.event import Draft
from ledger.export.export import export_ledger
from ledger.fsck.check import check_ledger
from ledger.witness.replay.replayer import Replayer
from tests.ledger.client.serving import Service
from tests.ledger.erasure.seeking import places
from tests.ledger.erasure.test_eraser import settle
from tests.verifier.proof.governed import BASIS, officer
from tests.world import ITEM, ORDER, PARCEL, World, now, open_ledger
from verifier.cli.sources import FolderSource
from verifier.errors import NotPermittedError
from verifier.ledgerformat.disclosure import parse_disclosure
from verifier.ledgerformat.head import event_name, parse_head
from verifier.primitives.checkpoint import parse_signed_checkpoint
from verifier.proof.audit.walk import Audit
from verifier.proof.bundle import Erased
from verifier.proof.traceproof import parse_trace_proof
from verifier.proof.verify import examine_trace

SUBJECTS = (ITEM, ORDER, PARCEL)
PERSONAL = ("张三", "13800000001", "ORDER-1", "199.00")


def erasable(world: World) -> dict[str, bytes]:
    """Return the events of the story whose types are not permanent, by their word."""
    registry = world.ledger.head.replay.registry
    size = world.ledger.head.edge.size
    kinds = {word: parse_head(each.head).type for word, each in world.events.items()}
    return {word: world.events[word].name for word, kind in kinds.items() if not registry.type_at(kind, size).permanent}


def bodies_and_texts(world: World) -> list[bytes]:
    """Return every body that may be erased, and every disclosure of it, as they lie in the store."""
    found = []
    with world.ledger.store.read() as reader:
        for name in erasable(world).values():
            stored = reader.find_event(name)
            found += [stored.body, *(each.encode() for each in reader.disclosures(stored.seq).values())]
    return found


def erase_all(world: World) -> dict[bytes, bytes]:
    """Order everything that may be erased to be erased; return orders by event."""
    zone: Zone = world.zone
    orders = {}
    for name in erasable(world).values():
        draft = Draft("registry.erasure", now(), data={"what": ["body"], "basis": BASIS}, about=(name,))
        (said,) = zone.say(zone.agencies[0], [draft], as_root=True)
        orders[name] = said.name
    approvals = [Draft("registry.approval", now(), about=(order,)) for order in orders.values()]
    for each in zone.agencies[:3]:
        zone.say(each, approvals, as_root=True)
    zone.say(officer(world), approvals)
    return orders


def require_erased(world: World, subject: str, old: bytes, orders: dict[bytes, bytes]) -> None:
    """Require that a proof from before and one of now verify, and that the latter names the order of each event."""
    fresh = world.ledger.prover.trace(subject, walk="parties").data
    for proof in (old, fresh):
        verdict = examine_trace(proof, world.standpoint(), subject=subject)
        assert all(each.passed for each in verdict.steps[:6]), verdict.error
    shown = {event_name(each.head): each.body for part in parse_trace_proof(fresh).trace for each in part.events}
    gone = shown.keys() & orders.keys()
    assert gone
    assert {name: shown[name] for name in gone} == {name: Erased(orders[name]) for name in gone}


def test_after_everything_is_erased_all_still_replays_and_verifies_and_nothing_is_left(world, tmp_path, caplog):
    caplog.set_level(logging.DEBUG)
    old = {subject: world.trace(subject, walk="parties") for subject in SUBJECTS}
    gone = bodies_and_texts(world)
    values = [
        json.dumps(parse_disclosure(each.decode()).value, ensure_ascii=False) for each in gone if each[:1] == b"W"
    ]
    assert len(values) > 5
    orders = erase_all(world)
    settle(world)
    assert not world.ledger.eraser.pending

    with world.ledger.store.read() as reader:
        assert {each.deletion.order for each in reader.erasures()} == set(orders.values())
        assert all(reader.find_event(name).body is None for name in orders)
        export_ledger(reader, tmp_path / "export")
    world.ledger.store.backup(str(tmp_path / "backup.db"))

    for subject in SUBJECTS:
        require_erased(world, subject, old[subject], orders)

    audit = Audit(FolderSource(tmp_path / "export"), world.standpoint())
    for _ in audit.run():
        pass
    assert (audit.report().outcome, audit.report().findings) == ("verified", ())
    replay_whole(world, tmp_path)

    assert not places(world.folder, PERSONAL)
    assert not places(tmp_path / "export", PERSONAL)
    assert not any(each in (tmp_path / "backup.db").read_bytes() for each in gone)
    files = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    assert not any(each in content for each in gone for content in files)
    assert not any(each in caplog.text for each in PERSONAL)


def replay_whole(world: World, folder) -> None:
    """Let a witness that knows nothing replay the whole ledger from its service."""
    world.ledger.writer.call(world.ledger.writer.sequencer.publish).result()  # what is served is what was published
    service = Service(world.ledger)
    client = LedgerClient(service.url, timeout=20, patience=Patience(attempts=1))
    replayer = Replayer(folder / "replay.db", client, world.standpoint().policy)
    try:
        note = client.checkpoint()
        checkpoint, _ = parse_signed_checkpoint(note)
        replayer.advance_to(checkpoint, note)
        assert replayer.size == checkpoint.size
    finally:
        replayer.close()
        service.close()


def test_a_check_of_the_rows_finds_nothing_amiss_where_everything_is_erased(world):
    erase_all(world)
    settle(world)
    world.ledger.close()
    checked = check_ledger(world.folder / "ledger.db", world.folder / "tiles", world.folder / "guard")
    world.ledger = open_ledger(world.folder, world.keys)
    assert checked.damages == ()


def test_what_must_stay_is_not_ordered_away(world):
    zone, product = world.zone, world.events["product"]
    draft = Draft("registry.erasure", now(), data={"what": ["body"], "basis": BASIS}, about=(product.name,))
    with pytest.raises(NotPermittedError, match="permanent"):
        zone.say(zone.agencies[0], [draft], as_root=True)
