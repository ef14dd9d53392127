"""A server that stands still, with its connections open: whoever asks is told, and nobody waits for ever."""

from __future__ import annotations

from threading import Thread

import pytest

from ledger.errors import BusyError, StoppedError
from ledger.store.postgres import lease, pool, store
from ledger.store.postgres import own as own_connection
from ledger.store.postgres.lease import Lease
from ledger.store.postgres.store import PostgresStore
from tests.ledger.store.blocks import write
from tests.postgres import Server

NEVER = 3600_000  # milliseconds since 1970


@pytest.fixture
def own():
    """A server of the test's own."""
    started = Server()
    yield started
    started.stop()


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    for module in (lease, own_connection, pool, store):
        monkeypatch.setattr(module, "_SILENCE", 0.5)


def count_while_it_freezes(opened, own):
    with opened.read() as reader:
        assert reader.counters().size == 2
        own.freeze()
        reader.counters()


def test_whoever_asks_a_frozen_server_is_told_and_asks_again_once_it_goes_on(own, tmp_path):
    ours = Lease(dsn := f"{own.database()}&connect_timeout=2", holder="ours", url="")
    assert ours.acquire()
    opened = PostgresStore(dsn, tmp_path, fence=ours)
    asked = opened.nonces()
    assert asked.use(bytes(32), "a", until=NEVER, now=0)
    write(opened, 0)
    with pytest.raises(BusyError):
        count_while_it_freezes(opened, own)
    for refused in (ours.renew, ours.state, lambda: asked.use(bytes(32), "b", until=NEVER, now=0)):
        with pytest.raises(BusyError):
            refused()
    own.thaw()
    assert ours.state().holder == "ours"
    assert asked.use(bytes(32), "c", until=NEVER, now=0)
    with opened.read() as reader:
        assert reader.counters().size == 2
    opened.close()
    ours.close()


def test_writer_that_waits_for_a_frozen_server_is_cut_off_and_stops(own, tmp_path):
    opened, told = PostgresStore(own.database(), tmp_path), []

    def load():
        try:
            write(opened, 0)
        except StoppedError as error:
            told.append(error)

    own.freeze()
    writing = Thread(target=load)
    writing.start()
    opened.sever()
    writing.join()
    assert len(told) == 1
    own.thaw()
    with pytest.raises(StoppedError):
        write(opened, 0)
    opened.close()


def test_pool_gives_up_all_that_it_held_ready_at_the_first_that_does_not_answer(own):
    readers = pool.ReaderPool(f"{own.database()}&connect_timeout=2", most=4, patience=0.5, statement=60_000)
    with readers.snapshot(), readers.snapshot(), readers.snapshot():
        pass
    assert readers._idle.qsize() == 3
    own.freeze()
    with pytest.raises(BusyError), readers.snapshot():
        pass
    assert readers._idle.qsize() == 0
    own.thaw()
    with readers.snapshot() as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    readers.close()
