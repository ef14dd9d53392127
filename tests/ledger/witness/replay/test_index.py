"""The index of a replay, in a tree so low that its buckets are shared: against the definition."""

from __future__ import annotations

import random

import pytest

from ledger.index.heap import Heap
from ledger.witness.replay.index import Index, Words
from ledger.witness.replay.rows import Chunk, Reached, ReplayRows
from verifier.ledgerformat.index import HistoryEntry, entry_hash, index_root, value_of


@pytest.mark.parametrize("seed", range(6))
def test_the_root_is_that_of_every_history(tmp_path, seed):
    rnd = random.Random(seed)
    keys = [rnd.randbytes(32) for _ in range(30)]
    rows = ReplayRows(tmp_path / "replay.db", fresh=25)
    index = Index(rows, Words([]), 0, Heap(2))
    histories: dict[bytes, list[HistoryEntry]] = {}
    for number in range(120):
        joined = rnd.sample(keys, rnd.randrange(1, 4))
        index.load(joined)
        for key in joined:
            event = HistoryEntry(rnd.randbytes(32), number, rnd.randrange(9))
            index.join(index.state(key), entry_hash(event), number)
            histories.setdefault(key, []).append(event)
        if rnd.random() < 0.3:
            assert index.root() == index_root({key: value_of(events) for key, events in histories.items()})
            assert index.keys == len(histories)
        if rnd.random() < 0.2:
            index.root()
            rows.commit(Chunk(histories=index.changed()), Reached())
            index.forget()
    rows.close()
