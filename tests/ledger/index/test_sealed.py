"""Index and seals of a running ledger against the definition, from heads alone; proofs at sizes gone by."""

from __future__ import annotations

import random

import pytest

from benchmarks.load import unit
from ledger.index.rebuild import build_heap
from ledger.prove.index import IndexView, prove_index
from tests.ledger.index.yardstick import histories_of, key_of, root_of, value_of
from tests.reference import HASH
from verifier.errors import VerificationError
from verifier.ledgerformat.index import check_index


def places(reader):
    """Return (head, leaf, position) of every event, in log order."""
    return [(each.head, each.leaf, each.position) for each in reader.events_from(0)]


def histories_at(reader, size):
    return histories_of(each for each in places(reader) if each[1] < size)


def grow(zone, rounds, seed=3):
    rnd = random.Random(seed)
    for _ in range(rounds):
        zone.move(*rnd.sample(range(30), rnd.randrange(1, 6)))


def test_every_seal_carries_the_root_that_heads_alone_give(small):
    grow(small, 12)
    with small.ledger.store.read() as reader:
        for seal in small.seals():
            histories = histories_at(reader, seal.covered)
            assert (seal.root, seal.keys) == (root_of(histories), len(histories))


def test_index_after_a_restart_is_what_it_was(small):
    grow(small, 5)
    root = small.ledger.writer.sequencer.overlay.heap.root
    small.reopen()
    assert small.ledger.writer.sequencer.overlay.heap.root == root == small.seals()[-1].root
    with small.ledger.store.read() as reader:
        assert build_heap(reader, 3).root == build_heap(reader, 12).root == root, "however many levels the heap has"


@pytest.mark.parametrize("restarted", [False, True])
def test_proofs_at_the_quorum_s_size_hold_while_newer_blocks_wait(witnessed, restarted):
    """The ledger has gone on; index proofs are of the size that witnesses have cosigned."""
    grow(witnessed, 4)
    witnessed.cosign()
    size = witnessed.size
    grow(witnessed, 4, seed=4)
    if restarted:
        witnessed.reopen()
    assert witnessed.size > size
    with witnessed.ledger.sources() as sources:
        histories = histories_at(sources.reader, size)
        now = histories_at(sources.reader, witnessed.size)
        assert len(histories) < len(now) or histories != now
        strangers = [HASH(b"%d" % each) for each in range(20)]
        rnd = random.Random(5)
        view = IndexView(sources.overlay, sources.reader, size)
        root = root_of(histories)
        assert view.node(1)[1] == root
        for _ in range(30):
            asked = rnd.sample(sorted(now) + strangers, rnd.randrange(1, 6))
            values = {key: value_of(histories[key]) if key in histories else None for key in asked}
            proof = prove_index(view, asked)
            check_index(root, values, proof)
            lie = {**values, asked[0]: None if values[asked[0]] else bytes(32)}
            with pytest.raises(VerificationError):
                check_index(root, lie, proof)


def test_history_of_a_unit_has_each_of_its_events_once_in_order(small):
    leaves = [small.move(1, 2), small.move(2), small.move(2, 3)]
    with small.ledger.store.read() as reader:
        key = key_of("trace", HASH(b"suyuan/name/v1|", unit(2).encode()))
        places = [(each.leaf, each.position) for each in reader.history(key, small.size)]
        assert places == [(leaves[0], 1), (leaves[1], 0), (leaves[2], 0)]
        assert reader.key_row(key)[2] == 3
