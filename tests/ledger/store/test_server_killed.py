"""kill -9 of the database server in the middle of commits: what was acknowledged is there, nothing is tried twice."""

from __future__ import annotations

import random
import threading
from itertools import count

import pytest

from ledger.errors import StoppedError
from ledger.store.postgres.store import PostgresStore
from tests.ledger.store.blocks import EVENTS, checkpoint, entry, write
from tests.postgres import Server


@pytest.fixture
def own():
    """A server of the test's own."""
    started = Server()
    yield started
    started.stop()


def kill_within_commits(own, dsn, folder, chance, first):
    """Write blocks until the server is killed under them; return how many blocks were acknowledged in all."""
    store = PostgresStore(dsn, folder)
    acknowledged, enough, refused = [], threading.Event(), []
    wanted = chance.randrange(1, 40)

    def load():
        try:
            for number in count(first):
                write(store, number)
                acknowledged.append(number)
                if len(acknowledged) == wanted:
                    enough.set()
        except StoppedError as error:
            refused.append(error)
            enough.set()

    writing = threading.Thread(target=load)
    writing.start()
    enough.wait()
    own.kill()
    writing.join()
    assert len(refused) == 1
    with pytest.raises(StoppedError):
        write(store, first + len(acknowledged))
    store.close()
    own.start()
    return first + len(acknowledged)


def again_and_again(own, folder, rounds):
    dsn, chance, there = own.database(), random.Random(rounds), 0
    for _ in range(rounds):
        acknowledged = kill_within_commits(own, dsn, folder, chance, there)
        store = PostgresStore(dsn, folder, writable=False)
        with store.read() as reader:
            there = reader.counters().size // 2
            assert reader.counters().seq == there * EVENTS
            assert reader.newest_checkpoint() == checkpoint(there - 1)
            assert reader.entries(0, 2 * there)[::2] == [entry(number) for number in range(there)]
        store.close()
        assert acknowledged <= there <= acknowledged + 1, "one block may be there whose answer nobody got"


@pytest.mark.slow
def test_nothing_acknowledged_is_lost_when_the_server_is_killed_within_commits(own, tmp_path):
    again_and_again(own, tmp_path, 1)


@pytest.mark.soak
def test_nothing_acknowledged_is_lost_when_the_server_is_killed_thirty_times(own, tmp_path):
    again_and_again(own, tmp_path, 30)
