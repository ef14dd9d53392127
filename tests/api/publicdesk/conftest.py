from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.api.publicdesk.serving import DeskServer
from tests.ledger.publicdesk.counter import Counter, close_counter, open_counter


@pytest.fixture(scope="module")
def counter(tmp_path_factory) -> Iterator[Counter]:
    """A zone and its service; tests only add to it."""
    made = open_counter(tmp_path_factory.mktemp("counter") / "zone")
    yield made
    close_counter(made)


@pytest.fixture(scope="module")
def desk(counter, tmp_path_factory):
    made = counter.desk(tmp_path_factory.mktemp("desk"))
    yield made
    made.close()


@pytest.fixture(scope="module")
def server(desk) -> Iterator[DeskServer]:
    made = DeskServer(desk)
    yield made
    made.stop()
