"""What stands around an erasure: exports, checks, backups, restarts, submissions of the same again."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing

import pytest

from ledger.compose.batch import sign_batch
from ledger.compose.event import ComposedEvent
from ledger.erasure import eraser as module
from ledger.export.export import export_ledger
from ledger.fsck.check import check_ledger
from ledger.store.erasing import format_erasure
from ledger.store.interface import Deletion, StoredErasure
from ledger.store.sqlite.store import SqliteStore
from tests.ledger.erasure.seeking import places
from tests.ledger.erasure.test_eraser import BUYER, NUMBER, erase, held, settle
from tests.world import World, open_ledger
from verifier.cli.sources import FolderSource
from verifier.errors import NotPermittedError
from verifier.ledgerformat.head import event_name, format_head, parse_head
from verifier.ledgerformat.submission import format_submission
from verifier.proof.audit.walk import Audit

VALUES = [*BUYER, NUMBER]


def test_an_export_and_a_backup_made_after_it_have_no_byte_and_an_audit_finds_nothing_amiss(world, tmp_path):
    erase(world, "order")
    settle(world)
    world.ledger.store.backup(str(tmp_path / "backup.db"))
    with world.ledger.store.read() as reader:
        export_ledger(reader, tmp_path / "export")
    assert not places(tmp_path, VALUES)
    audit = Audit(FolderSource(tmp_path / "export"), world.standpoint())
    for _ in audit.run():
        pass
    report = audit.report()
    assert (report.outcome, report.findings) == ("verified", ())


def test_a_check_of_the_rows_knows_what_was_erased_and_what_is_lost(world):
    erase(world, "order")
    erase(world, "payment", ["/amount"])
    settle(world)
    world.ledger.close()
    database, tiles, guard = world.folder / "ledger.db", world.folder / "tiles", world.folder / "guard"
    assert check_ledger(database, tiles, guard).damages == ()
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        connection.execute("DELETE FROM meta WHERE name LIKE 'erased %'")
    found = {(each.table, each.column) for each in check_ledger(database, tiles, guard).damages}
    assert ("event", "body") in found
    world.ledger = open_ledger(world.folder, world.keys)


def test_a_record_of_an_erasure_that_nobody_ordered_is_found(world):
    world.ledger.close()
    database = world.folder / "ledger.db"
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        name = world.events["order"].name
        rows = connection.execute("SELECT seq, head FROM event WHERE body IS NOT NULL").fetchall()
        (seq,) = [seq for seq, head in rows if event_name(head) == name]
        made_up = Deletion(bytes(32), 1, name, seq, body=True, pointers=(), attachments=())
        connection.execute("INSERT INTO meta VALUES (?, ?)", format_erasure(StoredErasure(made_up, 1)))
        connection.execute("UPDATE event SET body = NULL WHERE seq = ?", (seq,))
    found = check_ledger(database, world.folder / "tiles", world.folder / "guard").damages
    assert found
    world.ledger = open_ledger(world.folder, world.keys)


def test_an_older_copy_of_the_database_is_erased_again_before_it_serves(world):
    shutil.copytree(world.folder, world.folder.with_name("before"))
    said = erase(world, "order")
    settle(world)
    world.ledger.close()
    with closing(sqlite3.connect(world.folder / "ledger.db", isolation_level=None)) as connection:
        with closing(sqlite3.connect(world.folder.with_name("before") / "ledger.db")) as old:
            rows = old.execute("SELECT text, seq, pointer FROM disclosure WHERE text <> ''").fetchall()
            bodies = old.execute("SELECT body, seq FROM event WHERE body IS NOT NULL").fetchall()
        connection.executemany("UPDATE disclosure SET text = ? WHERE seq = ? AND pointer = ?", rows)
        connection.executemany("UPDATE event SET body = ? WHERE seq = ?", bodies)
    assert places(world.folder, VALUES)
    world.ledger = open_ledger(world.folder, world.keys)
    assert held(world, "order") == (None, {})
    assert not places(world.folder, VALUES)
    with world.ledger.store.read() as reader:
        assert [each.deletion.order for each in reader.erasures()] == [said.name]


class Crash(BaseException):
    """The end of a process."""


@pytest.mark.parametrize("point", ["erase-before-commit", "erase-after-commit", "erase-scoured"])
def test_a_crash_at_any_point_is_finished_by_the_next_start(world, point, monkeypatch):
    erase(world, "order")
    world.ledger.close()
    database = world.folder / "ledger.db"
    world.ledger = open_ledger(world.folder, world.keys)
    monkeypatch.setattr(world.ledger.writer.sequencer, "erase", lambda: None)
    world.cosign()
    world.ledger.writer.call(lambda: None).result()

    def end(reached):
        if reached == point:
            raise Crash

    with monkeypatch.context() as crashing:
        crashing.setattr(module, "reach", end)
        fresh = module.Eraser(world.ledger.store.writer(), lambda: 1)
        with pytest.raises(Crash):
            fresh.turn(world.ledger.head.replay.registry, world.ledger.head.edge.size)
    monkeypatch.undo()
    world.reopen()
    assert database.exists()
    assert held(world, "order") == (None, {})
    assert not places(world.folder, VALUES)


def test_what_was_erased_is_not_taken_in_again(world):
    event = world.events["order"]
    erase(world, "order")
    settle(world)
    platform = world.cast["platform"]
    head = parse_head(event.head)
    spelt = format_head(
        type(head)(
            **{each: getattr(head, each) for each in head.__slots__} | {"id": head.id[:-1] + bytes([head.id[-1] ^ 1])}
        )
    )
    again = ComposedEvent(event_name(spelt), spelt, event.body, event.disclosures, event.attachments)
    signed = sign_batch([again], platform.signer, issuer=platform.uri, audience=[world.ledger.origin], first=1 << 20)
    with pytest.raises(NotPermittedError, match="erased by order"):
        world.ledger.submit(format_submission(signed)).result()
    assert not places(world.folder, VALUES)


def test_a_reader_at_an_older_snapshot_is_waited_for_by_nobody_and_the_rest_is_done_later(world):
    with world.ledger.store.read():
        erase(world, "order")
        settle(world)
        assert world.ledger.eraser.pending
    settle(world)
    assert not world.ledger.eraser.pending
    assert not places(world.folder, VALUES)


def test_a_database_from_before_rows_were_overwritten_is_written_anew_once(world):
    world.ledger.close()
    store = SqliteStore(world.folder / "ledger.db")
    connection = store._connection
    connection.execute("DELETE FROM meta WHERE name = 'overwrites'")
    connection.execute("PRAGMA secure_delete=OFF")
    connection.execute("CREATE TABLE spare (value TEXT)")
    connection.execute("INSERT INTO spare VALUES (?)", (NUMBER * 200,))
    connection.execute("DROP TABLE spare")
    store.close()
    world.ledger = open_ledger(world.folder, world.keys)
    erase(world, "order")
    settle(world)
    assert not places(world.folder, VALUES)


def test_worlds_are_what_these_tests_take_them_for(world: World):
    assert {value for _, value in places(world.folder, VALUES)} == set(VALUES)
