"""A founded zone with one parcel's life, stopped; each test has a copy of its own."""

from __future__ import annotations

import shutil
from dataclasses import replace

import pytest

from tests.verifier.proof.governed import officer
from tests.world import World, found_world, open_ledger, tell_parcel


@pytest.fixture(scope="session")
def told(tmp_path_factory) -> World:
    """A world that is stopped; copy it."""
    world = found_world(tmp_path_factory.mktemp("told") / "zone")
    tell_parcel(world)
    officer(world)
    world.cosign()
    world.ledger.close()
    return world


@pytest.fixture
def world(told, tmp_path) -> World:
    """The same world, running on a copy of its own."""
    folder = tmp_path / "zone"
    shutil.copytree(told.folder, folder)
    made = replace(told, folder=folder, ledger=open_ledger(folder, told.keys))
    made.cast, made.events = dict(told.cast), dict(told.events)
    made.zone = replace(told.zone, send=lambda data: made.ledger.submit(data).result() and None)
    yield made
    made.ledger.close()
