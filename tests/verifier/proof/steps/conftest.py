"""A world that each test may spoil, beside the story that all tests of `proof` read."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.world import World, found_world, tell_parcel


@pytest.fixture
def world(tmp_path) -> Iterator[World]:
    """A founded zone in which one parcel's life was told."""
    made = found_world(tmp_path)
    tell_parcel(made)
    yield made
    made.ledger.close()
