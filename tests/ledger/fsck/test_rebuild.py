"""Derived tables written anew: the same rows, in one transaction, and only where the log is sound."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from ledger.errors import SetupError, StoppedError
from ledger.fsck import rebuild as module
from ledger.fsck.rebuild import rebuild
from tests.ledger.fsck.conftest import check
from tests.verifier.proof.audit.forge import flip
from tests.verifier.proof.audit.rich import reopen
from tests.world import ITEM, open_ledger
from verifier.proof.verdict import VERIFIED
from verifier.proof.verify import examine_trace

DERIVED = ("participant", "registry_event", "event_lookup", "history_key", "history")


def _tables(folder) -> dict[str, list[tuple]]:
    with closing(sqlite3.connect(folder / "ledger.db")) as connection:
        return {table: sorted(connection.execute(f"SELECT * FROM {table}")) for table in (*DERIVED, "meta", "event")}


def _run(folder, *statements: str) -> None:
    with closing(sqlite3.connect(folder / "ledger.db", isolation_level=None)) as connection:
        for each in statements:
            connection.execute(each)


@pytest.mark.parametrize("table", DERIVED)
@pytest.mark.parametrize("spoil", ["DELETE FROM {}", "DELETE FROM {} WHERE rowid % 2"])
def test_what_was_lost_is_written_again_as_it_was(folder, table, spoil):
    if "rowid" in spoil and table in ("event_lookup", "history_key", "history"):
        columns = {"event_lookup": "seq", "history_key": "id", "history": "n"}
        spoil = f"DELETE FROM {{}} WHERE {columns[table]} % 2"
    before = _tables(folder)
    _run(folder, spoil.format(table))
    assert check(folder).damages or spoil.endswith("n % 2")
    rebuild(folder / "ledger.db", folder / "tiles")
    assert _tables(folder) == before
    assert check(folder).damages == ()


def test_what_was_altered_is_written_again_as_it_was(rich, folder):
    before = _tables(folder)
    _run(
        folder,
        "UPDATE history_key SET count = count + 1, custodian = 1, guarded = 1 - guarded WHERE id % 3 = 0",
        "UPDATE history SET seq = seq + 1 WHERE key_id % 5 = 0",
        "UPDATE participant SET uri = uri || 'x' WHERE id = 3",
        "INSERT INTO registry_event VALUES (250)",
    )
    made = rebuild(folder / "ledger.db", folder / "tiles")
    assert _tables(folder) == before
    assert made.rows["history_key"] == made.keys
    assert check(folder).damages == ()
    ledger = open_ledger(folder, rich.keys)
    verdict = examine_trace(ledger.prover.trace(ITEM).data, rich.standpoint)
    ledger.close()
    assert [step.passed for step in verdict.steps[:6]] == [True] * 6
    assert verdict.outcome in (VERIFIED, "not-recognised")


@pytest.mark.parametrize(
    "spoil",
    [
        "UPDATE event SET head = x'a0' WHERE seq = 100",
        "UPDATE event SET body = x'7b7d' WHERE seq = 100",
        "UPDATE statement SET entry = x'd2' WHERE leaf = 100",
        "DELETE FROM seal WHERE leaf = (SELECT leaf FROM seal LIMIT 1 OFFSET 9)",
        "DELETE FROM event WHERE seq = 100",
    ],
)
def test_nothing_is_written_where_a_row_that_all_follow_from_is_damaged(folder, spoil):
    _run(folder, spoil, "DELETE FROM history WHERE key_id = 7")
    before = _tables(folder)
    with pytest.raises(StoppedError, match=r"Restore|damaged"):
        rebuild(folder / "ledger.db", folder / "tiles")
    assert _tables(folder) == before


def test_nothing_is_written_where_the_root_would_be_another(folder, monkeypatch):
    _run(folder, "DELETE FROM history WHERE key_id = 7")
    before = _tables(folder)
    rows = module.key_rows

    def fewer(derived):
        yield from list(rows(derived))[1:]

    monkeypatch.setattr(module, "key_rows", fewer)
    with pytest.raises(StoppedError, match="index root"):
        rebuild(folder / "ledger.db", folder / "tiles")
    assert _tables(folder) == before


def test_tiles_that_are_missing_or_damaged_are_written_as_they_were(folder):
    files = sorted(path for path in (folder / "tiles").rglob("*") if path.is_file() and path.name != "checkpoint")
    before = {path: path.read_bytes() for path in files}
    for number, path in enumerate(files):
        if number % 2:
            path.unlink()
        else:
            path.write_bytes(flip(before[path], 100))
    wanted = {each.key for each in check(folder).damages}
    assert len(wanted) >= 5
    assert rebuild(folder / "ledger.db", folder / "tiles").files == len(wanted)
    assert check(folder).damages == ()
    assert all(Path(path).read_bytes() == before[Path(path)] for path in wanted)


def test_no_tile_is_written_where_an_entry_is_damaged(folder):
    _run(folder, "UPDATE statement SET entry = x'd2' WHERE leaf = 100")
    (folder / "tiles" / "tile" / "0" / "000").unlink()
    with pytest.raises(StoppedError):
        rebuild(folder / "ledger.db", folder / "tiles")
    assert not (folder / "tiles" / "tile" / "0" / "000").exists()


def test_a_running_ledger_is_not_written_to_but_checked(rich, tmp_path):
    ledger = reopen(rich, tmp_path / "running")
    try:
        assert check(tmp_path / "running").damages == ()
        with pytest.raises(SetupError, match="another process"):
            rebuild(tmp_path / "running" / "ledger.db", tmp_path / "running" / "tiles")
    finally:
        ledger.close()


def test_there_must_be_a_database(tmp_path):
    with pytest.raises(SetupError, match="no database"):
        rebuild(tmp_path / "ledger.db", tmp_path / "tiles")
    with pytest.raises(SetupError, match="no database"):
        check(tmp_path)
