"""One leads, by the database's clock; whoever slept through its lease writes nothing any more."""

from __future__ import annotations

import multiprocessing
import os
import signal
from contextlib import nullcontext

import psycopg
import pytest

from ledger.errors import StoppedError
from ledger.store.postgres.lease import Lease
from ledger.store.postgres.store import PostgresStore
from tests.ledger.store.blocks import block, write
from tests.postgres import server

SHORT = 0.2  # seconds: a lease that is over soon
LONG = 600.0  # one that outlasts every test


@pytest.fixture
def dsn():
    made = server().database()
    yield made
    server().drop(made)


@pytest.fixture
def leases(dsn):
    made = []

    def lease(holder, seconds=LONG):
        made.append(Lease(dsn, holder=holder, url=f"http://{holder}.test", seconds=seconds))
        return made[-1]

    yield lease
    for each in made:
        each.close()


def take_over(lease):
    """Ask until the lease is ours: the one before runs out by the database's clock."""
    while not lease.acquire():
        pass


def run_out(dsn):
    """Let the lease of the moment be over, as time would."""
    with psycopg.connect(dsn) as connection:
        connection.execute("UPDATE lease SET until = clock_timestamp() - interval '1 hour'")


def test_first_who_asks_leads_and_no_other_while_its_lease_runs(leases):
    first, second = leases("first"), leases("second")
    assert second.state().term == 0
    assert first.acquire()
    assert not second.acquire()
    assert not first.acquire(), "it is held already"
    told = second.state()
    assert (told.term, told.holder, told.url) == (1, "first", "http://first.test")
    assert 0 < told.left <= LONG


def test_a_lease_that_ran_out_or_was_given_back_is_taken_with_the_next_term(dsn, leases):
    first, second = leases("first"), leases("second")
    assert first.acquire()
    run_out(dsn)
    assert second.acquire()
    assert (second.term, second.state().holder) == (2, "second")
    assert not first.renew(), "a renewal finds out too"
    assert second.renew()
    first.release()
    assert second.state().left > 0, "only one's own is given back"
    second.release()
    assert first.acquire()
    assert first.term == 3


def test_a_leader_whose_session_is_gone_is_followed_at_once(leases):
    first, second = leases("first"), leases("second")
    assert first.acquire()
    first.close()
    take_over(second)
    assert second.state().left > LONG / 2, "nobody waited for the first one's lease"


def test_a_store_whose_term_is_over_writes_nothing_and_says_who_leads(dsn, leases, tmp_path):
    first, second = leases("first"), leases("second")
    assert first.acquire()
    old = PostgresStore(dsn, tmp_path, fence=first)
    write(old, 0)
    run_out(dsn)
    assert second.acquire()
    new = PostgresStore(dsn, tmp_path, fence=second)
    with pytest.raises(StoppedError):
        write(old, 1)
    with pytest.raises(StoppedError, match="term 2 of second"):
        PostgresStore(dsn, tmp_path, fence=first)
    write(new, 1)
    with new.read() as reader:
        assert reader.counters().size == 4
    old.close()
    new.close()


def test_a_term_that_a_failover_lost_and_gave_out_again_is_its_new_holders_alone(dsn, leases, tmp_path):
    first, second = leases("first"), leases("second")
    assert first.acquire()
    with psycopg.connect(dsn) as connection:  # as a replica that had not heard of the first, and led then
        connection.execute("UPDATE lease SET term = 0, holder = '', until = clock_timestamp() - interval '1 hour'")
    assert second.acquire()
    assert second.term == first.term
    assert not first.renew()
    first.release()
    assert second.state().left > LONG / 2, "only one's own is given back"
    with pytest.raises(StoppedError, match="came term 1 of second, expected term 1 of first"):
        PostgresStore(dsn, tmp_path, fence=first)
    store = PostgresStore(dsn, tmp_path, fence=second)
    write(store, 0)
    store.close()


def test_without_a_lease_nothing_is_written(dsn, leases, tmp_path):
    with pytest.raises(StoppedError, match="lease"):
        PostgresStore(dsn, tmp_path, fence=leases("nobody"))


def test_a_renewal_does_not_wait_for_our_own_commit(dsn, leases, tmp_path):
    first = leases("first")
    assert first.acquire()
    store = PostgresStore(dsn, tmp_path, fence=first)
    renewed = []

    class Renewing:
        def __enter__(self):
            renewed.append(first.renew())

        def __exit__(self, *_):
            return None

    store.writer().commit(block(0), Renewing())
    assert renewed == [True]
    store.close()


def _lead(dsn, folder, said):
    """Lead, commit a block whenever told to, and tell how it went; within the second one, stand still when told."""
    lease = Lease(dsn, holder="sleeper", url="http://sleeper.test", seconds=SHORT)
    said.send(lease.acquire())
    store = PostgresStore(dsn, folder, fence=lease)
    write(store, 0)
    said.send("written")

    class Pausing:
        def __enter__(self):
            said.send("within")
            said.recv()

        def __exit__(self, *_):
            return None

    place = said.recv()
    try:
        store.writer().commit(block(1), Pausing() if place == "within" else nullcontext())
    except StoppedError as error:
        said.send(error.code)
    else:
        said.send("acknowledged")


@pytest.mark.parametrize("place", ["between", "within"])
def test_a_process_that_slept_through_its_lease_is_refused_when_it_wakes(dsn, leases, tmp_path, place):
    """Between two blocks, and in the middle of one: rows written, not committed."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    sleeper = context.Process(target=_lead, args=(dsn, tmp_path, theirs))
    sleeper.start()
    assert ours.recv() is True
    assert ours.recv() == "written"
    if place == "within":
        ours.send(place)
        assert ours.recv() == "within"
    os.kill(sleeper.pid, signal.SIGSTOP)
    second = leases("second")
    take_over(second)
    store = PostgresStore(dsn, tmp_path, fence=second)
    ours.send(place if place == "between" else "go on")
    os.kill(sleeper.pid, signal.SIGCONT)
    assert ours.recv() == "stopped"
    sleeper.join()
    write(store, 1)
    with store.read() as reader:
        assert reader.counters().size == 4
    store.close()
