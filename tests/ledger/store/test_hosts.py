"""A node that says nothing is waited for once, not at each new connection."""

from __future__ import annotations

import socket
import threading

import pytest

from ledger.store.postgres import hosts
from ledger.store.postgres.connection import complete, connect
from tests.postgres import server


@pytest.fixture
def silent():
    """A port whose connections are taken and never answered, and how many there were."""
    listening, taken = socket.create_server(("127.0.0.1", 0)), []

    def take():
        try:
            while True:
                taken.append(listening.accept()[0])
        except OSError:
            """It is closed."""

    thread = threading.Thread(target=take)
    thread.start()
    yield listening.getsockname()[1], taken
    listening.shutdown(socket.SHUT_RDWR)
    listening.close()
    thread.join()
    for each in taken:
        each.close()


def test_host_that_answered_last_is_asked_first(silent):
    port, taken = silent
    dsn = f"postgresql://suyuan@/postgres?host=127.0.0.1,{server().root}&port={port},5432&connect_timeout=2"
    for _ in range(3):
        connect(dsn).close()
    assert len(taken) == 1


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("host=a,b,c port=1", "host=c,a,b port=1,1,1"),
        ("host=a,b,c port=1,2,1", "host=c,a,b port=1,1,2"),
        ("host=a,b,c", "host=c,a,b port=5432,5432,5432"),
        ("host=c", "host=c"),
        ("host=a,b", "host=a,b port=5432,5432"),
        ("host=a,c hostaddr=10.0.0.1,10.0.0.2", "host=a,c hostaddr=10.0.0.1,10.0.0.2"),
    ],
)
def test_the_others_follow_in_their_order(monkeypatch, given, expected):
    monkeypatch.setattr(hosts, "_answered", {given: ("c", "1" if "port" in given else "5432")})
    assert complete(hosts.last_first(given)) == complete(expected)
