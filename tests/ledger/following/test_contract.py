"""What every projection promises, whatever it keeps: its file is made anew wherever it is not of use.

A new projection is one line in `KINDS`.
"""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing, contextmanager
from dataclasses import replace

import pytest

from ledger.admission.recent import RecentEvents
from ledger.endorsing import projection as endorsing
from ledger.epcis import projection as epcis
from ledger.handles import projection as handles
from ledger.standing import projection as standing
from tests.world import ORIGIN, found_world, tell_parcel

KINDS = {
    "endorsing": (endorsing, endorsing.Projection),
    "handles": (handles, handles.HandleProjection),
    "epcis": (epcis, epcis.EpcisProjection),
    "standing": (standing, standing.StandingProjection),
}


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    made = found_world(tmp_path_factory.mktemp("following") / "zone", witnesses=0, quorum=0)
    with made.ledger.sources() as sources:
        (*_, last) = sources.reader.events_from(0)
        sources.recent.head(last.head)  # somebody asks, so that what follows is kept
    tell_parcel(made)
    yield made
    made.ledger.close()


class Kept:
    """A projection in a file, and everything that it has derived."""

    def __init__(self, kind, path, sources):
        self.module, self.make = KINDS[kind]
        self.path, self.sources = path, sources
        self.projection = self.open()

    def open(self, origin=ORIGIN):
        return self.make(self.path, self.sources, origin=origin)

    def reopen(self):
        self.projection.close()
        self.projection = self.open()

    def rows(self):
        """Return every table and row but what the file says of itself."""
        while not self.projection.follow():
            pass
        with self.projection.read() as connection:
            return sorted(line for line in connection.iterdump() if '"meta"' not in line)

    def change(self, *statements):
        with closing(sqlite3.connect(self.path)) as connection:
            for each in statements:
                connection.execute(each)
            connection.commit()


@pytest.fixture(params=KINDS)
def kept(request, tmp_path, world):
    made = Kept(request.param, tmp_path / "kept.db", world.ledger.sources)
    yield made
    made.projection.close()


def table_of(kept):
    """Return a table of the projection's own that holds something."""
    return next(line.split('"')[1] for line in kept.rows() if line.startswith("INSERT INTO"))


def is_missing(kept):
    kept.path.unlink()


def is_empty(kept):
    kept.path.write_bytes(b"")


def is_no_database(kept):
    kept.path.write_bytes(b"no database at all, and long enough to be looked at" * 1000)


def has_a_broken_page(kept):
    data = kept.path.read_bytes()
    kept.path.write_bytes(data[:4096] + bytes([0xFF]) * (len(data) - 4096))


def is_another_ledgers(kept):
    other = kept.open("another.test/ledger")
    other.follow()
    other.close()


def is_of_an_older_layout(kept):
    kept.change("UPDATE meta SET value = '1' WHERE name = 'version'", f"DROP TABLE {table_of(kept)}")


def is_somebody_elses_database(kept):
    kept.path.unlink()
    kept.change("CREATE TABLE meta (version INTEGER)")


def is_of_another_history(kept):
    kept.change("UPDATE meta SET value = 'ff' WHERE name = 'seal'", f"DELETE FROM {table_of(kept)}")


def is_of_a_longer_history(kept):
    kept.change("UPDATE meta SET value = '99999' WHERE name = 'size'", f"DELETE FROM {table_of(kept)}")


SPOILT = [
    is_missing, is_empty, is_no_database, has_a_broken_page, is_another_ledgers, is_of_an_older_layout,
    is_somebody_elses_database, is_of_another_history, is_of_a_longer_history,
]  # fmt: skip


@pytest.mark.parametrize("spoil", SPOILT, ids=lambda each: each.__name__)
def test_a_file_is_made_anew_where_it(kept, spoil, world):
    before = kept.rows()
    assert any(line.startswith("INSERT INTO") for line in before)
    kept.projection.close()
    spoil(kept)
    kept.projection = kept.open()
    assert kept.rows() == before
    assert kept.projection.size == world.ledger.head.edge.size


@pytest.mark.parametrize("spoil", [is_missing, is_of_another_history], ids=lambda each: each.__name__)
def test_a_file_is_made_anew_while_it_is_followed_where_it(kept, spoil):
    before = kept.rows()
    spoil(kept)
    assert kept.rows() == before


