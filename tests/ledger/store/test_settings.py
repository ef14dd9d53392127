"""SQLite's settings without which acknowledged events can be lost: in force on every connection, or no start."""

from __future__ import annotations

import multiprocessing
import sqlite3
import subprocess
import sys
from contextlib import closing, nullcontext

import pytest

from ledger.errors import SetupError, StoppedError
from ledger.store.sqlite import connection
from ledger.store.sqlite.connection import create, open_reader, open_writer
from ledger.store.sqlite.store import SqliteStore
from tests.ledger.store.blocks import block, write

FULL = 2


@pytest.fixture
def path(tmp_path):
    create(tmp_path / "ledger.db")
    return tmp_path / "ledger.db"


def pragma(opened, name):
    return opened.execute(f"PRAGMA {name}").fetchone()[0]


def test_writer_syncs_every_commit_keeps_a_write_ahead_log_and_foreign_keys(path):
    with closing(open_writer(path)) as writer:
        assert pragma(writer, "journal_mode") == "wal"
        assert pragma(writer, "synchronous") == FULL
        assert pragma(writer, "foreign_keys") == 1
        assert pragma(writer, "busy_timeout") > 0
        assert pragma(writer, "query_only") == 0


def test_store_writes_through_that_one_connection(path):
    store = SqliteStore(path)
    try:
        assert pragma(store.writer()._connection, "synchronous") == FULL
        assert store.writer()._connection is store.writer().reader()._connection
    finally:
        store.close()


@pytest.mark.parametrize(
    ("name", "value"), [("synchronous", 7), ("journal_mode", "memory_mapped"), ("foreign_keys", 3)]
)
def test_setting_that_does_not_take_keeps_the_store_closed_and_lets_go_of_it(path, monkeypatch, name, value):
    with monkeypatch.context() as patched:
        patched.setitem(connection._SETTINGS, name, value)
        with pytest.raises(SetupError, match=name):
            SqliteStore(path)
    SqliteStore(path).close()


def test_reader_cannot_write_whatever_it_is_asked(path):
    with closing(open_reader(path)) as reader:
        assert pragma(reader, "query_only") == 1
        for sql in ("DELETE FROM meta", "INSERT INTO meta VALUES ('a', 'b')", "DROP TABLE meta"):
            with pytest.raises(sqlite3.OperationalError, match="readonly"):
                reader.execute(sql)
        reader.execute("PRAGMA query_only=0")
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            reader.execute("DELETE FROM meta")


def test_second_process_that_writes_is_refused_while_the_first_lives(path):
    second = (
        "from pathlib import Path; from ledger.store.sqlite.store import SqliteStore; "
        f"SqliteStore(Path({str(path)!r})).close()"
    )
    store = SqliteStore(path)
    ran = subprocess.run([sys.executable, "-c", second], capture_output=True, text=True, check=False)
    assert ran.returncode
    assert "another process that writes to it" in ran.stderr
    store.close()
    assert subprocess.run([sys.executable, "-c", second], check=False).returncode == 0


def _hold_until_killed(path, held):
    store = SqliteStore(path)
    write(store, 0)
    held.send(0)
    held.recv()
    store.close()


def test_lock_of_a_writer_that_was_killed_is_free_and_what_it_committed_is_there(path):
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_hold_until_killed, args=(path, theirs))
    process.start()
    assert ours.poll(60)
    assert ours.recv() == 0
    with pytest.raises(SetupError):
        SqliteStore(path)
    process.kill()
    process.join()
    store = SqliteStore(path)
    with store.read() as reader:
        assert reader.counters().size == 2
    store.close()


def test_write_that_fails_stops_the_store_for_good(path):
    """A sync that failed once may have lost what it was to make durable: asking again would say it is fine."""
    store = SqliteStore(path)
    try:
        write(store, 0)
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            pages = pragma(other, "page_count")
        store.writer()._connection.execute(f"PRAGMA max_page_count={pages}")
        number = _write_until_it_fails(store)
        store.writer()._connection.execute("PRAGMA max_page_count=1000000")
        with pytest.raises(StoppedError):
            write(store, number)
        with pytest.raises(StoppedError):
            store.writer().add_cosignatures(2, ["line"], quorum=True)
        with pytest.raises(StoppedError):
            store.writer().set_meta("a", "b")
    finally:
        store.close()
    store = SqliteStore(path)
    with store.read() as reader:
        assert reader.counters().size == 2 * number, "nothing of the block that failed, all of those before"
    store.writer().commit(block(number), nullcontext())
    store.close()


def _write_until_it_fails(store):
    """Return the number of the first block that was not written."""
    for number in range(1, 10_000):
        try:
            write(store, number)
        except StoppedError as error:
            assert "full" in str(error)  # noqa: PT017 - whichever block it is
            return number
    raise AssertionError("the database never became full")


def test_file_that_is_no_database_is_refused_and_let_go_of(tmp_path):
    path = tmp_path / "ledger.db"
    with pytest.raises(SetupError, match="no database"):
        SqliteStore(path)
    path.write_bytes(b"something else altogether " * 400)
    before = path.read_bytes()
    for door in (SqliteStore, create, SqliteStore):
        with pytest.raises(SetupError, match="not a database"):
            door(path)
    assert path.read_bytes() == before
