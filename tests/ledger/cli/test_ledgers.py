import json
import os
import shutil
import stat
import threading

import pytest

from ledger.backup import back_up
from ledger.client.logtree import VerifiedTree
from ledger.errors import KeyFileError, SetupError, StoppedError
from ledger.opening import LedgerFolder, create_ledger, migrate_ledger, open_ledger
from ledger.prove.log import root_at
from ledger.tiles.folder import TileFolder
from tests.ledger.client.world import ORIGIN, PASSPHRASE, World
from verifier.primitives.checkpoint import parse_signed_checkpoint
from verifier.primitives.keys import parse_key
from verifier.primitives.note import parse_vkey
from verifier.primitives.tiles import Tile, parse_hashes
from verifier.primitives.tlog_policy import parse_tlog_policy

ENV = ("--passphrase-env", "PASS")


def test_init_makes_a_ledger_and_says_what_a_charter_must_name(run, tmp_path):
    made = run("init", "zone", "--origin", ORIGIN, "--guard", "guards/zone", "--json", *ENV)
    assert made.code == 0
    answer = made.answer
    assert answer == json.loads((tmp_path / "zone" / "ledger.public.json").read_text())
    assert [parse_vkey(each).kind for each in answer["log"]] == [1, 6]
    assert parse_tlog_policy(answer["policy"] + "quorum none\n").logs == tuple(map(parse_vkey, answer["log"]))
    ledger = open_ledger(tmp_path / "zone", b"a passphrase of the test")
    assert ledger.origin == ORIGIN
    assert ledger._keys.sets[0].seal.public == parse_key(answer["seal"])
    assert (tmp_path / "guards" / "zone").exists()
    ledger.close()


def test_keys_are_nobody_else_s(run, tmp_path):
    run("init", "zone", "--origin", ORIGIN, *ENV)
    keys = LedgerFolder(tmp_path / "zone").keys
    assert stat.S_IMODE(keys.stat().st_mode) == 0o700
    assert [stat.S_IMODE(each.stat().st_mode) for each in keys.iterdir()] == [0o600] * 4


def test_what_the_database_holds_is_nobody_else_s(run, tmp_path):
    """Disclosures stand in it in clear, and in each backup."""
    before = os.umask(0o022)
    try:
        run("init", "zone", "--origin", ORIGIN, *ENV)
        ledger = open_ledger(tmp_path / "zone", b"a passphrase of the test")
        beside = [path for path in (tmp_path / "zone").glob("ledger.db*") if path.suffix != ".lock"]
        assert {stat.S_IMODE(each.stat().st_mode) for each in beside} == {0o600}
        assert len(beside) > 1, "what is beside the database while it runs is as private"
        ledger.close()
        back_up(tmp_path / "zone", tmp_path / "copy")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "copy").stat().st_mode) == 0o700


def test_init_touches_nothing_that_is_there(run, tmp_path):
    run("init", "zone", "--origin", ORIGIN, *ENV)
    before = {path: path.read_bytes() for path in (tmp_path / "zone").rglob("*") if path.is_file()}
    assert run("init", "zone", "--origin", "another.example", *ENV).code == 4
    assert {path: path.read_bytes() for path in (tmp_path / "zone").rglob("*") if path.is_file()} == before
    (tmp_path / "other.guard").write_text("a guard of another ledger")
    assert run("init", "other", "--origin", ORIGIN, *ENV).code == 4
    assert not (tmp_path / "other").exists()


@pytest.mark.parametrize("origin", ["", "two words", "a+b"])
def test_a_bad_origin_leaves_nothing(run, tmp_path, origin):
    assert run("init", "zone", "--origin", origin, *ENV).code == 2
    assert list(tmp_path.iterdir()) == []


