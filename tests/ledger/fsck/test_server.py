"""A ledger on a server is checked and rebuilt as one in a file is: same root, same rows."""

from __future__ import annotations

import psycopg
import pytest

from ledger.errors import SetupError
from ledger.fsck.check import check_ledger
from ledger.fsck.engines import open_rows
from ledger.fsck.rebuild import rebuild
from tests.postgres import server
from tests.world import found_world, tell_parcel

DERIVED = ("participant", "registry_event", "event_lookup", "history_key", "history", "counter", "event_id")


@pytest.fixture
def world(tmp_path):
    database = server().database()
    world = found_world(tmp_path / "zone", database=database)
    tell_parcel(world)
    world.cosign()
    yield world
    world.ledger.close()
    server().drop(database)


def parts(world):
    return world.folder / "ledger.db", world.folder / "tiles"


def run(world, sql):
    with psycopg.connect((world.folder / "database").read_text(), options="-csearch_path=public,derived") as connection:
        connection.execute(sql)


def rows_of(world):
    with open_rows(parts(world)[0]) as rows:
        return {table: list(rows.all(table)) for table in DERIVED if table != "event_id"}


def test_a_whole_ledger_on_a_server_is_clean_and_says_what_was_not_looked_at(world):
    checked = check_ledger(*parts(world), world.folder / "guard")
    assert checked.damages == ()
    assert [each.key for each in checked.unchecked] == ["fsck.unchecked.pages"]
    assert checked.events > 20


def test_what_is_derived_is_written_anew_with_the_same_root(world):
    before, root = rows_of(world), world.ledger.prover.checkpoint()
    with pytest.raises(SetupError, match="another process"):
        rebuild(*parts(world))
    world.ledger.close()
    run(world, f"TRUNCATE {', '.join(DERIVED)}")
    assert check_ledger(*parts(world), world.folder / "guard").damages
    made = rebuild(*parts(world))
    assert rows_of(world) == before
    assert check_ledger(*parts(world), world.folder / "guard").damages == ()
    assert made.keys == len(before["history_key"])
    world.reopen()
    assert world.ledger.prover.checkpoint() == root


DAMAGES = {  # heads and entries last: what follows from them is not checked once they are damaged
    "history_key": "UPDATE history_key SET leaf = sha256(leaf) WHERE id = 2",
    "counter": "INSERT INTO counter VALUES (sha256('a'), 5)",
    "event_id": "DELETE FROM event_id WHERE ctid IN (SELECT ctid FROM event_id LIMIT 1)",
    "cosignature": "UPDATE cosignature SET line = line || 'x'",
    "event": "UPDATE event SET head = head || 'x' WHERE seq = 3",
    "statement": "UPDATE statement SET entry = entry || 'x' WHERE leaf = 2",
}


def test_each_damaged_row_is_named(world):
    for table, sql in DAMAGES.items():
        run(world, sql)
        assert table in {each.table for each in check_ledger(*parts(world), world.folder / "guard").damages}
