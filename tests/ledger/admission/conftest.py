"""A founded zone that nothing is recorded in: what these tests send is refused, or only looked at."""

from __future__ import annotations

import pytest

from tests.world import found_world


@pytest.fixture(scope="package")
def world(tmp_path_factory):
    world = found_world(tmp_path_factory.mktemp("admission") / "zone", witnesses=0, quorum=0, policies=False)
    yield world
    world.ledger.close()
