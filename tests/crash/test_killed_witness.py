"""The witness ends at every named point of its look, again and again: it never contradicts what it signed."""

from __future__ import annotations

import json
import random

import pytest

from ledger.failpoints import POINTS
from ledger.witness.store import open_reader
from tests.crash.watched import WatchedZone
from tests.forking import commands  # noqa: F401 - a fixture
from tests.ledger.client.world import ORIGIN
from verifier.primitives.checkpoint import parse_signed_checkpoint

WITNESS_POINTS = [each for each in POINTS if each.startswith("witness-")]


@pytest.fixture
def zone(tmp_path, commands):  # noqa: F811 - it is the fixture
    zone = WatchedZone(tmp_path, commands)
    yield zone
    zone.close()


def end_again_and_again(zone, point, rounds):
    rnd = random.Random(point)
    for _ in range(rounds):
        zone.run_until(f"{point}:{rnd.randrange(1, 4)}")
        zone.check()
    catches_up(zone)


def catches_up(zone):
    """Started again, it cosigns the newest checkpoint, and the ledger has its line."""
    zone.grow()
    outcome = json.loads(zone.run_once())
    newest, _ = parse_signed_checkpoint(zone.world.ledger.prover.checkpoint(quorum=True))
    assert (outcome["outcome"], outcome["size"], outcome["quorum"]) == ("cosigned", newest.size, True)
    assert newest.size == zone.world.ledger.head.edge.size
    zone.check()


@pytest.mark.slow
@pytest.mark.parametrize("point", WITNESS_POINTS)
def test_witness_that_ends_at_a_point_never_goes_back_and_catches_up(zone, point):
    end_again_and_again(zone, point, 2)


@pytest.mark.soak
@pytest.mark.parametrize("point", WITNESS_POINTS)
def test_witness_that_ends_at_a_point_twenty_times_never_goes_back_and_catches_up(zone, point):
    end_again_and_again(zone, point, 20)


def fork_after_the_end(zone, point, name):
    """End the witness while one ledger is served; then serve another with as many leaves and another root."""
    twin = zone.twin(name)
    zone.run_until(f"{point}:1")
    honest = zone.serve(twin)
    try:
        while twin.head.edge.size < honest.head.edge.size:
            zone.grow()
        assert (twin.head.edge.size, twin.head.root != honest.head.root) == (honest.head.edge.size, True)
        outcome = json.loads(zone.run_once())["outcome"]
        zone.check()
        return outcome
    finally:
        zone.serve(honest)
        twin.close()


@pytest.mark.slow
@pytest.mark.parametrize("point", ["witness-persisted", "witness-handed"])
def test_what_it_wrote_down_before_its_end_keeps_it_from_signing_another_root(zone, point):
    assert fork_after_the_end(zone, point, "twin") == "stopped"
    assert json.loads(zone.run_once())["outcome"] == "stopped"


@pytest.mark.slow
def test_what_it_signed_and_did_not_write_down_has_not_left_it(zone):
    """The other ledger is the first that it cosigns: the one that was served before is what it refuses now."""
    zone.run_until("witness-signed:1")
    assert zone.service.cosigned == []
    reader = open_reader(zone.folder.database)
    assert reader.newest(ORIGIN) is None
    reader.close()
    assert fork_after_the_end(zone, "witness-signed", "twin") == "cosigned"
    zone.grow()
    assert json.loads(zone.run_once())["outcome"] == "stopped"
    zone.check()
