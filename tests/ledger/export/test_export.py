"""What an export holds: whole, the same each time, as far as it is asked for, and nothing from damaged rows."""

import shutil
import sqlite3
from contextlib import closing

import pytest

from ledger.errors import SetupError, StoppedError, UnknownError
from ledger.export.export import export_ledger
from ledger.store.sqlite.store import SqliteStore
from verifier.cli.sources import FolderSource
from verifier.ledgerformat.batch_answer import RESTRICTED, parse_batch_answer
from verifier.ledgerformat.head import parse_head
from verifier.primitives.checkpoint import parse_signed_checkpoint
from verifier.primitives.tiles import format_tile_path, tiles_of
from verifier.proof.audit.walk import audit


def _export(folder, destination, **options):
    store = SqliteStore(folder / "ledger.db", writable=False)
    try:
        with store.read() as reader:
            return export_ledger(reader, destination, **options)
    finally:
        store.close()


def _contents(folder) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def test_the_same_state_gives_the_same_bytes(rich, tmp_path):
    _export(rich.folder, tmp_path / "again")
    assert _contents(tmp_path / "again") == _contents(rich.export)


def test_it_holds_the_tiles_of_the_log_and_a_batch_for_each_statement(rich):
    held = _contents(rich.export)
    tiles = {path for path in held if path.startswith("tile/")}
    assert tiles == {format_tile_path(tile) for tile in tiles_of(rich.size)}
    served = {path.relative_to(rich.folder / "tiles").as_posix(): path for path in (rich.folder / "tiles").rglob("*")}
    both = tiles & {path for path in served if served[path].is_file()}
    assert len(both) > 3
    assert all(held[path] == served[path].read_bytes() for path in both)


def test_an_older_checkpoint_gives_an_older_log(rich, tmp_path):
    with closing(sqlite3.connect(rich.folder / "ledger.db")) as connection:
        sql = "SELECT size FROM checkpoint WHERE quorum = 1 ORDER BY size LIMIT 1"
        (size,) = connection.execute(sql).fetchone()
    manifest = _export(rich.folder, tmp_path / "older", size=size)
    assert manifest.size == size < rich.size
    assert parse_signed_checkpoint((tmp_path / "older" / "checkpoint").read_bytes())[0].size == size
    report = audit(FolderSource(tmp_path / "older"), rich.standpoint)
    assert (report.outcome, report.leaves) == ("verified", size)


def test_a_size_at_which_no_block_ended_is_refused(rich, tmp_path):
    with pytest.raises(UnknownError):
        _export(rich.folder, tmp_path / "odd", size=rich.size + 1)
    assert not (tmp_path / "odd").exists()


def test_without_bodies_what_is_only_for_parties_stays_behind(rich, tmp_path):
    assert _export(rich.folder, tmp_path / "public", bodies=False).bodies == "public"
    states = []
    for path in (tmp_path / "public" / "batches").iterdir():
        for event in parse_batch_answer(path.read_bytes()):
            public = {kind for kind, _ in parse_head(event.head).joins} & {"trace", "recall", "registry"}
            assert (event.state == RESTRICTED) is not bool(public)
            states.append(event.state)
    assert RESTRICTED in states
    report = audit(FolderSource(tmp_path / "public"), rich.standpoint)
    assert report.outcome == "verified"
    assert "audit.unchecked.bodies" in {each.key for each in report.unchecked}


def test_nothing_that_is_there_is_written_over(rich, tmp_path):
    (tmp_path / "kept").write_text("mine")
    for place in (tmp_path, tmp_path / "kept"):
        with pytest.raises(SetupError, match="empty folder"):
            _export(rich.folder, place)
    assert _contents(tmp_path) == {"kept": b"mine"}


def test_rows_that_do_not_give_the_signed_root_are_not_exported(rich, tmp_path):
    folder = shutil.copytree(rich.folder, tmp_path / "ledger")
    with closing(sqlite3.connect(folder / "ledger.db", isolation_level=None)) as connection:
        connection.execute("UPDATE statement SET entry = x'd2' WHERE leaf = 100")
    with pytest.raises(StoppedError, match="fsck"):
        _export(folder, tmp_path / "export")
    assert not (tmp_path / "export" / "manifest.json").exists()
