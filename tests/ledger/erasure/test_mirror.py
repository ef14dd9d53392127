"""A mirror's copy: what a complete order is about goes from it as well, by its own reading of the log."""

from __future__ import annotations

from types import SimpleNamespace

from ledger.client.client import LedgerClient
from ledger.client.transport import Patience
from ledger.client.trusted import read_charter
from ledger.export.export import export_ledger
from ledger.witness.mirror.erasing import erase_copy, read_erasures
from ledger.witness.mirror.mirror import LedgerMirror, open_mirror_keys
from tests.ledger.client.serving import Service
from tests.ledger.erasure.test_eraser import settle
from tests.verifier.proof.governed import approve, order
from verifier.cli.sources import FolderSource
from verifier.ledgerformat.batch_answer import ERASED, parse_batch_answer
from verifier.ledgerformat.head import event_name
from verifier.proof.audit.walk import Audit


def copied(world, folder, monkeypatch, *, by_officer: bool = True):
    """Return an order about the packing, and a copy of the whole log that has every body; and the log's size."""
    monkeypatch.setattr(world.ledger.writer.sequencer, "erase", lambda: None)
    said = order(world, world.events["packing"])
    approve(world, said, by_officer=by_officer)
    settle(world)
    with world.ledger.store.read() as reader:
        return said, export_ledger(reader, folder).size


def publish(world):
    world.ledger.writer.call(world.ledger.writer.sequencer.publish).result()


def state_of(world, folder):
    answers = [each for path in (folder / "batches").iterdir() for each in parse_batch_answer(path.read_bytes())]
    (found,) = [each for each in answers if event_name(each.head) == world.events["packing"].name]
    return found


def test_an_order_in_force_takes_the_body_out_of_a_copy_and_an_audit_of_it_finds_nothing_amiss(
    world, tmp_path, monkeypatch
):
    said, size = copied(world, tmp_path / "copy", monkeypatch)
    body = state_of(world, tmp_path / "copy").body
    assert erase_copy(tmp_path / "copy", size, 7).bodies == 1
    after = state_of(world, tmp_path / "copy")
    assert (after.state, after.order, after.body) == (ERASED, said.name, None)
    assert not any(body in path.read_bytes() for path in (tmp_path / "copy").rglob("*") if path.is_file())
    told = [{"order": said.name.hex(), "event": world.events["packing"].name.hex(), "time": 7}]
    assert read_erasures(tmp_path / "copy") == told
    assert erase_copy(tmp_path / "copy", size, 8).bodies == 0
    assert read_erasures(tmp_path / "copy") == told
    audit = Audit(FolderSource(tmp_path / "copy"), world.standpoint())
    for _ in audit.run():
        pass
    assert audit.report().outcome == "verified"


def test_an_order_that_the_officer_did_not_approve_takes_nothing_out_of_a_copy(world, tmp_path, monkeypatch):
    _, size = copied(world, tmp_path / "copy", monkeypatch, by_officer=False)
    assert erase_copy(tmp_path / "copy", size, 7).bodies == 0
    assert state_of(world, tmp_path / "copy").body is not None
    assert read_erasures(tmp_path / "copy") == []


def test_an_order_completed_behind_a_copy_is_not_in_force_in_it(world, tmp_path, monkeypatch):
    before = world.ledger.head.edge.size
    copied(world, tmp_path / "newer", monkeypatch)
    with world.ledger.store.read() as reader:
        export_ledger(reader, tmp_path / "copy", size=before)
    assert erase_copy(tmp_path / "copy", before, 7).bodies == 0
    assert state_of(world, tmp_path / "copy").body is not None


def test_a_mirror_takes_out_what_it_holds_once_the_quorum_covers_the_order_and_goes_on(world, tmp_path):
    service = Service(world.ledger)
    client = LedgerClient(service.url, timeout=20, patience=Patience(attempts=1))
    trusted = read_charter(client.charter(), world.standpoint().policy, world.standpoint().now)
    keys = open_mirror_keys(tmp_path / "keys", "w0.example", b"a passphrase of the mirror")
    follower = SimpleNamespace(trusted=trusted, origin=world.ledger.origin)
    mirror = LedgerMirror(tmp_path / "mirrors", follower, client, keys=keys)
    try:
        publish(world)
        held = mirror.step()
        assert held.error is None
        assert state_of(world, mirror.folder).body is not None
        said = order(world, world.events["packing"])
        approve(world, said)
        settle(world)
        publish(world)
        assert mirror.step().size == world.ledger.head.edge.size > held.size
        after = state_of(world, mirror.folder)
        assert (after.state, after.order) == (ERASED, said.name)
        assert [each["order"] for each in read_erasures(mirror.folder)] == [said.name.hex()]
        audit = Audit(FolderSource(mirror.folder), world.standpoint())
        for _ in audit.run():
            pass
        assert audit.report().outcome == "verified"
    finally:
        service.close()
