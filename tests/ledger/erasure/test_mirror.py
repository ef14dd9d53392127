"""A mirror's copy: what a complete order is about goes from it as well, by its own reading of the log."""

from __future__ import annotations

from ledger.export.export import export_ledger
from ledger.witness.mirror.erasing import erase_copy, read_erasures
from tests.ledger.erasure.test_eraser import settle
from tests.verifier.proof.governed import approve, order
from verifier.cli.sources import FolderSource
from verifier.ledgerformat.batch_answer import ERASED, parse_batch_answer
from verifier.ledgerformat.head import event_name
from verifier.proof.audit.walk import Audit


def copied(world, folder, monkeypatch, *, by_officer: bool = True):
    """Return an order about the packing, and a copy of the whole log that has every body; and the log's size."""
    monkeypatch.setattr(world.ledger._sequencer, "erase", lambda: None)
    said = order(world, world.events["packing"])
    approve(world, said, by_officer=by_officer)
    settle(world)
    with world.ledger.store.read() as reader:
        return said, export_ledger(reader, folder).size


def state_of(world, folder):
    answers = [each for path in (folder / "batches").iterdir() for each in parse_batch_answer(path.read_bytes())]
    (found,) = [each for each in answers if event_name(each.head) == world.events["packing"].name]
    return found


def test_an_order_in_force_takes_the_body_out_of_a_copy_and_an_audit_of_it_finds_nothing_amiss(
    world, tmp_path, monkeypatch
):
    said, size = copied(world, tmp_path / "copy", monkeypatch)
    body = state_of(world, tmp_path / "copy").body
    assert erase_copy(tmp_path / "copy", size, 7) == 1
    after = state_of(world, tmp_path / "copy")
    assert (after.state, after.order, after.body) == (ERASED, said.name, None)
    assert not any(body in path.read_bytes() for path in (tmp_path / "copy").rglob("*") if path.is_file())
    told = [{"order": said.name.hex(), "event": world.events["packing"].name.hex(), "time": 7}]
    assert read_erasures(tmp_path / "copy") == told
    assert erase_copy(tmp_path / "copy", size, 8) == 0
    assert read_erasures(tmp_path / "copy") == told
    audit = Audit(FolderSource(tmp_path / "copy"), world.standpoint())
    for _ in audit.run():
        pass
    assert audit.report().outcome == "verified"


def test_an_order_that_the_officer_did_not_approve_takes_nothing_out_of_a_copy(world, tmp_path, monkeypatch):
    _, size = copied(world, tmp_path / "copy", monkeypatch, by_officer=False)
    assert erase_copy(tmp_path / "copy", size, 7) == 0
    assert state_of(world, tmp_path / "copy").body is not None
    assert read_erasures(tmp_path / "copy") == []


def test_an_order_completed_behind_a_copy_is_not_in_force_in_it(world, tmp_path, monkeypatch):
    before = world.ledger.head.edge.size
    copied(world, tmp_path / "newer", monkeypatch)
    with world.ledger.store.read() as reader:
        export_ledger(reader, tmp_path / "copy", size=before)
    assert erase_copy(tmp_path / "copy", before, 7) == 0
    assert state_of(world, tmp_path / "copy").body is not None
