"""The auditor's index: whatever the order of appends, the root is the one of the definition."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.reference import HASH, MTH, prefix_tree_root
from verifier.ledgerformat.index import HistoryEntry, entry_hash, value_of
from verifier.proof.audit.index import Index, fold, push


def _near(base: bytes, bits: int, rest: bytes) -> bytes:
    """Return a key that shares its first bits with another one."""
    mask = (1 << 256 - bits) - 1
    return (int.from_bytes(base, "big") & ~mask | int.from_bytes(rest, "big") & mask).to_bytes(32, "big")


hashes = st.binary(min_size=32, max_size=32)
keys = st.lists(
    st.builds(_near, st.sampled_from([b"\x55" * 32, b"\xff" * 32]), st.sampled_from([0, 7, 8, 200, 255]), hashes),
    min_size=1,
    max_size=12,
)
blocks = st.lists(st.tuples(keys, st.booleans()), max_size=6)


@given(blocks, st.randoms())
def test_the_root_is_that_of_the_definition_after_every_block_kept_or_taken_back(blocks, random):
    index, histories = Index(), {}
    for number, (block, kept) in enumerate(blocks):
        index.mark()
        entries = [(key, HistoryEntry(random.randbytes(32), number, place)) for place, key in enumerate(block)]
        for key, entry in entries:
            index.append(key, entry_hash(entry))
        if kept:
            for key, entry in entries:
                histories.setdefault(key, []).append(entry)
        else:
            if random.random() < 0.5:
                index.root()
            index.undo()
        expected = prefix_tree_root({key: value_of(held) for key, held in histories.items()})
        assert (index.root(), index.keys) == (expected, len(histories))
        loaded = Index.load(*index.dump())
        assert (loaded.root(), loaded.keys) == (expected, len(histories))


@given(st.lists(hashes, min_size=1, max_size=40))
def test_a_frontier_folds_to_the_tree_hash_over_its_entries(entries):
    frontier = b""
    for count, entry in enumerate(entries):
        frontier = push(frontier, count, HASH(b"\x00", entry))
        assert len(frontier) == 32 * (count + 1).bit_count()
        assert fold(frontier) == MTH(entries[: count + 1])


def test_an_empty_index_has_the_empty_root():
    assert Index().root() == bytes(32)


def test_keys_that_part_at_the_last_bit_make_the_deepest_tree():
    index = Index()
    held = [(1 << bit).to_bytes(32, "big") for bit in range(256)] + [bytes(32)]
    entry = entry_hash(HistoryEntry(bytes(32), 0, 0))
    for key in held:
        index.append(key, entry)
    value = value_of([HistoryEntry(bytes(32), 0, 0)])
    assert index.root() == prefix_tree_root(dict.fromkeys(held, value))


def test_what_a_key_holds_can_be_asked_for():
    index, key = Index(), b"k" * 32
    assert index.state(key) is None
    assert index.leaf(key) is None
    index.append(key, b"e" * 32)
    assert index.state(key) == (1, b"e" * 32)
    assert index.leaf(key) == index.root()
    index.undo()
    assert index.state(key) is None
    assert index.root() == bytes(32)


@pytest.mark.soak
def test_a_hundred_thousand_keys_give_the_root_of_the_definition():
    index, values = Index(), {}
    for number in range(100_000):
        key, entry = HASH(number.to_bytes(4, "big")), HistoryEntry(HASH(b"e", number.to_bytes(4, "big")), number, 0)
        index.append(key, entry_hash(entry))
        values[key] = value_of([entry])
        if number % 5000 == 0:
            index.root()
    assert index.root() == prefix_tree_root(values)
