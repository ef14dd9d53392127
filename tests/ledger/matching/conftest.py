from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.ledger.matching.office import Office, close_office, open_office


@pytest.fixture(scope="module")
def office(tmp_path_factory) -> Iterator[Office]:
    """A zone and its service; tests only add to it."""
    made = open_office(tmp_path_factory.mktemp("office"))
    yield made
    close_office(made)


@pytest.fixture
def desk(office, tmp_path):
    """Customs' desk, that has looked at everything that other tests left."""
    return office.fresh_desk(tmp_path / "match.db")
