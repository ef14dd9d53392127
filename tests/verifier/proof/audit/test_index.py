"""The auditor's index: whatever the order of appends, the root is the one of the definition."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.reference import HASH, MTH, prefix_tree_root
from verifier.ledgerformat.history import fold, push
from verifier.ledgerformat.index import HistoryEntry, entry_hash, value_of
from verifier.proof.audit.index import Index


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
def test_the_root_is_that_of_the_definition_after_every_block(blocks, random):
    index, histories = Index(), {}
    for number, (block, revised) in enumerate(blocks):
        index.mark()
        before = {key: list(held) for key, held in histories.items()}
        for place, key in enumerate(block):
            entry = HistoryEntry(random.randbytes(32), number, place)
            index.append(key, entry_hash(entry))
            histories.setdefault(key, []).append(entry)
        assert (index.root(), index.keys) == _definition(histories)
        chosen = {key for key in histories if random.random() < 0.4}
        other = {key: before.get(key, []) if key in chosen else held for key, held in histories.items()}
        changes = {key: index.before(key) for key in chosen}
        assert index.root_if(changes) == _definition(other)[0]
        assert (index.root(), index.keys) == _definition(histories)
        if revised:
            index.revise(changes)
            histories = {key: held for key, held in other.items() if held}
        assert (index.root(), index.keys) == _definition(histories)
        loaded = Index.load(*index.dump())
        assert (loaded.root(), loaded.keys) == _definition(histories)


def _definition(histories):
    held = {key: value_of(entries) for key, entries in histories.items() if entries}
    return prefix_tree_root(held), len(held)


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
    index.revise({key: (0, b"")})
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
