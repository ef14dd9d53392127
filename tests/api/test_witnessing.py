"""The server collects cosignatures, shows each witness's lag, and closes intake while the quorum is late."""

import re
import threading

import pytest

from tests.ledger.client.world import World
from tests.ledger.witnessing.conftest import OtherWitness, until
from verifier.ledgerformat.submission import MEDIA_TYPE

JSON = "application/json"


@pytest.fixture
def witnessed(tmp_path, serve):
    """A ledger with two witnesses, of whom one must cosign; its server, which asks the first."""
    witnesses = [OtherWitness("near.example"), OtherWitness("far.example")]
    world = World(tmp_path / "ledger", [each.key for each in witnesses], quorum=1)
    world.found()
    yield world, serve(world.ledger, world.root, witnesses=(witnesses[0].url,)), witnesses
    for each in witnesses:
        each.close()


def test_lag_is_told_for_each_witness(witnessed):
    world, server, witnesses = witnessed
    size = world.ledger.head.edge.size
    until(lambda: gauge(server, 'suyuan_witness_lag_leaves{witness="near.example"}') == 0)
    assert gauge(server, 'suyuan_witness_lag_seconds{witness="near.example"}') == 0
    assert gauge(server, 'suyuan_witness_lag_leaves{witness="far.example"}') == size
    assert gauge(server, 'suyuan_witness_lag_seconds{witness="far.example"}') > 0
    assert gauge(server, f'suyuan_witness_cosigned{{address="{witnesses[0].url}"}}') == 1
    assert gauge(server, "suyuan_quorum_size") == size


def test_intake_is_closed_while_the_quorum_is_late_and_open_again_with_it(witnessed):
    world, server, witnesses = witnessed
    until(lambda: gauge(server, "suyuan_oldest_unwitnessed_seconds") == 0)
    witnesses[0].lie = lambda _: (503, "text/plain", b"")
    world.note()
    world.ahead += 30  # so much may pass of itself until the next request
    last = world.submission()
    assert server.post("/entries", last, MEDIA_TYPE).status == 201
    world.ahead += 31
    late = world.submission()
    refused = server.post("/entries", late, MEDIA_TYPE, Accept="application/problem+json")
    assert refused.status == 503
    assert int(refused.headers["Retry-After"]) >= 1
    assert b"no quorum for over 60 s" in refused.body
    assert server.post("/entries", last, MEDIA_TYPE).status == 201  # it is recorded already
    witnesses[0].lie = None
    until(lambda: server.post("/entries", late, MEDIA_TYPE).status == 201)


def test_a_witness_that_hangs_and_one_that_is_dead_slow_nothing_that_does_not_need_them(tmp_path, serve):
    near, slow, dead = (OtherWitness(f"{name}.example") for name in ("near", "slow", "dead"))
    hangs, go_on = threading.Event(), threading.Event()
    slow.lie = lambda _: (hangs.set(), go_on.wait(60), (503, "text/plain", b""))[2]
    dead.close()
    world = World(tmp_path / "ledger", [each.key for each in (near, slow, dead)], quorum=1)
    world.found()
    server = serve(world.ledger, world.root, witnesses=tuple(each.url for each in (near, slow, dead)))
    try:
        assert hangs.wait(30), "it was asked, and has not answered"
        for _ in range(2):
            assert server.post("/entries", world.submission(), MEDIA_TYPE).status == 201
            until(lambda: gauge(server, "suyuan_quorum_size") == world.ledger.head.edge.size)
        assert server.get("/readyz").status == 200
        until(lambda: gauge(server, f'suyuan_witness_failures{{address="{dead.url}"}}') > 0)
        assert gauge(server, 'suyuan_witness_lag_leaves{witness="slow.example"}') > 0
        assert not go_on.is_set()
    finally:
        go_on.set()
        near.close()
        slow.close()


def test_a_server_that_asks_nobody_starts_and_stops(tmp_path, serve):
    world = World(tmp_path / "alone")
    world.found()
    server = serve(world.ledger, world.root)
    assert "suyuan_witness_lag_leaves{" not in server.get("/metrics").text


def gauge(server, name: str) -> float:
    (value,) = re.findall(rf"^{re.escape(name)} (\S+)$", server.get("/metrics").text, re.MULTILINE)
    return float(value)
