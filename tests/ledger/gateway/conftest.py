from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.ledger.client.serving import Service
from tests.ledger.gateway.zone import Gated, found_firms
from tests.world import World


@pytest.fixture(scope="module")
def world(tmp_path_factory) -> Iterator[World]:
    """A zone of firms; tests only add to it."""
    made = found_firms(tmp_path_factory.mktemp("firms") / "zone")
    yield made
    made.ledger.close()


@pytest.fixture
def service(world) -> Iterator[Service]:
    service = Service(world.ledger)
    yield service
    service.close()


@pytest.fixture
def gated(world, service, tmp_path) -> Iterator[Gated]:
    made = Gated(world, service.url, tmp_path / "gateway")
    made.start()
    yield made
    made.stop()
