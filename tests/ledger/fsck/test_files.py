"""Files: every bit of every tile and bundle, the published checkpoint, and the guard."""

import random
import shutil
import sqlite3
from contextlib import closing

import pytest

from ledger.fsck.rows import COLUMNS
from tests.ledger.fsck.conftest import check
from tests.verifier.proof.audit.forge import flip
from tests.world import open_ledger


def _files(folder):
    return sorted(path for path in (folder / "tiles").rglob("*") if path.is_file())


def test_an_undamaged_ledger_is_clean(rich, folder):
    checked = check(folder)
    assert checked.damages == ()
    assert checked.unchecked == ()
    assert checked.size == rich.size
    assert checked.events > 250
    assert checked.keys > 250


def test_nothing_is_written(folder):
    before = _contents(folder)
    check(folder)
    assert _contents(folder) == before


def _contents(folder):
    """Every file but those by which SQLite's readers keep out of a writer's way."""
    files = (path for path in folder.rglob("*") if path.is_file() and not path.name.endswith(("-shm", "-wal")))
    return {path: path.read_bytes() for path in files}


def test_one_bit_in_every_file_of_the_log_is_located(folder):
    chosen = random.Random(3)
    files = _files(folder)
    assert len(files) > 5
    for path in files:
        whole = path.read_bytes()
        path.write_bytes(flip(whole, chosen.randrange(8 * len(whole))))
        named = {each.key for each in check(folder).damages}
        assert named == {str(path)}
        path.write_bytes(whole)


@pytest.mark.soak
def test_one_bit_in_every_few_bytes_of_every_file_is_located(folder):
    chosen = random.Random(7)
    for path in _files(folder):
        whole = path.read_bytes()
        for at in range(chosen.randrange(97), len(whole), 97):
            path.write_bytes(flip(whole, 8 * at + chosen.randrange(8)))
            assert {each.key for each in check(folder).damages} == {str(path)}
        path.write_bytes(whole)


@pytest.mark.parametrize("lost", ["all", "half", "one byte"])
def test_a_truncated_file_is_named(folder, lost):
    for path in _files(folder):
        whole = path.read_bytes()
        path.write_bytes(whole[: {"all": 0, "half": len(whole) // 2, "one byte": -1}[lost]])
        assert {each.key for each in check(folder).damages} == {str(path)}, path
        path.write_bytes(whole)


def test_files_that_are_damaged_together_accuse_no_row(folder):
    files = [path for path in _files(folder) if path.name != "checkpoint"]
    for path in files:
        path.write_bytes(flip(path.read_bytes(), 100))
    checked = check(folder)
    assert {each.key for each in checked.damages} == {str(path) for path in files}
    assert checked.unchecked == ()


def test_a_missing_tile_is_named_and_the_next_start_writes_it(rich, folder):
    for name in ("tile/0/000", "tile/entries/000"):
        (folder / "tiles" / name).unlink()
    assert {each.key for each in check(folder).damages} == {
        str(folder / "tiles" / name) for name in ("tile/0/000", "tile/entries/000")
    }
    open_ledger(folder, rich.keys).close()
    assert check(folder).damages == ()


def test_a_file_that_is_none_of_the_logs_is_named_but_half_written_ones_are_nobodys(folder):
    (folder / "tiles" / "tile" / "notes.txt").write_text("?")
    (folder / "tiles" / "tile" / ".000.123").write_text("half")
    (folder / "tiles" / "tile" / "0" / "777").write_bytes(bytes(8192))
    named = {each.key for each in check(folder).damages}
    assert named == {str(folder / "tiles" / "tile" / each) for each in ("notes.txt", "0/777")}


@pytest.mark.parametrize("seed", range(8))
def test_one_bit_in_the_guard_is_found(folder, seed):
    guard = folder / "guard"
    data = guard.read_bytes()
    guard.write_bytes(flip(data, random.Random(seed).randrange(8 * len(data))))
    assert {each.key for each in check(folder).damages} == {str(guard)}


def test_a_missing_guard_is_named(folder):
    (folder / "guard").unlink()
    assert [each.key for each in check(folder).damages] == [str(folder / "guard")]


def test_an_older_database_than_the_guard_is_named(rich, folder, tmp_path):
    older = rich.copy(tmp_path / "older")
    with closing(sqlite3.connect(older / "ledger.db", isolation_level=None)) as connection:
        (size,) = connection.execute("SELECT size FROM checkpoint ORDER BY size DESC LIMIT 1 OFFSET 1").fetchone()
        (seq,) = connection.execute("SELECT seq FROM statement WHERE leaf >= ?", (size,)).fetchone()
        for table in ("statement", "seal", "event"):
            connection.execute(f"DELETE FROM {table} WHERE leaf >= ?", (size,))
        for table in ("checkpoint", "cosignature"):
            connection.execute(f"DELETE FROM {table} WHERE size > ?", (size,))
        for table in ("disclosure", "history", "registry_event", "event_lookup"):
            connection.execute(f"DELETE FROM {table} WHERE seq >= ?", (seq,))
    named = {each.key for each in check(older).damages}
    assert str(older / "guard") in named
    assert str(older / "tiles" / "checkpoint") in named


def test_a_damaged_page_is_named(folder):
    database = folder / "ledger.db"
    data = bytearray(database.read_bytes())
    data[4096 * 3 : 4096 * 3 + 8] = b"\xff" * 8
    database.write_bytes(data)
    assert "database" in {each.table for each in check(folder).damages}


def test_a_missing_table_is_named(folder):
    with closing(sqlite3.connect(folder / "ledger.db", isolation_level=None)) as connection:
        connection.execute("DROP TABLE history")
    checked = check(folder)
    assert [(each.table, each.key) for each in checked.damages] == [("database", "history")]
    assert [each.key for each in checked.unchecked] == ["fsck.unchecked.tables"]


def test_every_table_of_the_database_is_checked(folder):
    with closing(sqlite3.connect(folder / "ledger.db")) as connection:
        sql = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        tables = {name for (name,) in connection.execute(sql)}
        assert tables - {"alembic_version"} == COLUMNS.keys()
        for table in COLUMNS:
            names = tuple(row[1] for row in connection.execute(f"PRAGMA table_info({table})"))
            assert set(names) == set(COLUMNS[table])


def test_it_checks_a_ledger_that_refuses_to_start(rich, folder):
    tiles = folder / "tiles"
    shutil.rmtree(tiles / "tile")
    (tiles / "checkpoint").write_bytes(b"spoilt")
    checked = check(folder)
    assert {each.key for each in checked.damages} == {
        str(tiles / each) for each in ("checkpoint", "tile/0/000", "tile/entries/000")
    }
    assert [each.key for each in checked.unchecked] == ["fsck.unchecked.partial"]
    with pytest.raises(Exception, match="checkpoint"):
        open_ledger(folder, rich.keys)
    assert check(folder).damages == checked.damages  # a start that is refused mends nothing


def test_a_published_checkpoint_that_is_gone_is_named(folder):
    (folder / "tiles" / "checkpoint").unlink()
    checked = check(folder)
    assert [each.key for each in checked.damages] == [str(folder / "tiles" / "checkpoint")]
    assert [each.key for each in checked.unchecked] == ["fsck.unchecked.partial"]
