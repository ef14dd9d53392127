"""A small zone whose ledger leads, and a second ledger that follows it over the same rows and tiles."""

from __future__ import annotations

import pytest

from ledger.ledger import Ledger
from tests.ledger.sequencer.conftest import closed, engine, founded, founded_witnessed, small, witnessed

__all__ = ["closed", "engine", "follower", "founded", "founded_witnessed", "small", "witnessed"]


class Kept:
    """A store that its owner closes, not whoever reads it."""

    def __init__(self, store):
        self._store = store

    def __getattr__(self, name):
        return getattr(self._store, name)

    def close(self):
        """Leave it open."""


@pytest.fixture
def follower():
    """Makes ledgers that follow a zone's."""
    made = []

    def follow(zone, store=None):
        ledger = Ledger(
            store or Kept(zone.ledger.store),
            zone.ledger.tiles,
            keys=zone.keys,
            guard=None,
            clock=zone.clocks.now,
            monotonic=zone.clocks.monotonic,
        )
        made.append(ledger)
        return ledger

    yield follow
    for each in made:
        each.close()
