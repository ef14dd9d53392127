"""Restoring: an older copy is read, not written, until everything that was promised is back, byte for byte."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing

import pytest

from ledger.errors import BehindError, LedgerError, SetupError
from ledger.opening import LedgerFolder, open_behind, open_ledger
from ledger.prove.log import root_at
from ledger.restore.restoring import restore_ledger
from ledger.restore.sources import FolderSource
from tests.ledger.restore.conftest import PASSPHRASE
from tests.ledger.restore.rows import rows_of
from tests.world import ITEM, ORIGIN
from verifier.errors import IncompleteError, SuyuanError, UntrustedError
from verifier.ledgerformat.batch_answer import MISSING, AnsweredEvent, format_batch_answer, parse_batch_answer
from verifier.primitives.tiles import format_bundle, parse_bundle


def restore(zone, *, source=None, submissions=True, incomplete=False):
    return restore_ledger(
        zone,
        PASSPHRASE,
        source or FolderSource(zone.parent / "export"),
        guard=str(zone.parent / "zone.guard"),
        submissions=[zone.parent / "receipts"] if submissions else [],
        incomplete=incomplete,
    )


def test_older_copy_is_read_and_takes_nothing_in(zone, lost):
    with pytest.raises(BehindError, match="suyuan restore") as caught:
        open_ledger(zone, PASSPHRASE, guard=zone.parent / "zone.guard")
    before = rows_of(zone / "ledger.db")
    with closing(open_behind(zone, PASSPHRASE, caught.value)) as ledger:
        assert ledger.head.edge.size < lost.size
        assert ledger.prover.checkpoint()
        assert ledger.stopped is caught.value
        with pytest.raises(BehindError, match="suyuan restore"):
            ledger.submit(b"anything")
    assert rows_of(zone / "ledger.db") == before


def test_everything_that_was_promised_comes_back_byte_for_byte(zone, lost):
    came = restore(zone)
    assert (came.size, came.root, came.without) == (lost.size, lost.root, 0)
    assert came.blocks > 5
    found = rows_of(zone / "ledger.db")
    for table in lost.rows.keys() - {"meta", "checkpoint", "cosignature"}:
        assert found[table] == lost.rows[table], table
    assert not list(zone.glob(".restoring*"))


def test_restored_ledger_has_the_same_root_gives_the_same_proofs_and_writes_again(zone, lost):
    restore(zone)
    with closing(open_ledger(zone, PASSPHRASE, guard=zone.parent / "zone.guard")) as ledger:
        assert (ledger.head.edge.size, ledger.head.root) == (lost.size, lost.root)
        assert ledger.prover.trace(ITEM).data == lost.trace
        ledger.writer.call(ledger.writer.sequencer.seal).result()
        assert ledger.head.edge.size == lost.size + 1
        with ledger.sources() as sources:
            assert root_at(sources.log, lost.size) == lost.root


def test_a_seal_receipt_and_checkpoint_line_are_those_that_left(zone, lost):
    restore(zone)
    found = rows_of(zone / "ledger.db")
    assert found["seal"] == lost.rows["seal"]
    receipts = [(size, header, signature) for size, _, header, signature, *_ in found["checkpoint"]]
    assert receipts == [(size, header, signature) for size, _, header, signature, *_ in lost.rows["checkpoint"]]
    assert found["checkpoint"][-1] == lost.rows["checkpoint"][-1]
    assert found["cosignature"][-1] == lost.rows["cosignature"][-1]


def test_without_kept_submissions_disclosures_are_missing_and_counted(zone, lost):
    with pytest.raises(IncompleteError, match="every disclosure"):
        restore(zone, submissions=False)
    came = restore(zone, submissions=False, incomplete=True)
    assert (came.size, came.root) == (lost.size, lost.root)
    assert came.without > 0
    assert rows_of(zone / "ledger.db")["statement"] == lost.rows["statement"]


def test_body_that_the_source_does_not_show_comes_from_a_kept_submission(zone, lost):
    for batch in (zone.parent / "export" / "batches").iterdir():
        events = parse_batch_answer(batch.read_bytes())
        batch.write_bytes(format_batch_answer([AnsweredEvent(each.head, MISSING) for each in events]))
    with pytest.raises(IncompleteError, match="every body"):
        restore(zone, submissions=False, incomplete=True)
    assert restore(zone).root == lost.root


def test_restoring_again_changes_nothing(zone):
    restore(zone)
    before = rows_of(zone / "ledger.db")
    assert restore(zone).blocks == 0
    assert rows_of(zone / "ledger.db") == before


@pytest.mark.parametrize("every", [8, pytest.param(1, marks=pytest.mark.soak)], ids=["some", "every"])
def test_one_wrong_byte_anywhere_is_refused_and_leaves_nothing(zone, lost, every):
    export, before = zone.parent / "export", rows_of(zone / "ledger.db")
    with closing(sqlite3.connect(zone / "ledger.db")) as connection:
        (size,) = connection.execute("SELECT max(size) FROM checkpoint").fetchone()
    newer = [path for path in (export / "batches").iterdir() if int(path.name) >= size]
    (bundle,) = (export / "tile" / "entries").rglob(str(lost.size))
    held = len(format_bundle(parse_bundle(bundle.read_bytes(), lost.size)[:size]))
    assert len(newer) > 5
    for path, first in [(bundle, held + 2), *((path, 20) for path in sorted(newer)[::every])]:
        data = path.read_bytes()
        for at in (first, (first + len(data)) // 2, len(data) - 1)[:: 1 if path == bundle or every == 1 else 2]:
            path.write_bytes(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
            with pytest.raises(SuyuanError):
                restore(zone, submissions=False, incomplete=True)
        path.write_bytes(data)
    assert rows_of(zone / "ledger.db") == before
    assert not list(zone.glob(".restoring*"))
    assert restore(zone).root == lost.root


def test_checkpoint_that_this_ledger_did_not_sign_is_refused(zone):
    path = zone.parent / "export" / "checkpoint"
    note = path.read_text()
    path.write_text("\n".join(line for line in note.split("\n") if not line.startswith(f"— {ORIGIN} ")))
    with pytest.raises(UntrustedError, match="one that"):
        restore(zone)


def test_source_that_has_less_than_the_guard_remembers_is_refused(zone, lost):
    shutil.copytree(lost.base / "export", zone.parent / "short")
    path = zone.parent / "short" / "checkpoint"
    with closing(sqlite3.connect(zone / "ledger.db")) as connection:
        (note,) = connection.execute("SELECT note FROM checkpoint ORDER BY size DESC LIMIT 1").fetchone()
    path.write_bytes(note)
    with pytest.raises(IncompleteError, match="at least"):
        restore(zone, source=FolderSource(zone.parent / "short"))


def test_running_ledger_is_not_restored(zone):
    held = open_behind(zone, PASSPHRASE, BehindError("guard", came="more"))
    with closing(held), pytest.raises(SetupError, match="one writer"):
        restore(zone)


def test_folder_that_is_no_copy_is_named(tmp_path):
    with pytest.raises(LedgerError, match="a mirror's copy, or an export"):
        FolderSource(tmp_path)


def test_guard_stays_where_it_was_and_is_not_moved(zone):
    before = (zone.parent / "zone.guard").read_bytes()
    restore(zone)
    assert (zone.parent / "zone.guard").read_bytes() == before
    assert LedgerFolder(zone).database.stat().st_mode & 0o777 == 0o600
