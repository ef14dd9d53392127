"""A small zone for each test."""

from __future__ import annotations

from tests.ledger.sequencer.conftest import closed, founded

__all__ = ["closed", "founded"]
