from __future__ import annotations

from collections.abc import Iterator

import pytest

from ledger.publicdesk.desk import PublicDesk
from tests.ledger.publicdesk.counter import Counter, close_counter, open_counter


@pytest.fixture(scope="module")
def counter(tmp_path_factory) -> Iterator[Counter]:
    """A zone and its service; tests only add to it."""
    made = open_counter(tmp_path_factory.mktemp("counter") / "zone")
    yield made
    close_counter(made)


@pytest.fixture
def desk(counter, tmp_path) -> Iterator[PublicDesk]:
    counter.time = 0
    made = counter.desk(tmp_path / "desk")
    yield made
    made.close()
