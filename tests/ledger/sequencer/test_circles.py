"""What a block is built with is gone when it is committed: Python looks for circles seldom in a process that serves."""

from __future__ import annotations

import gc

from ledger.sequencer.block import BlockBuilder


def builders():
    return [each for each in gc.get_objects() if isinstance(each, BlockBuilder)]


def test_committed_blocks_leave_no_builder_behind(small):
    gc.collect()
    gc.disable()
    try:
        for unit in range(4):
            small.move(unit)
        small.settle()
        left = len(builders())
    finally:
        gc.enable()
    assert left <= 1, "the one that the writer's thread may still be leaving"
