from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

from ledger.gateway.reader import Reader
from tests.api.gateway.serving import GatewayServer
from tests.ledger.client.serving import Service
from tests.ledger.gateway.zone import Gated, found_firms
from tests.world import World


@pytest.fixture(scope="module")
def firms(tmp_path_factory) -> Iterator[World]:
    """A zone of firms; tests only add to it."""
    made = found_firms(tmp_path_factory.mktemp("firms") / "zone")
    yield made
    made.ledger.close()


@pytest.fixture
def service(firms) -> Iterator[Service]:
    service = Service(firms.ledger)
    yield service
    service.close()


@pytest.fixture
def gated(firms, service, tmp_path) -> Iterator[Gated]:
    made = Gated(firms, service.url, tmp_path / "gateway")
    made.start()
    yield made
    made.stop()


@pytest.fixture(scope="module")
def reader(firms) -> Iterator[Reader]:
    """Reads for the gateways, one after another."""
    with closing(Reader(firms.zone.types)) as made:
        yield made


@pytest.fixture
def gateway(gated, reader) -> Iterator[GatewayServer]:
    server = GatewayServer(gated, reader)
    yield server
    server.stop()
