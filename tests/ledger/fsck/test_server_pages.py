"""Pages and indexes of a server are looked at where it has amcheck, and where it has not that is said."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from ledger.fsck.check import check_ledger
from tests.drill.needed import DEBIAN
from tests.postgres import Server
from tests.world import found_world

PAGE, HEADER, POINTER = 8192, 24, 4  # bytes: a page, its header, one of its line pointers


@pytest.fixture
def own(monkeypatch):
    """A server of the test's own, whose programs bring amcheck along."""
    if not (Path("/usr/share/postgresql") / DEBIAN.parent.name / "extension" / "amcheck.control").exists():
        pytest.skip(reason="needs the Debian package postgresql")
    monkeypatch.setenv("SUYUAN_POSTGRES", str(DEBIAN))
    started = Server()
    yield started
    started.stop()


@pytest.fixture
def world(own, tmp_path):
    made = found_world(tmp_path / "zone", database=own.database())
    yield made
    made.ledger.close()


def check(world):
    checked = check_ledger(world.folder / "ledger.db", world.folder / "tiles", world.folder / "guard")
    return checked.damages, [each.key for each in checked.unchecked]


def run(world, sql):
    with psycopg.connect((world.folder / "database").read_text(), autocommit=True) as connection:
        return connection.execute(sql)


def swap_first_two(path):
    """Let the first two entries of an index's first page change places: as a disk might, or another collation."""
    with path.open("r+b") as file:
        file.seek(PAGE + HEADER)
        one, two = file.read(POINTER), file.read(POINTER)
        file.seek(PAGE + HEADER)
        file.write(two + one)


@pytest.mark.slow
def test_index_that_is_damaged_is_named_where_amcheck_is_there_and_else_it_is_said_that_nobody_looked(world, own):
    assert check(world) == ((), ["fsck.unchecked.pages"])
    run(world, "CREATE EXTENSION amcheck")
    assert check(world) == ((), [])
    path = own.data / run(world, "SELECT pg_relation_filepath('pk_seal')").fetchone()[0]
    run(world, "CHECKPOINT")
    world.ledger.close()
    own.kill()
    swap_first_two(path)
    own.start()
    damages, unchecked = check(world)
    assert "pk_seal" in {each.key for each in damages}
    assert "fsck.unchecked.pages" not in unchecked
    run(world, "REINDEX TABLE seal")
    assert check(world) == ((), [])
    world.reopen()


def test_role_that_may_not_run_amcheck_is_told_so(own, world):
    run(world, "CREATE EXTENSION amcheck")
    run(world, "CREATE ROLE reader LOGIN IN ROLE pg_read_all_data")
    database = world.folder / "database"
    database.write_text(database.read_text().replace("suyuan@", "reader@"))
    try:
        assert check(world)[1] == ["fsck.unchecked.amcheck"]
    finally:
        database.write_text(database.read_text().replace("reader@", "suyuan@"))
