"""Heap, buckets, notes: whatever blocks come, the root is the definition's, now and at every size noted."""

from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import BusyError
from ledger.index.bucket import bucket_of, bucket_range, buckets_of, subtree
from ledger.index.frontier import push, root
from ledger.index.heap import EMPTY, NODE, Heap, climb
from ledger.index.overlay import Overlay
from ledger.index.rebuild import build
from ledger.index.state import KeyState
from tests.ledger.index.yardstick import entry_of, leaf_of, value_of
from tests.reference import MTH, prefix_tree_root


def near(first: int, last: int) -> bytes:
    """Keys of which many share their first bits, and many all but the last."""
    return bytes([first]) + b"\x00" * 30 + bytes([last])


KEYS = st.builds(near, st.sampled_from([0, 1, 2, 3, 64, 127, 128, 129, 192, 254, 255]), st.integers(0, 7)) | st.binary(
    min_size=32, max_size=32
)
BLOCKS = st.lists(st.dictionaries(KEYS, st.binary(min_size=32, max_size=32), min_size=1, max_size=8), max_size=6)
LEVELS = st.integers(1, 9)


def write(overlay: Overlay, rows: dict[bytes, bytes], block: dict[bytes, bytes], size: int):
    """Write a block as the builder does; return its notes."""
    levels = overlay.heap.levels
    notes = overlay.begin(size)
    notes.leaves.update({key: rows.get(key) for key in block})
    rows.update({key: leaf_of(key, value) for key, value in block.items()})
    nodes = {bucket_of(key, levels) for key in block}
    overlay.update(notes, {node: subtree(_in(rows, node, levels), levels) for node in nodes})
    return notes


def _in(rows: dict[bytes, bytes], node: int, levels: int):
    return sorted((key, leaf) for key, leaf in rows.items() if bucket_of(key, levels) == node)


@given(BLOCKS, LEVELS)
def test_root_after_every_block_is_that_of_the_definition(blocks, levels):
    overlay, rows, values = Overlay(Heap(levels)), {}, {}
    for size, block in enumerate(blocks, 1):
        write(overlay, rows, block, size)
        values |= block
        assert overlay.heap.root == prefix_tree_root(values)
    assert build(levels, sorted(rows.items())).root == prefix_tree_root(values)


@given(BLOCKS, LEVELS)
def test_every_node_is_as_it_was_at_each_size_until_it_is_forgotten(blocks, levels):
    overlay, rows, values = Overlay(Heap(levels)), {}, {}
    states = [{}]
    for size, block in enumerate(blocks, 1):
        write(overlay, rows, block, size)
        values = {**values, **block}
        states.append(values)
    for size, then in enumerate(states):
        whole = build(levels, sorted((key, leaf_of(key, value)) for key, value in then.items()))
        assert all(overlay.node(node, size) == whole.read(node) for node in range(1, 2 << levels))
        present = {key: overlay.leaf(key, leaf, size) for key, leaf in rows.items()}
        expected = {key: leaf_of(key, value) for key, value in then.items()}
        assert {key: leaf for key, leaf in present.items() if leaf} == expected
    if len(states) > 1:
        overlay.forget(1)
        with pytest.raises(BusyError):
            overlay.require(0)
        overlay.require(1)
        assert overlay.node(1, 1)[1] == prefix_tree_root(states[1])
        assert overlay.pending == len(blocks) - 1


@given(BLOCKS, BLOCKS.filter(bool), LEVELS)
def test_block_that_is_taken_back_leaves_no_trace(blocks, more, levels):
    overlay, rows = Overlay(Heap(levels)), {}
    for size, block in enumerate(blocks, 1):
        write(overlay, rows, block, size)
    before = [overlay.heap.read(node) for node in range(2 << levels)], overlay.pending
    notes = write(overlay, dict(rows), more[0], len(blocks) + 1)
    overlay.cancel(notes)
    assert ([overlay.heap.read(node) for node in range(2 << levels)], overlay.pending) == before


@given(BLOCKS.filter(bool), LEVELS)
def test_climbing_without_writing_comes_to_what_writing_comes_to(blocks, levels):
    overlay, rows = Overlay(Heap(levels)), {}
    for size, block in enumerate(blocks[:-1], 1):
        write(overlay, rows, block, size)
    rows |= {key: leaf_of(key, value) for key, value in blocks[-1].items()}
    nodes = {bucket_of(key, levels) for key in blocks[-1]}
    buckets = {node: subtree(_in(rows, node, levels), levels) for node in nodes}
    climbed = climb(buckets, overlay.heap.read)
    overlay.heap.update(buckets, {})
    assert {node: overlay.heap.read(node) for node in climbed} == climbed


@given(st.lists(KEYS, min_size=1, unique=True), LEVELS)
def test_buckets_part_all_keys_in_order(keys, levels):
    low_high = {node: bucket_range(node, levels) for node in {bucket_of(key, levels) for key in keys}}
    for key in keys:
        inside = [node for node, (low, high) in low_high.items() if key >= low and (not high or key < high)]
        assert inside == [bucket_of(key, levels)]
    assert buckets_of(keys, levels) == {key: bucket_of(key, levels) for key in keys}
    assert bucket_range((2 << levels) - 1, levels)[1] == b""


def test_empty_heap_has_the_empty_root():
    assert Heap(4).root == prefix_tree_root({}) == bytes(32)
    assert Heap(4).read(1)[0] == EMPTY


def test_lone_leaf_floats_to_the_top_and_two_that_part_late_make_nodes_all_the_way():
    one, other = near(128, 1), near(128, 2)
    alone = build(5, [(one, leaf_of(one, one))])
    assert alone.root == leaf_of(one, one)
    both = build(5, sorted((key, leaf_of(key, key)) for key in (one, other)))
    assert both.root == prefix_tree_root({one: one, other: other})
    assert both.read(2**5 + (128 >> 3))[0] == NODE


@given(st.integers(1, 300))
def test_history_s_frontier_gives_the_root_and_leaf_of_the_definition(count):
    places = [(sha256(b"%d" % each).digest(), each // 3, each % 3) for each in range(count)]
    state, frontier = KeyState.new(near(1, 1)), b""
    for number, place in enumerate(places):
        hashed = sha256(b"\x00" + entry_of(place)).digest()
        frontier = push(frontier, number, hashed)
        state.append(hashed)
    assert root(frontier) == MTH([entry_of(each) for each in places])
    assert len(frontier) == 32 * count.bit_count()
    assert state.seal() == state.leaf == leaf_of(near(1, 1), value_of(places))
    assert (state.count, state.frontier) == (count, frontier)
