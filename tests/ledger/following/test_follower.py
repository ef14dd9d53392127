"""The thread: readers wait for it, it waits for whoever submits, and what goes wrong goes by."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import contextmanager
from types import SimpleNamespace

import pytest

from ledger.following import follower as module
from ledger.following.blocks import events_of_blocks
from ledger.following.file import Layout, meta
from ledger.following.follower import Follower, Taken
from tests.world import ORIGIN, found_world


class Names(Follower):
    """The least projection: how many events there are."""

    def __init__(self, path, sources, *, origin=ORIGIN, about=1_000):
        super().__init__(path, sources, origin=origin, layout=Layout("1", "CREATE TABLE seen (leaf INTEGER);"))
        self.about = about

    def take(self, connection, sources, begin):
        end, rows = events_of_blocks(sources.reader, begin, about=self.about)
        connection.executemany("INSERT INTO seen VALUES (?)", [(row.leaf,) for row in rows])
        return Taken(end)


@pytest.fixture(scope="module")
def ledger(tmp_path_factory):
    world = found_world(tmp_path_factory.mktemp("follower") / "zone", witnesses=0, quorum=0, policies=False)
    yield world.ledger
    world.ledger.close()


@pytest.fixture
def names(ledger, tmp_path):
    made = Names(tmp_path / "names.db", ledger.sources)
    yield made
    made.close()


def test_a_reader_waits_until_what_it_asks_for_is_there(names, ledger):
    size = ledger.head.edge.size
    names.start()
    assert names.wait_for(size, 20)
    with names.read() as connection, ledger.store.read() as reader:
        (count,) = connection.execute("SELECT count(*) FROM seen").fetchone()
        assert count == reader.counters().seq
        assert meta(connection, "size") == str(size)
    assert not names.wait_for(size + 1, 0.01)


def test_a_trouble_that_passed_is_no_fault_any_more_and_puts_no_reader_off(names, ledger):
    sources, trouble = names._sources, threading.Event()
    trouble.set()

    @contextmanager
    def troubled():
        if trouble.is_set():
            raise OSError("a full disk")
        with sources() as found:
            yield found

    names._sources = troubled
    names.start()
    size = ledger.head.edge.size
    assert not names.wait_for(size, 20)
    assert isinstance(names.fault, OSError)
    trouble.clear()
    assert names.wait_for(size, 20)  # the reader that asks next is served: it has the next turn waited for
    assert names.fault is None


def test_a_file_that_cannot_be_made_for_a_while_is_made_afterwards(ledger, tmp_path):
    folder = tmp_path / "gone"
    names = Names(folder / "names.db", ledger.sources)
    with pytest.raises(sqlite3.OperationalError):
        names.follow()
    folder.mkdir()
    assert names.follow()
    folder.rename(tmp_path / "moved")
    with pytest.raises(sqlite3.OperationalError):
        names.follow()
    folder.mkdir()
    assert names.follow()
    assert names.size == ledger.head.edge.size
    names.close()


def test_nothing_is_shown_while_something_is_left_to_be_done_about_it(names, ledger):
    take, left = names.take, [True, True, False]
    names.take = lambda *given: take(*given)._replace(left=left.pop(0))
    assert not names.follow()
    assert names.size == 0
    names.close()
    assert not names.follow()  # nor after a restart
    assert names.size == 0
    assert names.follow()
    assert names.size == ledger.head.edge.size


def test_a_turn_holds_whole_blocks_so_that_each_ends_at_a_seal(ledger):
    with ledger.store.read() as reader:
        begin, turns, seqs = 0, 0, []
        while begin < reader.counters().size:
            begin, rows = events_of_blocks(reader, begin, about=1)
            assert reader.seal(begin - 1) is not None
            turns, seqs = turns + 1, seqs + [row.seq for row in rows]
        assert seqs == list(range(reader.counters().seq))
        assert turns > 1


class Waits:
    """In place of the event that wakes the thread: writes down how long it would have waited, and ends it."""

    def __init__(self, projection):
        self.projection, self.asked = projection, []

    def wait(self, timeout):
        self.asked.append(timeout)
        self.projection._closing = True

    def set(self):
        pass

    def clear(self):
        pass


@pytest.mark.parametrize(("lasted", "waits"), [(0.01, 0.03), (5.0, module._POLITE)])
def test_between_two_turns_it_waits_three_times_as_long_as_one_took(names, monkeypatch, lasted, waits):
    moments = iter([100.0, 100.0 + lasted])
    monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=lambda: next(moments)))  # for no other thread
    names.take, names._wake = lambda *_: Taken(0, left=True), (found := Waits(names))
    names._run()
    assert found.asked == [pytest.approx(waits)]


def test_with_nothing_left_it_looks_again_after_a_pause(names):
    names._wake = found = Waits(names)
    names._run()
    assert found.asked == [module._PAUSE]
