from collections.abc import Iterator

import pytest

from ledger.client.client import LedgerClient
from ledger.client.transport import Patience
from tests.ledger.client.serving import Service
from tests.ledger.client.world import World


@pytest.fixture(scope="module")
def world(tmp_path_factory) -> Iterator[World]:
    """A founded ledger without witnesses; tests only add to it."""
    world = World(tmp_path_factory.mktemp("world") / "ledger")
    world.found()
    yield world
    world.ledger.close()


@pytest.fixture
def service(world) -> Iterator[Service]:
    service = Service(world.ledger)
    yield service
    service.close()


@pytest.fixture
def client(service) -> LedgerClient:
    return LedgerClient(service.url, patience=Patience(attempts=2, sleep=lambda _: None))