def test_what_the_writer_still_knows_of_events_changes_nothing_of_what_is_derived(kept, world):
    known = kept.rows()

    @contextmanager
    def of_a_ledger_that_has_just_started():
        with world.ledger.sources() as sources:
            yield replace(sources, recent=RecentEvents())

    kept.sources = of_a_ledger_that_has_just_started
    is_missing(kept)
    kept.reopen()
    with world.ledger.sources() as sources:
        (*_, last) = sources.reader.events_from(0)
        assert sources.recent.head(last.head) is sources.recent.head(last.head), "it was not read anew before"
    assert kept.rows() == known


def test_a_file_that_is_found_broken_between_two_turns_is_made_anew(kept):
    before = kept.rows()
    kept.projection._file._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    kept.projection._file.close()
    has_a_broken_page(kept)
    for _ in range(3):  # whoever finds it, the next turn makes it anew
        try:
            found = kept.rows()
        except sqlite3.DatabaseError:
            continue
        break
    assert found == before


def test_what_a_crash_leaves_between_two_turns_is_gone_on_with(kept, tmp_path, monkeypatch):
    whole = kept.rows()
    kept.projection.close()
    kept.path.unlink()
    monkeypatch.setattr(kept.module, "_EVENTS", 5)
    kept.projection = kept.open()
    assert not kept.projection.follow()
    left = tmp_path / "left"
    left.mkdir()
    for each in tmp_path.glob("kept*"):
        shutil.copy(each, left)  # the files of a process that is no more
    again = Kept("endorsing", left / "kept.db", kept.sources)
    again.make = kept.make
    again.projection = again.open()
    begun = []
    take = again.projection.take

    def taking(connection, sources, begin):
        begun.append(begin)
        return take(connection, sources, begin)

    again.projection.take = taking
    assert again.rows() == whole
    assert begun[0] > 0
    again.projection.close()


def test_a_turn_that_fails_leaves_nothing_behind(kept):
    whole = kept.rows()
    kept.projection.close()
    kept.path.unlink()
    kept.projection = kept.open()
    take = kept.projection.take

    def failing(*given):
        take(*given)
        raise RuntimeError("a fault after everything was written")

    kept.projection.take = failing
    with pytest.raises(RuntimeError):
        kept.projection.follow()
    assert kept.projection.size == 0
    kept.projection.take = take
    assert kept.rows() == whole


def test_where_nothing_is_new_nothing_is_written(kept):
    kept.rows()
    connection = kept.projection._file._connection
    before = connection.total_changes
    assert before > 0
    assert kept.projection.follow()
    assert connection.total_changes == before


def test_a_file_stays_where_it_is_another_that_was_found_broken(kept):
    kept.rows()
    before = kept.path.stat().st_ino
    error = sqlite3.DatabaseError("the ledger's own is malformed")
    error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
    take = kept.projection.take

    def failing(*_):
        raise error

    kept.projection.take = failing
    with pytest.raises(sqlite3.DatabaseError):
        kept.projection.follow()
    kept.projection.take = take
    assert kept.projection.follow()
    assert kept.path.stat().st_ino == before


def test_a_connection_that_is_of_no_use_any_more_is_replaced(kept):
    whole = kept.rows()
    kept.projection._file._connection.close()
    with pytest.raises(sqlite3.ProgrammingError):
        kept.projection.follow()
    assert kept.rows() == whole


def test_a_turn_that_the_database_ends_leaves_nothing_behind(kept):
    """As a full disk does: SQLite has rolled back already when it says so."""
    whole = kept.rows()
    take = kept.projection.take

    def failing(connection, *given):
        connection.execute("DELETE FROM meta WHERE name = 'seal'")
        connection.execute("ROLLBACK")
        return take(connection, *given)

    kept.projection.take = failing
    with pytest.raises(sqlite3.OperationalError):
        kept.projection.follow()
    kept.projection.take = take
    assert kept.rows() == whole


def test_small_and_large_turns_come_to_the_same(kept, monkeypatch):
    whole = kept.rows()
    kept.projection.close()
    kept.path.unlink()
    monkeypatch.setattr(kept.module, "_EVENTS", 1)
    kept.projection = kept.open()
    assert kept.rows() == whole
