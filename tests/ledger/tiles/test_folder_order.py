"""What is published in a folder is never older than what was: of two processes that share it, one may have slept."""

from __future__ import annotations

import pytest

from ledger.errors import StoppedError
from tests.ledger.sequencer.conftest import closed, engine, founded, small

__all__ = ["closed", "engine", "founded", "small"]


def test_older_checkpoint_is_not_put_in_the_place_of_a_newer_one(small):
    tiles, older = small.tiles(), small.ledger.prover.checkpoint()
    tiles.write_checkpoint(older)
    small.move(1)
    newer = small.ledger.prover.checkpoint()
    tiles.write_checkpoint(newer)
    tiles.write_checkpoint(newer)
    with pytest.raises(StoppedError, match="published"):
        tiles.write_checkpoint(older)
    assert tiles.checkpoint() == newer


def test_what_is_no_checkpoint_is_replaced(small):
    tiles, note = small.tiles(), small.ledger.prover.checkpoint()
    (tiles.root / "checkpoint").write_bytes(b"torn")
    tiles.write_checkpoint(note)
    assert tiles.checkpoint() == note
