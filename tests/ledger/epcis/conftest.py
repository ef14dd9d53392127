from __future__ import annotations

import pytest

from tests.world import found_world


@pytest.fixture(scope="package")
def world(tmp_path_factory):
    made = found_world(tmp_path_factory.mktemp("epcis") / "zone", witnesses=0, quorum=0, policies=False)
    yield made
    made.ledger.close()
