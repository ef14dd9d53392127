"""A small zone for each test."""

from __future__ import annotations

from tests.ledger.sequencer.conftest import closed, engine, founded

__all__ = ["closed", "engine", "founded"]
