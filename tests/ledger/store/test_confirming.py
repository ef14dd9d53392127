"""What no replica has is shown to nobody: a failover would take it back."""

from __future__ import annotations

from contextlib import suppress
from threading import Thread

import pytest

from ledger.errors import BusyError, SetupError, StoppedError
from ledger.store.interface import StoredSeal
from ledger.store.postgres import confirming, writer
from ledger.store.postgres.confirming import Confirmer
from ledger.store.postgres.connection import connect
from ledger.store.postgres.lease import Lease
from ledger.store.postgres.store import PostgresStore
from tests.ledger.store.blocks import write
from tests.postgres import Server

STREAMING = "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync' AND state = 'streaming'"

WAITING = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep' AND query = 'COMMIT'"


@pytest.fixture(scope="module")
def replicated():
    """A primary and the replica that it waits for."""
    made = [Server("synchronous_standby_names = 'suyuan'", "synchronous_commit = local", "wal_sender_timeout = 0")]
    try:
        made.append(Server("cluster_name = 'suyuan'", "hot_standby = on", follows=made[0]))
        yield made
    finally:
        for each in reversed(made):
            each.stop()


def wait_for(server, counting):
    with connect(server.dsn()) as connection:
        while connection.execute(counting).fetchone() != (1,):
            """Until it has come to be."""


@pytest.fixture
def primary(replicated):
    wait_for(replicated[0], STREAMING)
    return replicated[0]


@pytest.fixture
def replica(replicated):
    yield replicated[1]
    replicated[1].thaw()


def newest(store):
    with store.read() as reader:
        size = reader.counters().size
        return reader.seal(size - 1) if size else None


def write_until_cut_off(store, number, told):
    try:
        write(store, number)
    except StoppedError as error:
        told.append(error)


def test_block_whose_commit_was_cut_off_before_a_replica_had_it_is_not_confirmed_until_one_has(
    primary, replica, tmp_path, monkeypatch
):
    """Whoever takes over ends the session that wrote; it waits for no replica again, which would hold its node."""
    dsn = primary.database()
    first, second = (Lease(dsn, holder=name, url="", seconds=0.2) for name in ("one", "two"))
    assert first.acquire()
    old = PostgresStore(dsn, tmp_path, fence=first)
    old.require_synchronous()
    write(old, 0)
    following = PostgresStore(dsn, tmp_path, writable=False, confirmer=Confirmer(dsn))
    following.confirm(newest(following))
    replica.freeze()
    waiting = Thread(target=write_until_cut_off, args=(old, 1, told := []))
    waiting.start()
    wait_for(primary, WAITING)
    while not second.acquire():
        """Until the first one's lease has run out."""
    waiting.join()
    assert len(told) == 1
    while (seal := newest(following)).leaf != 3:
        """Until the primary shows it."""
    monkeypatch.setattr(confirming, "SECONDS", 0.5)
    with pytest.raises(BusyError, match="a primary whose replica follows"):
        following.confirm(seal)
    new = PostgresStore(dsn, tmp_path, fence=second)
    monkeypatch.setattr(writer, "SECONDS", 0.5)
    with pytest.raises(StoppedError):
        new.require_synchronous()  # nor does anybody lead over it
    new.close()
    replica.thaw()
    monkeypatch.undo()
    following.confirm(seal)
    assert second.renew()
    new = open_once_it_may(dsn, tmp_path, second)
    new.require_synchronous()
    write(new, 2)
    for each in (old, new, following, first, second):
        each.close()


def open_once_it_may(dsn, folder, fence):
    """Return a store whose writer is the only one, once the session before has ended."""
    while True:
        with suppress(SetupError):
            return PostgresStore(dsn, folder, fence=fence)


def test_nobody_writes_while_the_replica_that_is_said_to_follow_does_not(primary, replica, tmp_path, monkeypatch):
    store = PostgresStore(primary.database(), tmp_path)
    replica.freeze()
    monkeypatch.setattr(writer, "SECONDS", 0.5)
    with pytest.raises(StoppedError):
        store.require_synchronous()
    store.close()


def test_block_that_the_primary_does_not_have_or_has_otherwise_is_not_confirmed(primary, tmp_path):
    """It was read from a server that went its own way, as one that led before a failover does."""
    store = PostgresStore(dsn := primary.database(), tmp_path, confirmer=Confirmer(dsn))
    write(store, 0)
    store.confirm(seal := newest(store))
    with pytest.raises(StoppedError, match="the primary's at leaf 1"):
        store.confirm(StoredSeal(seal.leaf, seal.entry + b"!", seal.first, seal.time))
    with pytest.raises(BusyError, match="one that the primary has too"):
        store.confirm(StoredSeal(seal.leaf + 2, seal.entry, seal.first, seal.time))
    store.close()