def test_a_failure_half_way_leaves_nothing(tmp_path, monkeypatch):
    def fail(*_args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("ledger.opening.create_tables", fail)
    with pytest.raises(SetupError):
        create_ledger(tmp_path / "zone", ORIGIN, PASSPHRASE)
    assert list(tmp_path.iterdir()) == []


def test_migrate_is_refused_where_there_is_nothing_or_somebody_writes(run, world, tmp_path):
    assert run("migrate", "none").code == 4
    running = run("migrate", "world")
    assert running.code == 4
    assert "another process" in running.err
    world.ledger.close()
    assert run("migrate", "world").code == 0
    world.ledger = world.open()


def test_a_ledger_opens_once_and_lets_go_when_it_could_not(world, tmp_path):
    with pytest.raises(SetupError, match="another process"):
        world.open()
    world.ledger.close()
    with pytest.raises(KeyFileError):
        open_ledger(world.root, b"another passphrase")
    world.ledger = world.open()


def test_a_lost_guard_is_not_begun_anew_by_itself(world):
    world.ledger.close()
    guard = LedgerFolder(world.root).usual_guard
    guard.rename(guard.with_name("moved"))
    with pytest.raises(SetupError, match="no guard"):
        world.open()
    world.ledger = world.open(new_guard=True)
    world.ledger.close()
    world.ledger = world.open(guard=guard.with_name("moved"))


@pytest.mark.parametrize("content", [b"", bytes(512)], ids=["empty", "zeros"])
def test_a_guard_that_was_emptied_is_as_lost_as_one_that_is_gone(world, content):
    world.ledger.close()
    guard = LedgerFolder(world.root).usual_guard
    before = guard.read_bytes()
    guard.write_bytes(content)
    with pytest.raises(SetupError, match="no guard"):
        world.open()
    guard.write_bytes(before)
    world.ledger = world.open()


def test_a_guard_that_a_crash_left_empty_at_the_first_block_is_no_lost_one(tmp_path):
    world = World(tmp_path / "young")
    world.zone.say(world.customs, [world.zone._charter()], as_root=True)
    world.ledger.close()
    LedgerFolder(world.root).usual_guard.write_bytes(b"")
    ledger = world.open()
    assert ledger.head.edge.size == 2
    ledger.close()


def test_what_is_no_ledger_is_not_opened(tmp_path):
    with pytest.raises(SetupError, match="no database"):
        open_ledger(tmp_path, PASSPHRASE)
    with pytest.raises(SetupError):
        migrate_ledger(tmp_path)


def test_a_backup_that_is_older_than_what_was_signed_is_refused(run, world, tmp_path):
    """Back up, go on, lose the folder, restore the backup beside the guard: it must not sign."""
    made = run("backup", "world", "saved", "--keys", "--json")
    assert (made.code, made.answer["size"]) == (0, world.ledger.head.edge.size)
    world.note(3)
    world.publish()
    signed = world.ledger.head.edge.size
    world.ledger.close()
    shutil.move(world.root, tmp_path / "lost")
    shutil.copytree(tmp_path / "saved", world.root)
    with pytest.raises(StoppedError) as refused:
        world.open()
    assert refused.value.came == f"size {signed}"
    assert "older state" in refused.value.todo
    shutil.rmtree(world.root)
    shutil.move(tmp_path / "lost", world.root)
    world.ledger = world.open()
    assert world.ledger.head.edge.size == signed


def test_a_database_that_is_older_than_the_published_checkpoint_is_refused_even_without_its_guard(world, tmp_path):
    back_up(world.root, tmp_path / "saved")
    world.note(3)
    world.publish()
    world.ledger.close()
    for file in world.root.glob("ledger.db*"):
        shutil.move(file, tmp_path / file.name)
    shutil.copy(tmp_path / "saved" / "ledger.db", world.root)
    with pytest.raises(StoppedError, match="published checkpoint"):
        world.open(new_guard=True, guard=tmp_path / "new")
    for file in tmp_path.glob("ledger.db*"):
        shutil.move(file, world.root / file.name)
    world.ledger = world.open()


def test_two_copies_of_a_ledger_cannot_run_under_one_guard(world, tmp_path):
    back_up(world.root, tmp_path / "copy", keys=True)
    for _ in range(2):  # a refusal lets go of everything
        with pytest.raises(StoppedError, match="another process"):
            world.open(tmp_path / "copy")
    world.ledger.close()
    with pytest.raises(KeyFileError):
        open_ledger(world.root, b"another passphrase")
    world.ledger = world.open(tmp_path / "copy")


def test_a_backup_of_the_newest_state_goes_on_where_it_was(run, world, tmp_path):
    world.note(120)
    world.publish()
    size = world.ledger.head.edge.size
    assert size > 256
    run("backup", "world", "saved", "--keys")
    world.ledger.close()
    world.ledger = world.open(tmp_path / "saved")
    assert world.ledger.head.edge.size == size
    world.note()
    world.publish()


def test_backups_of_a_busy_ledger_are_whole(world, tmp_path):
    done = threading.Event()

    def write() -> None:
        while not done.is_set():
            world.note()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        made = [back_up(world.root, tmp_path / f"saved{each}", keys=True) for each in range(4)]
    finally:
        done.set()
        writer.join()
    for place, backup in enumerate(made):
        root = tmp_path / f"saved{place}"
        published, _ = parse_signed_checkpoint((root / "log" / "checkpoint").read_bytes())
        folder = TileFolder(root / "log")
        VerifiedTree(published, lambda tile, folder=folder: _hashes(folder, tile))
        ledger = world.open(root, guard=root / "guard", new_guard=True)
        assert (ledger.head.edge.size, ledger.head.root.hex()) == (backup.size, backup.root)
        with ledger.sources() as sources:
            assert root_at(sources.log, published.size) == published.root
        ledger.close()


def _hashes(folder: TileFolder, tile: Tile) -> list[bytes]:
    if not folder.path(tile).exists():
        return parse_hashes(folder.read(Tile(tile.level, tile.number)), 256)[: tile.width]
    return parse_hashes(folder.read(tile), tile.width)


def test_a_backup_holds_keys_only_if_asked_and_never_the_guard(run, world, tmp_path):
    run("backup", "world", "plain")
    run("backup", "world", "whole", "--keys")
    assert not (tmp_path / "plain" / "keys").exists()
    assert [stat.S_IMODE(each.stat().st_mode) for each in (tmp_path / "whole" / "keys").iterdir()] == [0o600] * 4
    assert not [path for path in tmp_path.rglob("*guard*") if "world" not in path.name]


def test_a_backup_never_goes_where_something_is(run, world, tmp_path):
    (tmp_path / "saved").mkdir()
    assert run("backup", "world", "saved").code == 4
    assert run("backup", "none", "other").code == 4
    assert not (tmp_path / "other").exists()
    assert list((tmp_path / "saved").iterdir()) == []
