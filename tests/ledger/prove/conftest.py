"""The small zone of the sequencer's tests, with a few histories to prove."""

from __future__ import annotations

import pytest

from tests.ledger.sequencer.conftest import closed, engine, founded, small  # noqa: F401 - fixtures
from verifier.primitives.tiles import WIDTH


@pytest.fixture(scope="session")
def filled(founded, tmp_path_factory):  # noqa: F811 - asked for by its name
    """A closed zone whose first tile is full: two batches of several events, then blocks of one."""
    zone = founded.copy(tmp_path_factory.mktemp("filled") / "zone")
    zone.open()
    zone.move(1, 2, 3)
    zone.move(2, 4)
    for each in zone.together(*[zone.moved(number % 7 + 3) for number in range(WIDTH)]):
        each.result(timeout=30)
    zone.move(1)
    zone.close()
    return zone


@pytest.fixture
def full(filled, tmp_path):
    """A copy of it, running."""
    zone = filled.copy(tmp_path / "full")
    zone.open()
    yield zone
    zone.close()
