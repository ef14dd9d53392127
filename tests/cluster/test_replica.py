"""Reads go to a replica that falls behind: nothing is denied that is recorded, nothing older is shown than was."""

from __future__ import annotations

from contextlib import contextmanager

import psycopg
import pytest

from ledger.client.client import LedgerClient
from ledger.errors import BusyError
from tests.cluster.machines import until
from tests.crash.load import commission, submitter
from tests.crash.served import ONCE, cosign, found_served
from tests.ledger.store.test_confirming import STREAMING, wait_for
from tests.postgres import Server
from tests.world import ORIGIN
from verifier.primitives.checkpoint import parse_signed_checkpoint

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def replicated():
    """A primary and the replica that it waits for."""
    made = [Server("synchronous_standby_names = 'suyuan'", "synchronous_commit = local")]
    try:
        made.append(Server("cluster_name = 'suyuan'", "hot_standby = on", follows=made[0]))
        wait_for(made[0], STREAMING)
        yield made
    finally:
        for each in reversed(made):
            each.stop()


@pytest.fixture
def zone(replicated, tmp_path):
    database = replicated[0].database(empty=True)
    yield found_served(tmp_path / "zone", database)
    replicated[0].drop(database)


@pytest.fixture
def machines(zone, replicated, machine):
    """One that leads and one that follows; both read from the replica."""
    address = (zone.folder / "ledger" / "database").read_text().strip()
    replica = address.replace(str(replicated[0].root), str(replicated[1].root))
    made = [machine(name, replica=replica, allow_async="0") for name in ("first", "second")]
    for each in made:
        each.start()
    yield made
    for each in made:
        each.stop()


@contextmanager
def paused(replica):
    """Keep a replica from showing what it receives."""
    with psycopg.connect(replica.dsn(), autocommit=True) as connection:
        connection.execute("SELECT pg_wal_replay_pause()")
        until(lambda: _state(connection) == "paused", "replay goes on")
        try:
            yield
        finally:
            connection.execute("SELECT pg_wal_replay_resume()")


def _state(connection):
    return connection.execute("SELECT pg_get_wal_replay_pause_state()").fetchone()[0]


def client_of(machine):
    return LedgerClient(machine.url, timeout=20, patience=ONCE)


def said_by(zone, number):
    return commission(
        submitter(zone.cast["seller"], number), zone.zone.types, ORIGIN, range(number * 9, number * 9 + 2)
    )


def size_of(note):
    return parse_signed_checkpoint(note)[0].size


def test_whoever_submits_is_never_told_that_what_was_promised_is_unknown(zone, machines, replicated):
    leading, following = map(client_of, machines)
    cosign(zone, leading)
    shown = size_of(following.checkpoint())
    one, two = said_by(zone, 1), said_by(zone, 2)
    with paused(replicated[1]):
        here, there = leading.submit(one), following.submit(two)
        assert leading.submit(one).data == here.data, "the leader reads what it wrote"
        assert following.submit(two).data == there.data
        assert leading.receipt(there.identity).leaf == there.leaf
        with pytest.raises(BusyError, match="replica"):
            following.receipt(there.identity)
        assert size_of(following.checkpoint()) >= shown, "what it has, it goes on showing"
        until(lambda: machines[1].metric("suyuan_missing_leaves") > 0, "it does not say that it is behind")
        assert machines[0].metric("suyuan_missing_leaves") == 0
    until(lambda: machines[1].metric("suyuan_missing_leaves") == 0, "it says that it is behind")
    assert following.receipt(there.identity).leaf == there.leaf


def test_process_that_gives_the_lead_up_shows_nothing_older_than_it_has_shown(zone, machines, replicated):
    first, second = machines
    with paused(replicated[1]):
        cosign(zone, client_of(first))
        receipt = client_of(first).submit(said_by(zone, 3))
        first.pause()
        until(lambda: second.leads, "nobody took over")
        assert client_of(second).receipt(receipt.identity).leaf == receipt.leaf, "who leads reads from the primary"
        first.resume()
        until(lambda: not first.leads, "it still leads")
        assert first.metric("suyuan_tree_size") > receipt.leaf
        assert client_of(first).receipt(receipt.identity).leaf == receipt.leaf
